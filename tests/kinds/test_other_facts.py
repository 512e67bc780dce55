"""What registry tokens, private keys and SMTP passwords report by themselves."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Forensics
from scanner.kinds import load, noun_of, private_key, registry_token, smtp_password
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

ECR, CODEARTIFACT = "aws-ecr-password", "aws-codeartifact-token"
EC2, SES = "aws-ec2-private-key", "aws-ses-smtp-password"
seconds = st.integers(1_000_000_000, (1 << 33) - 1)


RULES = {rule.id: rule for rule in shipped_rules()}


def teller(rule_id: str):
    return load(RULES[rule_id].kind).tell


def read(rule_id: str, value: str | bytes) -> Forensics:
    secret = Secret(value if isinstance(value, bytes) else value.encode())
    return teller(rule_id)(noun_of(rule_id), {"value": secret})


def iso(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}Z"


def ecr(user: str = "", **changes: object) -> str:
    content = {"payload": "x" * 400, "datakey": "y", "version": "2", "type": "DATA_KEY", **changes}
    password = base64.b64encode(json.dumps(content).encode()).decode()
    return base64.b64encode(f"{user}{password}".encode()).decode() if user else password


def codeartifact(**header: object) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "A128GCMKW", **header}).encode()).decode()
    return f"{head.rstrip('=')}.AAAA.BBBB.CCCC.DDDD"


@given(seconds, st.sampled_from(["", "AWS:"]))
def test_ecr_passwords_are_read_back(expires: int, user: str) -> None:
    told = read(ECR, ecr(user, expiration=expires))
    assert told == Forensics("ECR password", expires=iso(expires))


def test_an_older_ecr_password_tells_nothing() -> None:
    assert read(ECR, ecr()) == Forensics("ECR password")


@given(seconds, st.integers(1, 43_200))
def test_codeartifact_tokens_are_read_back(issued: int, lasts: int) -> None:
    issued -= lasts
    told = read(CODEARTIFACT, codeartifact(isu=issued, exp=issued + lasts))
    kind = "CodeArtifact authorization token"
    assert told == Forensics(kind, issued=iso(issued), expires=iso(issued + lasts))


@pytest.mark.parametrize(
    "header",
    [
        {"isu": 2_000, "exp": 1_000},
        {"isu": 5},
        {"isu": 5, "exp": "x"},
        {"isu": 2_000, "exp": 2_000},
    ],
)
def test_codeartifact_tokens_that_contradict_themselves(header: dict[str, object]) -> None:
    assert read(CODEARTIFACT, codeartifact(**header)) == Forensics(noun_of(CODEARTIFACT))


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_private_keys_tell_their_size(bits: int) -> None:
    told = read(EC2, private_key.make_rsa_private_key(Generator(1), bits))
    assert told == Forensics(f"RSA private key of {bits} bits")


def test_smtp_passwords_tell_their_version() -> None:
    made = Generator(1)
    assert read(SES, smtp_password.make_password(made)) == Forensics("SES SMTP password, version 4")
    assert read(SES, smtp_password.make_old_password(made)) == Forensics(
        "SES SMTP password, version 2"
    )


WHOLE = {
    ECR: registry_token.make_ecr_password(Generator(1)),
    CODEARTIFACT: registry_token.make_codeartifact_token(Generator(1)),
    EC2: private_key.make_rsa_private_key(Generator(1), 1024),
    SES: smtp_password.make_password(Generator(1)),
}


@pytest.mark.parametrize("rule_id", WHOLE)
def test_what_is_cut_off_tells_the_same_or_nothing(rule_id: str) -> None:
    whole = read(rule_id, WHOLE[rule_id])
    assert whole != Forensics(noun_of(rule_id))
    for size in range(len(WHOLE[rule_id])):
        told = read(rule_id, WHOLE[rule_id][:size])
        assert told.kind in (noun_of(rule_id), whole.kind)
        assert all(part in ("", 0, same) for part, same in zip(told[1:], whole[1:], strict=True))


@pytest.mark.parametrize("rule_id", WHOLE)
@given(value=st.binary(max_size=300))
def test_anything_else_tells_nothing(rule_id: str, value: bytes) -> None:
    if not (rule_id == SES and len(value) == 44):
        assert read(rule_id, value) == Forensics(noun_of(rule_id))


@pytest.mark.parametrize("rule_id", WHOLE)
@given(st.data())
def test_damage_is_no_error(rule_id: str, data: st.DataObject) -> None:
    value = bytearray(WHOLE[rule_id].encode())
    value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    assert read(rule_id, bytes(value)).kind
