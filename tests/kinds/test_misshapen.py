"""Values that are named as an access key and cannot be one: shown, at low confidence."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders.escapes import NAMES
from scanner.engine import scan_bytes
from scanner.findings import Confidence, Severity
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules
from scanner.rulebook.generator import BASE32, BASE64, HEX, Generator

RULES = load_rules((), ())
RULE = "aws-misshapen-key"
BASE62 = BASE64[:62]


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Generator:
    return Generator(request.node.nodeid)


def reported(text: str) -> list[tuple[str, str, Confidence, Severity]]:
    return [
        (found.rule_id, next(iter(found.values.values())).reveal().decode(), found.confidence,
         found.severity)
        for found in scan_bytes(text.encode(), "x", RULES)
    ]  # fmt: skip


def low(*values: str) -> list[tuple[str, str, Confidence, Severity]]:
    return [(RULE, value, Confidence.LOW, Severity.LOW) for value in values]


SECRET_NAMES = [
    "aws_secret_access_key = {}",
    'AWS_SECRET_ACCESS_KEY="{}"',
    "export AWS_SECRET_ACCESS_KEY={} # note",
    '"SecretAccessKey": "{}",',
    "  secretAccessKey: '{}'",
    "<SecretAccessKey>{}</SecretAccessKey>",
    "'secret_access_key' => '{}',",
    "aws configure set aws_secret_access_key {}",
    "ENV AWS_SECRET_ACCESS_KEY {}",
    '["aws_secret_access_key", "{}"]',
    "define('AWS_SECRET_ACCESS_KEY', '{}');",
    'os.environ["AWS_SECRET_ACCESS_KEY"] = "{}"',
    "- name: AWS_SECRET_ACCESS_KEY\n  value: {}",
    '{{"name": "AWS_SECRET_ACCESS_KEY", "value": "{}"}}',
    "<key>AWSSecretAccessKey</key>\n\t<string>{}</string>",
    '{{\\"SecretAccessKey\\": \\"{}\\"}}',
    "COPY t SECRET_ACCESS_KEY '{}';",
    "docker run -e AWS_SECRET_ACCESS_KEY={} x",
    'secret_accesskey: "{}"',
    "AWS_SECRET_ACCESSKEY={}",
    'secret-access-key: "{}"',
    "secret.access.key={}",
    "Secret Access Key: {}",
    'aws_secret_key = "{}"',
    "AWS_SECRET_KEY={}",
    'awsSecretKey: "{}",',
    "AwsSecretKey: '{}'",
    "aws-secret-key: {}",
    "aws.secret.key={}",
]


def test_secrets_of_another_length(made: Generator) -> None:
    for template, length in product(SECRET_NAMES, (38, 39, 41)):
        value = made.text(BASE62, 1) + made.text(BASE64, length - 2) + made.text(BASE62, 1)
        text = template.format(value) + "\n"
        assert reported(text) == low(value)
        [found] = scan_bytes(text.encode(), "x", RULES)
        assert found.evidence == (
            f"named as a secret access key, but has {length} characters instead of 40",
        )


def test_hexadecimal_secrets(made: Generator) -> None:
    for template, length, upper in product(SECRET_NAMES, (32, 40, 64), (False, True)):
        value = made.text(HEX, length)
        value = value.upper() if upper else value
        assert reported(template.format(value)) == low(value)


def test_40_characters_that_cannot_be_a_secret(made: Generator) -> None:
    dashed = made.text(BASE62, 20) + "-" + made.text(BASE62, 19)
    small = made.word(40)
    text = f"AWS_SECRET_ACCESS_KEY={dashed}\nS3_SECRET_ACCESS_KEY={small}\n"
    assert reported(text) == low(dashed, small)


@pytest.mark.parametrize(
    "name",
    [
        "aws_access_key_id = {}",
        "AWS_ACCESS_KEY_ID={}",
        '"accessKeyId": "{}",',
        "AWS_ACCESS_KEY: '{}'",
        "AWSAccessKeyId={}",
        "s3.access_key = {}",
        "[default]\naccess_key = {} # note\nhost_base = s3.amazonaws.com",
    ],
)
def test_key_ids(name: str, made: Generator) -> None:
    for value in (
        *("AKIAQ" + made.text(BASE32, length - 5) for length in (16, 18, 19, 21, 26)),
        ("AKIAQ" + made.text(BASE32, 15)).lower(),
        made.text(BASE62, 26),
        made.text(BASE32, 20).replace("A", "B"),
        made.hex(32),
    ):
        assert reported(name.format(value)) == low(value), value


def test_what_the_best_known_benchmark_has(made: Generator) -> None:
    key_id, secret = made.text(BASE62, 26), made.text(BASE62, 38)
    text = f"[default]\naws_access_key_id = {key_id} # note\naws_secret_access_key = {secret}\n"
    assert reported(text) == low(key_id, secret)


@pytest.mark.parametrize(
    "text",
    [
        "commit {hex}",
        "x = {long}",
        "secret_access_key = getSecretAccessKeyFromTheEnvironment42",
        "secret_access_key: config.aws.secretAccessKeyOfProduction2024",
        "aws_secret_access_key = YOUR_SECRET_ACCESS_KEY_1234567890",
        "aws_secret_access_key = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "aws_secret_access_key = <the secret of the deployment user>",
        "aws_secret_access_key = ${{SECRET_OF_DEPLOYMENT_USER_2024_01}}",
        "aws_secret_access_key = var.secret_of_the_deployment_user_2024",
        "aws_secret_access_key = read_secret('{long}')",
        "aws_secret_access_key = /run/secrets/deployment/2024/aws/secret1",
        "aws_secret_access_key = arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
        "aws_secret_access_key =\n{long}x = 1",
        "The secret_access_key should be {long}!?",
        "ALIYUN_ACCESS_KEY_ID=LTAI{id}",
        "accessKeyId: LTAI{id}",
        "OSS_SECRET_ACCESS_KEY={short}",
        "gs_secret_access_key={long}",
        "alibaba.cloud.accessKeyId = {id}",
        "access_key = {long}",
        "aws_access_key_id = AIDAQ{id}",
        "AWS_ACCESS_KEY_ID=AKIATHISISATESTKEY",
        "AWS_ACCESS_KEY_ID=minioadmin2024test",
        "aws_secret_access_key = eyJhbGciOiJIUzI1NiJ9.{long}.{long}",
        "https://x.s3.amazonaws.com/y?AWSAccessKeyId=QX{id}ZZ&Expires=1440195891&Signature=x",
        '"40 random characters; named aws_secret_access_key","{hex}","x"',
        "a,named aws_secret_access_key,{hex}",
        'secretAccessKey: ""',
    ],
)
def test_what_is_not_named_or_no_value(text: str, made: Generator) -> None:
    filled = text.format(
        hex=made.hex(40), long=made.text(BASE62, 41), short=made.text(BASE62, 30),
        id=made.text(BASE32, 16),
    )  # fmt: skip
    assert [each for each in reported(filled) if each[0] == RULE] == []


def test_damaged_documentation_examples_are_set_aside() -> None:
    text = "aws_secret_access_key = " + "wJalr" + "XUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE\n"
    assert reported(text) == []


def test_keys_that_can_be_one_are_none_of_its_business(made: Generator) -> None:
    text = (
        f"aws_access_key_id = {made.access_key_id()}\n"
        f"aws_secret_access_key = {made.secret_access_key()}\n"
        f"AWS_ACCESS_KEY_ID={made.secret_access_key()}\n"
    )
    assert RULE not in {each[0] for each in reported(text)}


@pytest.mark.parametrize("size", [20, 26, 40])  # 41 is misshapen once it is decoded
def test_base64_of_text_is_left_to_the_decoders(size: int, made: Generator) -> None:
    encoded = made.encode(made.text(BASE62, size).encode())
    text = f"  AWS_ACCESS_KEY_ID: {encoded}\n  AWS_SECRET_ACCESS_KEY: {encoded}\n"
    assert RULE not in {each[0] for each in reported(text)}


def test_a_secret_inside_of_the_value_decides(made: Generator) -> None:
    secret, hexadecimal = made.text(BASE62, 40), made.hex(40)
    text = (
        f"AWS_SECRET_ACCESS_KEY=key-{secret}\nAWS_SECRET_ACCESS_KEY={hexadecimal}\n"
        f"AWS_SECRET_ACCESS_KEY=new_{secret[::-1]}_2026\n"
    )
    found = [each[:2] for each in reported(text)]
    assert (RULE, hexadecimal) in found
    assert [rule for rule, value in found if value != hexadecimal] == [
        "aws-secret-access-key", "aws-secret-access-key",
    ]  # fmt: skip


def test_another_rule_that_knows_the_value_decides(made: Generator) -> None:
    text = expand("SES SMTP AWS_SECRET_ACCESS_KEY={{ses_smtp_password}}", made.word(8))
    assert [each[0] for each in reported(text)] == ["aws-ses-smtp-password"]


@given(
    st.text(max_size=80),
    st.sampled_from(["AWS_SECRET_ACCESS_KEY=", '"accessKeyId": "', "access_key"]),
)
def test_any_text_is_judged(content: str, name: str) -> None:
    for found in scan_bytes(f"{content}{name}{content}".encode(), "x", RULES):
        assert found.rule_id != RULE or found.confidence == Confidence.LOW


def test_the_decoders_know_the_names() -> None:
    (rule,) = (each for each in RULES if each.id == RULE)
    assert {anchor.literal for anchor in rule.anchors if anchor.name} <= {*NAMES}
