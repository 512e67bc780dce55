"""Presigned POST policies and signed headers: `scanner.kinds.signed_request`."""

from __future__ import annotations

import json

import pytest

from scanner.findings import Confidence
from scanner.kinds import signed_request
from scanner.rulebook.generator import Generator

POST, HEADER = "aws-post-policy", "aws-signed-header"


@pytest.mark.parametrize("make", [signed_request.make_form, signed_request.make_html_form])
def test_a_form(detect_one, make) -> None:
    text = make(Generator(1))
    fields = json.loads(signed_request.make_form(Generator(1)))["fields"]
    part = detect_one(POST, text)
    assert part.value.reveal().decode() == fields["policy"]
    assert "expires 2026-02-14T10:30:00Z" in part.evidence
    # The key ID in the form is none by itself.
    assert text[part.start : part.end].startswith(fields["x-amz-credential"])
    assert text[part.start : part.end].endswith(fields["x-amz-signature"])
    told = signed_request.tell_post("presigned POST", {"policy": part.value})
    assert (told.expires, told.region) == ("2026-02-14T10:30:00Z", "eu-west-1")
    assert told.signed_by.startswith("AKIA")


@pytest.mark.parametrize("missing", ["policy", "x-amz-signature", "x-amz-credential"])
def test_a_form_that_lacks_a_field_is_left(detect, missing: str) -> None:
    fields = json.loads(signed_request.make_form(Generator(2)))["fields"]
    del fields[missing]
    assert detect(POST, json.dumps(fields)) == []


@pytest.mark.parametrize("temporary", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        "authorization: {}",
        '> Authorization: "{}"',
        "{{'Authorization': b'{}'}}",
        "DEBUG headers={{'Authorization': '{}', 'User-Agent': 'Boto3'}}",
    ],
)
def test_a_header_in_a_log(detect_one, line: str, temporary: bool) -> None:
    header = signed_request.make_header(Generator(3), temporary=temporary)
    part = detect_one(HEADER, line.format(header))
    assert part.value.reveal().decode() == header
    assert "signed for dynamodb in eu-west-1" in part.evidence[0]
    told = signed_request.tell_header("signed header", {"header": part.value})
    assert (told.region, told.generation) == ("eu-west-1", 2)


def test_an_impossible_key_id_makes_it_doubtful(detect_one) -> None:
    header = signed_request.make_header(Generator(4))
    key_id = header.partition("Credential=")[2][:20]
    header = header.replace(key_id, "".join(("AK", "IA0918QWTRSPKMZXBC")))
    assert detect_one(HEADER, header).confidence == Confidence.LOW
