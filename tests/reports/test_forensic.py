"""What a credential tells by itself, in each format: its rows, its evidence, its expiry."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from scanner.findings import Confidence, Forensics, Report
from scanner.reports import FORMATS, load, step_summary
from scanner.reports.forensic import ending, facts, facts_properties, reasons
from scanner.secret import printable

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8")
)
WHOLE = Forensics(
    "presigned URL", 2, "the signing key ID: it is odd", "eu-west-1",
    "2026-02-14T09:30:00Z", "2026-02-14T10:30:00Z", "sofia", "AKIA****ABCD",
)  # fmt: skip
ACCOUNT = "123456789012"


@pytest.fixture
def make(builders):
    def made(told, *evidence, of=None, role="url"):
        rule = of or builders.CUSTOM
        value = {role: builders.Maker().secret()}
        place = builders.at(role, "a.py", 1)
        return builders.finding(
            rule, value, place, forensics=told, evidence=evidence, account_id=ACCOUNT
        )

    return made


def shown(builders, format_name, finding, **more):
    report = Report("scan", (finding,), builders.tally())
    view = builders.view(show=Confidence.LOW, **more)
    return "".join(load(format_name).render(report, view))


@pytest.mark.parametrize("verbosity", [0, 1])
def test_the_text_has_a_row_for_each_fact(builders, make, verbosity):
    text = shown(builders, "text", make(WHOLE, "why"), verbosity=verbosity)
    rows = (
        "    kind               presigned URL\n"
        "                       AWS cannot have issued it: the signing key ID: it is odd\n"
        "    region             eu-west-1\n"
        "    issued             2026-02-14T09:30:00Z\n"
        "    expires            2026-02-14T10:30:00Z\n"
        "    user               sofia\n"
        "    signed by          AKIA****ABCD\n"
        "    because            why\n"
    )
    assert rows in text


def test_a_kind_that_the_name_of_the_rule_says_has_no_row(builders, make):
    url = builders.rule("aws-presigned-url", "URL", 2, 2)
    rows = dict(facts(make(WHOLE, of=url)))
    assert rows["kind"] == ["", "AWS cannot have issued it: the signing key ID: it is odd"]
    nothing = make(Forensics("presigned URL"), of=url)._replace(rule_id=builders.KEY_ID.id)
    assert dict(facts(nothing._replace(rule_id="aws-presigned-url")))["kind"] == ["", ""]


@pytest.mark.parametrize(
    ("generation", "said"),
    [(0, ""), (1, ", ID of the form before March 2019"), (2, ", ID of the form since March 2019")],
)
def test_the_generation_is_that_of_a_key_id(make, generation, said):
    told = Forensics("temporary access key", generation)
    assert dict(facts(make(told, role="key_id")))["kind"][0] == f"temporary access key{said}"
    assert dict(facts(make(told)))["kind"][0] == "temporary access key"


def test_nothing_told_has_no_rows(builders, make):
    assert list(facts(make(None))) == []
    text = shown(builders, "text", make(None, "signed 2026, expires 2027"))
    assert "because            signed 2026, expires 2027\n" in text
    for label in ("kind", "region", "issued", "expires", "user", "signed by"):
        assert f"    {label}  " not in text


@pytest.mark.parametrize(
    "sentence",
    [
        "signed 2026-02-14T09:30:00Z, expires 2026-02-14T10:30:00Z",
        "issued 2026-02-14T09:30:00Z, expires 2026-02-14T10:30:00Z",
        "signed 2026-02-14T09:30:00Z, accepted for 15 minutes",
        "signed 2026-02-14T09:30:00Z",
        "expires 2026-02-14T10:30:00Z",
        "issued in eu-west-1",
        "prefix AKIA: presigned URL",
        "AWS cannot have issued the key ID: it is odd",
        f"structure of a key ID issued since 2019, account {ACCOUNT}",
    ],
)
def test_evidence_that_says_the_same_is_not_repeated(make, sentence):
    assert reasons(make(WHOLE, "a", sentence, "b")) == ["a", "b"]
    assert reasons(make(None, "a", sentence)) == ["a", sentence]
    # Another fact is no repetition.
    other = Forensics("access key", 1, "it is even", "eu-west-2", "2001", "2002")
    assert reasons(make(other, sentence)) == [sentence]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (Forensics("access key", 1), "structure of a key ID issued before 2019"),
        (Forensics("access key", 0, "it is odd"), "AWS cannot have issued it: it is odd"),
        (Forensics("SES SMTP password, version 4"),
         "form of an SES SMTP password, version 4"),
        (Forensics("RSA private key of 2048 bits"), "a complete RSA key of 2048 bits"),
    ],
)  # fmt: skip
def test_evidence_of_other_kinds_that_says_the_same(make, told, sentence):
    assert reasons(make(told, sentence, "b")) == ["b"]
    assert reasons(make(Forensics("access key", 2), sentence)) == [sentence]


def test_a_region_is_taken_out_of_a_sentence(make):
    sentence = "request to b.s3.eu-west-1.amazonaws.com, signed for s3 in eu-west-1, with a token"
    assert reasons(make(WHOLE, sentence)) == [
        "request to b.s3.eu-west-1.amazonaws.com, signed for s3, with a token"
    ]
    assert reasons(make(Forensics("presigned URL"), sentence)) == [sentence]


def test_json_has_all_of_it(builders, make):
    report = json.loads(shown(builders, "json", make(WHOLE, "signed 2026-02-14T09:30:00Z")))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(report)
    found = report["findings"][0]
    assert found["forensics"] == {
        "kind": "presigned URL", "generation": 2, "region": "eu-west-1",
        "impossible": "the signing key ID: it is odd",
        "issued": "2026-02-14T09:30:00Z", "expires": "2026-02-14T10:30:00Z",
        "user": "sofia", "signed_by": "AKIA****ABCD",
    }  # fmt: skip
    assert found["evidence"] == ["signed 2026-02-14T09:30:00Z"]


def test_json_has_null_for_what_is_not_told(builders, make):
    report = json.loads(shown(builders, "json", make(Forensics("session token"))))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(report)
    assert report["findings"][0]["forensics"] == {
        "kind": "session token", "generation": None, "impossible": None, "region": None,
        "issued": None, "expires": None, "user": None, "signed_by": None,
    }  # fmt: skip
    assert json.loads(shown(builders, "json", make(None)))["findings"][0]["forensics"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ""}, {"kind": None}, {"generation": 0}, {"generation": 3}, {"region": ""},
        {"region": "somewhere"}, {"issued": ""}, {"expires": "2026-02-14"}, {"impossible": ""},
        {"more": 1}, {"user": ""}, {"signed_by": ""}, {"signed_by": "AKIA" + "A" * 16},
    ],
)  # fmt: skip
def test_the_schema_refuses(builders, make, change):
    report = json.loads(shown(builders, "json", make(WHOLE)))
    assert jsonschema_rs.Draft202012Validator(SCHEMA).is_valid(report)
    report["findings"][0]["forensics"].update(change)
    assert not jsonschema_rs.Draft202012Validator(SCHEMA).is_valid(report)


def test_the_schema_takes_a_report_of_before(builders, make):
    report = json.loads(shown(builders, "json", make(WHOLE)))
    del report["findings"][0]["forensics"]
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(report)


def test_the_schema_takes_a_report_of_before_users_and_signers(builders, make):
    report = json.loads(shown(builders, "json", make(WHOLE)))
    for name in ("user", "signed_by"):
        del report["findings"][0]["forensics"][name]
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(report)


@pytest.mark.parametrize(
    "sentence",
    [
        "decodes to an API key of IAM user {} in account 123456789012",
        "next to the user name of IAM user {} in account 123456789012",
    ],
)
def test_a_user_is_taken_out_of_a_sentence(make, sentence):
    whole = sentence.format("sofia")
    before = whole.partition(" of IAM user")[0]
    assert reasons(make(WHOLE, whole)) == [before]
    assert reasons(make(WHOLE._replace(user="sof"), whole)) == [whole]
    assert reasons(make(WHOLE._replace(user=""), whole)) == [whole]


@pytest.mark.parametrize("name", ["a\x1b[31mb", "##[error]x", "x ::error::y", "a\nb", "a\u202eb"])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_user_is_escaped_as_other_names_are(builders, make, name, format_name):
    text = shown(builders, format_name, make(Forensics("a key", user=name)))
    assert name not in text
    assert not {"\x1b", "\u202e"} & set(text)
    assert "##[" not in text
    if format_name in ("json", "sarif"):
        told = json.dumps(json.loads(text))
        assert json.dumps(printable(name)) in told
    elif format_name == "text":
        assert f"    user               {printable(name)}\n" in text


def test_sarif_has_what_is_told(builders, make):
    result = json.loads(shown(builders, "sarif", make(WHOLE)))["runs"][0]["results"][0]
    told = {
        "credentialKind": "presigned URL", "keyGeneration": 2, "awsRegion": "eu-west-1",
        "impossible": "the signing key ID: it is odd",
        "issued": "2026-02-14T09:30:00Z", "expires": "2026-02-14T10:30:00Z",
        "iamUser": "sofia", "signedBy": "AKIA****ABCD",
    }  # fmt: skip
    assert told.items() <= result["properties"].items()
    assert result["message"]["text"].endswith("can be read here. It expires 2026-02-14T10:30:00Z.")
    bare = json.loads(shown(builders, "sarif", make(None)))["runs"][0]["results"][0]
    assert told.keys().isdisjoint(bare["properties"])
    assert bare["message"]["text"].endswith("can be read here.")
    assert facts_properties(make(Forensics("x"))) == {"credentialKind": "x"}


def test_annotations_and_summary_tell_the_end(builders, make):
    finding = make(WHOLE)
    assert ending(finding) == "expires 2026-02-14T10:30:00Z"
    assert "; expires 2026-02-14T10:30:00Z. Severity" in shown(builders, "github", finding)
    report = Report("scan", (finding,), builders.tally())
    summary = step_summary.summary(report, builders.view(), 100_000)
    assert r"**expires 2026\-02\-14T10\:30\:00Z** (" in summary
    for told in (None, Forensics("presigned URL", issued="2026-02-14T09:30:00Z")):
        assert ending(make(told)) == ""
        assert "expires" not in shown(builders, "github", make(told))
        report = Report("scan", (make(told),), builders.tally())
        assert "expires" not in step_summary.summary(report, builders.view(), 100_000)


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_depends_on_the_present_time(builders, make, format_name, monkeypatch):
    before = shown(builders, format_name, make(WHOLE))
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert shown(builders, format_name, make(WHOLE)) == before
