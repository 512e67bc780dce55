"""What is told of a finding: something of each shipped kind, and nothing of a secret value."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache

import pytest

from scanner.content import Layer
from scanner.engine.run import ScanJob, run
from scanner.findings import Confidence, Finding, Forensics, Report, Severity, Tally
from scanner.kinds import noun_of, tell
from scanner.kinds.examples import expand
from scanner.liveness.states import Liveness, State
from scanner.liveness.verdicts import applied
from scanner.reports import load
from scanner.reports.interface import View
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.rulebook.loading import shipped_files
from scanner.secret import Secret
from scanner.sources.interface import Window

RULES = load_rules((), ())
WINDOW = 8
"""Characters of a value that do not stand in what is told, but for a region and a time."""


class MemoryBlob:
    object, shareable = "", False

    def __init__(self, text: str) -> None:
        self.path, self.data = "a.txt", text.encode()

    def read(self) -> bytes:
        return self.data

    def windows(self) -> Iterator[Window]:
        yield Window(Layer(self.data), len(self.data))


def scanned(text: str) -> Report:
    return run("scan", [MemoryBlob(text)], Tally(), ScanJob(RULES, 1))


EXAMPLES = {
    f"{content.rule.id}-{number}": expand(template, f"{content.rule.id}/{number}")
    for _, content in shipped_files()
    for number, template in enumerate(content.examples.match)
}


@cache
def reports() -> dict[str, Report]:
    """Return what a scan of each example finds; made where that is needed, not by all."""
    return {name: scanned(text) for name, text in EXAMPLES.items()}


REQUEST = {"generation", "region", "issued", "expires", "signed_by"}


def finding(rule_id: str, **values: str) -> Finding:
    parts = {role: Secret(value.encode()) for role, value in values.items()}
    return Finding(rule_id, Severity.HIGH, Confidence.HIGH, "", parts, "", (), ())


def test_every_shipped_rule_has_a_kind() -> None:
    nouns = [rule.noun for rule in RULES]
    assert all(nouns)
    assert len(set(nouns)) == len(nouns) - 1  # a key ID is one of an access key


def test_of_a_rule_of_the_user_nothing_is_known() -> None:
    assert tell(finding("our-token", token="0123456789abcdef")) is None


def test_what_has_no_reader_tells_its_kind() -> None:
    told = tell(finding("aws-unnamed-secret", secret="x" * 40))
    assert told == Forensics("value that looks like a secret access key")


@pytest.mark.parametrize("rule_id", ["aws-session-token", "aws-access-key-pair"])
def test_a_session_token_alone_and_in_a_pair(rule_id: str) -> None:
    made = Generator(1)
    values = {"session_token": made.session_token("eu-west-2")}
    if rule_id == "aws-access-key-pair":
        values |= {"key_id": made.temporary_access_key_id(), "secret": made.secret_access_key()}
    told = tell(finding(rule_id, **values))
    assert told is not None
    assert told.region == "eu-west-2"


def test_every_example_tells_something() -> None:
    for name, report in reports().items():
        assert report.findings, name
        for each in report.findings:
            assert each.forensics is not None, name
            assert each.forensics.kind, name
            assert not re.search(r"\[|None|\(\)|, ,", each.forensics.kind), name


@pytest.mark.parametrize(
    ("rule_id", "fields"),
    [
        ("aws-access-key-id", {"generation"}),
        ("aws-access-key-pair", {"generation"}),
        (
            "aws-bedrock-short-term-api-key",
            REQUEST,
        ),
        (
            "aws-claude-platform-short-term-api-key",
            REQUEST,
        ),
        ("aws-codeartifact-token", {"issued", "expires"}),
        ("aws-ecr-password", {"expires"}),
        ("aws-eks-token", REQUEST),
        ("aws-presigned-url", {"generation", "expires", "signed_by"}),
        ("aws-bedrock-api-key", {"user"}),
        ("aws-claude-platform-api-key", {"user"}),
        ("aws-service-api-key", {"user"}),
        ("aws-codecommit-password", {"user"}),
        ("aws-session-token", set()),
        ("aws-secret-access-key", set()),
    ],
)
def test_the_examples_tell_what_the_documentation_says(rule_id: str, fields: set[str]) -> None:
    for name, report in reports().items():
        if name.startswith(f"{rule_id}-") and name[len(rule_id) + 1 :].isdigit():
            for each in report.findings:
                told = each.forensics
                assert told is not None
                if each.rule_id == rule_id and not told.impossible:
                    assert fields <= {key for key, value in told._asdict().items() if value}


def test_nothing_of_a_value_is_told() -> None:
    for report in reports().values():
        for each in report.findings:
            told = each.forensics
            assert told is not None
            # A region and times are facts that stand in a value as they are.
            text = " ".join((told.kind, told.impossible, told.signed_by))
            assert re.fullmatch(r"|[a-z]{2,4}(-[a-z]+)+-[1-9]", told.region)
            for time in (told.issued, told.expires):
                assert re.fullmatch(r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)
            for value in each.values.values():
                plain = value.reveal().decode()
                spellings = (plain, base64.b64encode(plain.encode()).decode())
                for spelling in spellings:
                    for at in range(len(spelling) - WINDOW + 1):
                        assert spelling[at : at + WINDOW] not in text


@pytest.mark.parametrize("verbosity", [0, 1])
def test_the_text_says_each_fact_once(verbosity: int) -> None:
    for full in reports().values():
        report = full._replace(findings=full.findings[:1])
        view = View(False, False, verbosity, Confidence.MEDIUM, RULES, 1)
        block = "".join(load("text").render(report, view)).partition("\n\n")[0]
        words = " ".join(block.split())
        told = report.findings[0].forensics
        assert told is not None
        for fact in (told.impossible, told.issued, told.expires, told.signed_by):
            assert words.count(fact) == 1 or not fact
        if told.region:
            assert len(re.findall(rf"(?<![\w.-]){told.region}(?![\w.-])", words)) == 1
        if told.user:
            assert words.count(f"user {told.user}") == 1
            assert "IAM user" not in words
        # The name of the rule stands above: a kind that says no more has no row.
        refined = told.kind != noun_of(report.findings[0].rule_id)
        assert ("\n    kind  " in block) == refined
        assert words.count(told.kind) == 1 or not refined
        assert words.count("since 2019") + words.count("March 2019") <= 1


@pytest.mark.parametrize("name", ["aws-presigned-url-0", "aws-access-key-pair-0"])
def test_what_was_believed_and_why_is_complete_for_machines(name: str) -> None:
    report = reports()[name]
    before = [each.evidence for each in report.findings]
    view = View(False, False, 0, Confidence.MEDIUM, RULES, 1)
    shown = "".join(load("json").render(report, view))
    for evidence in before:
        assert all(sentence in shown for sentence in evidence)


@pytest.mark.parametrize("state", State)
def test_what_is_told_survives_the_answer_of_sts(state: State) -> None:
    before = reports()["aws-access-key-pair-0"].findings[0]
    after = applied(before, Liveness(state, account="123456789012"), everywhere=True)
    assert after.forensics == before.forensics is not None


def test_the_same_scan_tells_the_same() -> None:
    for name, text in list(EXAMPLES.items())[:10]:
        assert scanned(text).findings == reports()[name].findings
