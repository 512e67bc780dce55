"""Session tokens whose head is not known: by their name, next to a key ID."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.engine import scan_bytes
from scanner.findings import Confidence
from scanner.kinds import named_session_token
from scanner.kinds.interface import Match
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator

RULES = load_rules((), ())
RULE = "aws-named-session-token"


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Generator:
    return Generator(request.node.nodeid)


def findings(text: str) -> list[tuple[str, Confidence, set[str]]]:
    return [(f.rule_id, f.confidence, set(f.values)) for f in scan_bytes(text.encode(), "x", RULES)]


@pytest.mark.parametrize(
    "text",
    [
        "aws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n",
        "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token}\n",
        'AWS_SESSION_TOKEN="{token}" AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}\n',
        '{{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}}',
        '{{"accessKeyId":"{id}",\n"secretAccessKey":"{secret}",\n"sessionToken":\n"{token}"}}',
        "<SessionToken>\n{token}\n</SessionToken><SecretAccessKey>{secret}</SecretAccessKey>"
        "<AccessKeyId>{id}</AccessKeyId>",
        "fs.s3a.access.key={id}\nfs.s3a.secret.key={secret}\nfs.s3a.session.token={token}\n",
        "TF_VAR_aws_access_key_id={id}\nTF_VAR_aws_secret_access_key={secret}\n"
        "TF_VAR_aws_session_token={token}\n",
        "aws configure set aws_access_key_id {id}\n"
        "aws configure set aws_secret_access_key {secret}\n"
        "aws configure set aws_session_token {token}\n",
        "id {id}\nsecret {secret}\nX-Amz-Security-Token: {token}\n",
    ],
)
@pytest.mark.parametrize("size", [76, 300, 1200])
def test_a_token_joins_its_pair(text: str, size: int, made: Generator) -> None:
    token = made.base64(size)
    filled = text.format(
        id=made.temporary_access_key_id(), secret=made.secret_access_key(), token=token
    )
    [(rule, _, roles)] = findings(filled)
    assert (rule, roles) == ("aws-access-key-pair", {"key_id", "secret", "session_token"})


def test_without_a_secret(made: Generator) -> None:
    token = made.base64(300)
    text = f"AWS_ACCESS_KEY_ID={made.temporary_access_key_id()}\nAWS_SESSION_TOKEN={token}\n"
    assert (RULE, Confidence.MEDIUM, {"session_token"}) in findings(text)
    text = f"AWS_ACCESS_KEY_ID={made.access_key_id()}\nAWS_SESSION_TOKEN={token}\n"
    assert (RULE, Confidence.LOW, {"session_token"}) in findings(text)


@pytest.mark.parametrize(
    "line",
    [
        "github_session_token = {token}",
        "OKTA_SESSION_TOKEN={token}",
        "sessionTokenSecret: {token}",
        "laravelSessionToken = '{token}'",
        "session_id = {token}",
        "aws_session_token = ${{TOKEN}}",
        "aws_session_token = {word}",
        "aws_session_token = eyJhbGciOiJIUzI1NiJ9.{token}.{token}",
        "aws_session_token = {short}",
        "aws_session_token: {token}-{token}",
    ],
)
def test_what_is_no_token_of_aws(line: str, made: Generator) -> None:
    filled = line.format(
        token=made.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 160),
        word="TheQuickBrownFoxJumpsOverTheLazyDog" * 4,
        short=made.base64(60),
    )
    text = f"aws_access_key_id = {made.temporary_access_key_id()}\n{filled}\n"
    assert RULE not in {each[0] for each in findings(text)}


def test_far_away_and_known_heads(made: Generator) -> None:
    key_id = made.temporary_access_key_id()
    far = f"{key_id}\n" + "x = 1\n" * 500 + f"AWS_SESSION_TOKEN={made.base64(300)}\n"
    known = f"{key_id}\nAWS_SESSION_TOKEN={made.session_token()}\n"
    for text in (far, known):
        assert RULE not in {each[0] for each in findings(text)}


def test_a_repeated_example_is_set_aside(made: Generator) -> None:
    text = f"{made.temporary_access_key_id()}\nAWS_SESSION_TOKEN={made.text('ab1/Xz', 300)}\n"
    assert RULE not in {each[0] for each in findings(text)}


@given(st.binary(max_size=300), st.sampled_from([b"", b"AWS_SESSION_TOKEN=", b'"SessionToken": "']))
def test_any_bytes_are_judged(content: bytes, name: bytes) -> None:
    for rule in RULES:
        if rule.id == RULE:
            layer = Layer(b"ASIA" + b"Q" * 16 + content + name + content * 3)
            part = named_session_token.detect(rule, layer, Match(0, 20))
            assert part is None or 0 < part.start < part.end <= len(layer.data)
