"""The detectors of credentials whose structure can be proved: what they tell, what they leave."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from scanner.detectors.interface import Aside, Part
from scanner.findings import Confidence, Severity
from scanner.rulebook.examples import Generator

ACCOUNT = "012345678901"


def one(found: list[Part | Aside]) -> Part:
    assert [type(item) for item in found] == [Part]
    part = found[0]
    assert isinstance(part, Part)
    return part


# Session tokens


def test_a_session_token_tells_its_region(detect) -> None:
    token = Generator(1).session_token("cn-north-1")
    part = one(detect("aws-session-token", f"AWS_SESSION_TOKEN={token}\n"))
    assert part.value.reveal() == token.encode()
    assert part.confidence == Confidence.HIGH
    assert "issued in cn-north-1" in part.evidence


def test_a_session_token_of_4_kilobytes(detect) -> None:
    token = Generator(1).session_token(size=3000)
    assert one(detect("aws-session-token", f'"{token}"')).value.reveal() == token.encode()


def test_a_session_token_with_an_incomplete_head_is_less_sure(detect) -> None:
    token = base64.b64encode(b"\x21\x0a\x09origin_ec" + b"\xff" + Generator(2).raw(300)).decode()
    assert one(detect("aws-session-token", token)).confidence == Confidence.MEDIUM


@pytest.mark.parametrize("escape", ["%2F", "%2b", "%3D", "\\/", "\\u002b", "\\u003d"])
def test_a_session_token_that_goes_on_encoded_is_left_to_the_decoders(detect, escape) -> None:
    token = Generator(1).session_token().rstrip("=")
    assert detect("aws-session-token", f"{token}{escape}AAAA") == []


def test_a_session_token_inside_other_base64(detect) -> None:
    assert detect("aws-session-token", "AAAA" + Generator(1).session_token()) == []


# API keys of services


def test_a_service_key_tells_user_and_account(detect) -> None:
    key = Generator(1).bedrock_api_key(ACCOUNT, "sofia")
    part = one(detect("aws-bedrock-api-key", f"AWS_BEARER_TOKEN_BEDROCK={key}"))
    assert part.account_id == ACCOUNT
    assert part.evidence == (f"decodes to an API key of IAM user sofia in account {ACCOUNT}",)


@pytest.mark.parametrize("user", ["a", "ab", "abc", "a-long.user+name@example", "u" * 64])
def test_service_keys_are_found_at_every_alignment(detect, user: str) -> None:
    key = Generator(1).service_api_key(ACCOUNT, user)
    found = detect("aws-service-api-key", f"token: {key}")
    assert [item.value.reveal() for item in found if isinstance(item, Part)] == [key.encode()]


def test_each_service_key_has_one_rule(detect) -> None:
    made = Generator(4)
    keys = {
        "aws-bedrock-api-key": made.bedrock_api_key(),
        "aws-claude-platform-api-key": made.claude_platform_api_key(),
        "aws-service-api-key": made.service_api_key(),
    }
    for rule_id in keys:
        assert [owner for owner, key in keys.items() if detect(rule_id, key)] == [rule_id]


def test_a_service_key_with_a_made_up_secret_is_set_aside(detect) -> None:
    raw = b"\x00\x14\x8a" + f"sofia-at-{ACCOUNT}:{'EXAMPLE' * 8}".encode()
    found = detect("aws-bedrock-api-key", base64.b64encode(raw).decode())
    assert [type(item) for item in found] == [Aside]


@pytest.mark.parametrize(
    ("rule_id", "make"),
    [
        ("aws-bedrock-short-term-api-key", Generator.bedrock_short_term_api_key),
        ("aws-claude-platform-short-term-api-key", Generator.claude_platform_short_term_api_key),
    ],
)
def test_a_short_term_key_tells_its_times(detect, rule_id: str, make) -> None:
    part = one(detect(rule_id, f"key={make(Generator(3), 'eu-central-1')}\n"))
    assert len(part.account_id) == 12
    assert "signed 2026-02-14T09:30:00Z, expires 2026-02-14T21:30:00Z" in part.evidence
    assert any("eu-central-1" in line for line in part.evidence)


def bearer(text: str) -> str:
    return "bedrock-api-key-" + base64.b64encode(text.encode()).decode()


def test_a_short_term_key_has_to_be_for_the_service(detect) -> None:
    made = Generator(3)
    query = made.signed_query("bedrock", temporary=True, action="CallWithBearerToken")
    rule_id = "aws-bedrock-short-term-api-key"
    assert len(detect(rule_id, bearer(f"bedrock.amazonaws.com/?{query}"))) == 1
    assert detect(rule_id, bearer(f"s3.amazonaws.com/?{query}")) == []
    other = query.replace("CallWithBearerToken", "ListModels")
    assert detect(rule_id, bearer(f"bedrock.amazonaws.com/?{other}")) == []


# Signed requests


def test_a_presigned_url_is_reported_whole(detect) -> None:
    url = Generator(5).presigned_url(temporary=True)
    for text in (f'"{url}"', f"[x]({url})", f"<{url}>.", f"see {url}, and", f"a\n{url}\nb"):
        part = one(detect("aws-presigned-url", text))
        assert part.value.reveal().decode() == url
        assert any("with a session token" in line for line in part.evidence)


def test_a_presigned_url_in_html_and_json(detect) -> None:
    url = Generator(5).presigned_url()
    for text in (url.replace("&", "&amp;"), url.replace("&", "\\u0026").replace("/", "\\/")):
        part = one(detect("aws-presigned-url", f'"{text}"'))
        assert part.value.reveal().decode() == text


def test_several_presigned_urls_near_each_other(detect) -> None:
    made = Generator(5)
    urls = [made.presigned_url(), made.old_presigned_url(), made.presigned_url(temporary=True)]
    for separator in (" ", "\n", '", "'):
        found = detect("aws-presigned-url", separator.join(urls))
        assert [part.value.reveal().decode() for part in found] == urls


def test_one_url_with_two_key_ids_is_reported_once(detect) -> None:
    made = Generator(5)
    url = made.presigned_url() + "&" + made.signed_query()
    assert one(detect("aws-presigned-url", url)).value.reveal().decode() == url


@pytest.mark.parametrize("size", [10, 300, 3000, 15_000])
def test_a_long_path_before_the_query(detect, size: int) -> None:
    scheme, _, rest = Generator(5).presigned_url().partition("//")
    host, _, end = rest.partition("/")
    url = f"{scheme}//{host}/{'folder/' * (size // 7)}{end}"
    assert one(detect("aws-presigned-url", f"x {url} y")).value.reveal().decode() == url


def test_a_database_token_without_a_scheme(detect) -> None:
    query = Generator(6).signed_query("rds-db", seconds=900, action="connect")
    text = f"db.abc.eu-west-1.rds.amazonaws.com:5432/?{query}"
    part = one(detect("aws-presigned-url", f"PGPASSWORD={text}\n"))
    assert part.value.reveal().decode() == text
    assert any("rds-db in eu-west-1" in line for line in part.evidence)


@pytest.mark.parametrize(
    ("make", "severity"),
    [
        (lambda made: made.presigned_url(seconds=3600), Severity.LOW),
        (lambda made: made.presigned_url(seconds=86_400), Severity.LOW),
        (lambda made: made.presigned_url(seconds=604_800), Severity.MEDIUM),
        (lambda made: made.old_presigned_url(1_600_000_000), Severity.MEDIUM),
        (lambda made: made.old_presigned_url(9_999_999_999), Severity.HIGH),
    ],
)
def test_the_severity_depends_on_the_validity(detect, make, severity: Severity) -> None:
    assert one(detect("aws-presigned-url", make(Generator(7)))).severity == severity


def test_an_impossible_key_id_makes_it_doubtful(detect) -> None:
    made = Generator(8)
    url = made.presigned_url()
    key_id = url.partition("Credential=")[2][:20]
    part = one(detect("aws-presigned-url", url.replace(key_id, "AKIA" + "B7KQ2ZZT5WMPLC3R")))
    assert part.confidence == Confidence.LOW
    assert part.account_id == ""


def test_an_eks_token(detect) -> None:
    token = Generator(9).eks_token("eu-north-1")
    part = one(detect("aws-eks-token", f"token: {token}\n"))
    assert part.value.reveal().decode() == token
    assert "decodes to a presigned request to sts.eu-north-1.amazonaws.com" in part.evidence
    assert len(part.account_id) == 12


def test_a_token_that_holds_another_request_is_no_eks_token(detect) -> None:
    url = "https://s3.amazonaws.com/?" + Generator(9).signed_query()
    token = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    assert detect("aws-eks-token", f"k8s-aws-v1.{token}") == []


# Registries


def test_the_two_forms_of_an_ecr_password(detect) -> None:
    for value in (Generator(1).ecr_password(), Generator(1).ecr_authorization_token()):
        part = one(detect("aws-ecr-password", f'{{"auth": "{value}"}}'))
        assert part.value.reveal().decode() == value
        assert part.evidence[1].startswith("expires 2026-02-14T2")


def test_a_codeartifact_token(detect) -> None:
    token = Generator(1).codeartifact_token()
    part = one(detect("aws-codeartifact-token", f"https://aws:{token}@x.d.codeartifact"))
    assert part.value.reveal().decode() == token
    assert "expires 2026-02-14T2" in part.evidence[1]


def test_a_web_token_is_neither(detect) -> None:
    made = Generator(2)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "x" * 90}).encode())
    token = b".".join([header.rstrip(b"="), *(made.text("abc", 300).encode(),) * 4])
    assert detect("aws-codeartifact-token", token) == []
    assert detect("aws-ecr-password", token) == []


# Passwords


def test_a_codecommit_url_with_an_encoded_password(detect) -> None:
    made = Generator(3)
    password = next(
        p for p in (made.service_password() for _ in range(50)) if "/" in p and "+" in p
    )
    user = made.service_user_name(ACCOUNT, "dev-user")
    url = f"https://{user}:{quote(password, '')}@git-codecommit.us-east-1.amazonaws.com/v1/repos/x"
    part = one(detect("aws-codecommit-password", f"git clone {url}"))
    assert part.value.reveal().decode() == password
    assert url[part.start - 10 : part.end - 10] == quote(password, "")
    assert part.account_id == ACCOUNT
    assert part.evidence == (
        f"stands with the user name of IAM user dev-user in account {ACCOUNT}",
    )


def test_the_password_nearest_to_its_user_name(detect) -> None:
    made = Generator(4)
    users = [made.service_user_name(user=name) for name in ("ada", "bob")]
    passwords = [made.service_password() for _ in users]
    lines = [f"{user},{password}" for user, password in zip(users, passwords, strict=True)]
    found = detect("aws-codecommit-password", "\n".join(["User Name,Password", *lines]))
    assert [part.value.reveal().decode() for part in found] == passwords


def test_a_password_before_its_user_name(detect) -> None:
    made = Generator(5)
    password, user = made.service_password(), made.service_user_name()
    text = json.dumps({"ServicePassword": password, "ServiceUserName": user}, indent=2)
    assert one(detect("aws-codecommit-password", text)).value.reveal().decode() == password


@pytest.mark.parametrize(
    "text",
    [
        "{user} {password}",  # nothing says that it is one
        "password of {user}: AbstractAnnotationConfigDispatcherServletInitialize",
        "password of {user}: " + "-" * 400 + "{password}",
        "password of {user}: {password}{password}{password}",
        "password of look-at-123: {password}",
        "password of x{user}9: {password}",
    ],
)
def test_what_is_no_service_password(detect, text: str) -> None:
    made = Generator(6)
    filled = text.format(user=made.service_user_name(), password=made.service_password())
    assert detect("aws-codecommit-password", filled) == []


def test_an_smtp_password_in_its_context(detect) -> None:
    made = Generator(7)
    password = made.ses_smtp_password()
    part = one(detect("aws-ses-smtp-password", f"SMTP_PASSWORD={password}"))
    assert (part.confidence, part.account_id) == (Confidence.HIGH, "")
    near = f"{made.access_key_id(ACCOUNT)}\n{password}\n"
    part = one(detect("aws-ses-smtp-password", near))
    assert (part.confidence, part.account_id) == (Confidence.MEDIUM, ACCOUNT)


@pytest.mark.parametrize(
    "text",
    [
        "{password}",
        "classes = '{password}'",  # `ses` inside of a word
        "smtp" + "." * 500 + "{password}",
        "smtp {password}-{password}",
        "smtp\n" + "{line}\n{password}\n",
    ],
)
def test_what_is_no_smtp_password(detect, text: str) -> None:
    made = Generator(8)
    filled = text.format(password=made.ses_smtp_password(), line=made.text("abcdXYZ019+/", 76))
    assert detect("aws-ses-smtp-password", filled) == []


# Keys


def test_one_key_pair_has_one_value(detect) -> None:
    pem = Generator(9).rsa_private_key()
    forms = [
        json.dumps({"KeyMaterial": pem}),
        json.dumps(json.dumps({"KeyMaterial": pem})),
        f"<keyMaterial>{pem}</keyMaterial>",
        f"KeyMaterial: '{pem}'",
    ]
    found = [detect("aws-ec2-private-key", form) for form in forms]
    values = {one(parts).value.reveal() for parts in found if parts}
    assert values == {pem.encode()}
    assert [len(parts) for parts in found] == [1, 0, 1, 1]  # JSON in JSON is the decoders' business
    assert found[0][0].evidence[0] == "a whole RSA key of 2048 bits"


def test_other_private_keys_are_left(detect) -> None:
    pem = Generator(9).rsa_private_key()
    assert detect("aws-ec2-private-key", pem) == []
    assert detect("aws-ec2-private-key", f"KeyMaterial is a word\n\n{pem}") == []
    shortened = "\n".join(pem.splitlines()[:5] + pem.splitlines()[-1:])
    assert detect("aws-ec2-private-key", json.dumps({"KeyMaterial": shortened})) == []
