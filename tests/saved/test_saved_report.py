"""Saved reports: what is read is what was written, and what is not a report is refused."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import (
    BaselineUse,
    Confidence,
    Configuration,
    Finding,
    Forensics,
    Head,
    History,
    InHead,
    InRepository,
    Location,
    Moment,
    Notice,
    Report,
    Severity,
    Tally,
)
from scanner.liveness.states import Liveness, Reason, State, words
from scanner.pushed import Pushed
from scanner.reports.interface import View
from scanner.reports.json_report import render
from scanner.saved.report import NoReportError, read
from scanner.secret import Secret

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ACCOUNT = "123456789012"
FORENSICS = Forensics(
    "a key", 2, "why", "eu-west-1", "2026-11-21T00:00:00Z", "2026-11-21T06:00:00Z", "alice",
    "AKIA****AAAA",
)  # fmt: skip
BYTES = st.binary(min_size=1, max_size=12).map(os.fsdecode)
NAMES = BYTES | st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
LINES = st.integers(1, 10**9)


def written(report: Report, show_secrets: bool = False) -> bytes:
    view = View(show_secrets, False, 0, Confidence.MEDIUM, (), 1)
    return "".join(render(report, view)).encode()


@st.composite
def locations(draw: Any) -> Location:
    line, column = draw(LINES), draw(LINES)
    head = draw(st.sampled_from([InHead(), InHead(COMMIT), InHead(COMMIT, 3, 4, 3, 24)]))
    in_git = draw(st.booleans())
    return Location(
        "key_id", draw(NAMES), line, column, line, column + 20,
        member=draw(st.just("") | NAMES),
        decoded=draw(st.sampled_from([(), ("base64", "gzip")])),
        object=COMMIT if in_git else "",
        commit=COMMIT if in_git else "",
        author_date="2026-05-01T10:00:00+02:00" if in_git else "",
        scope=draw(st.sampled_from(["", "unreachable"])),
        head=head,
    )  # fmt: skip


@given(
    where=st.lists(locations(), min_size=1, max_size=3, unique=True),
    author=NAMES,
    severity=st.sampled_from([*Severity]),
    confidence=st.sampled_from([*Confidence]),
    state=st.sampled_from(State),
    reason=st.sampled_from(Reason),
    detail=st.sampled_from(["", "a clause; with: signs"]),
    principal=st.sampled_from(["", "user", "role", "root", "federated-user"]),
    history=st.booleans(),
    branches=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=3),
    generation=st.sampled_from([0, 1, 2]),
    pushed=st.sampled_from(Pushed),
)
def test_what_is_written_is_read_again(
    where: list[Location], author: str, severity: Severity, confidence: Confidence,
    state: State, reason: Reason, detail: str, principal: str, history: bool, branches: list[str],
    generation: int, pushed: Pushed,
) -> None:  # fmt: skip
    moment = Moment(COMMIT, author, "2026-05-01T10:00:00+02:00")
    past = History(
        moment, moment, None, True, pushed, 7, tuple(sorted(branches)), ("v1",), ("stash@{0}",), 2
    )
    arn = "arn:aws:iam::123456789012:root" if principal else ""
    account = "123456789012" if principal else ""
    told = Liveness(state, reason, account, arn, principal, "aws" if principal else "", detail)
    found = Finding(
        "aws-access-key-id", severity, confidence, "0" * 32, {"key_id": Secret(b"A" * 20)}, account,
        ("made for a test",), tuple(where), past if history else None, "", told, "ours",
        FORENSICS._replace(generation=generation),
    )._replace(canary="configured" if history else "known")  # fmt: skip
    report = read(written(Report("history", (found,), Tally(), heads=(Head("", COMMIT),))))
    (saved,) = report.findings
    for name in ("rule_id", "severity", "confidence", "fingerprint", "account_id", "evidence",
                 "history", "owner", "forensics", "liveness", "canary"):  # fmt: skip
        assert getattr(saved, name) == getattr(found, name), name
    assert set(saved.locations) == set(where)
    assert {role: value.shown(True) for role, value in saved.values.items()} == {
        "key_id": "AAAA****AAAA"
    }
    assert report[:5] == ("history", True, (), (), (Head("", COMMIT),))
    assert saved.liveness is not None
    assert words(saved.liveness) == words(told)


def test_an_incomplete_and_narrowed_scan_is_told() -> None:
    tally = Tally()
    tally.notice(Notice("missing-object", "a", "gone", True))
    report = read(written(Report("history", (), tally, narrowed=("only the branch main",))))
    assert not report.complete
    assert report.incomplete == ("missing-object",)
    assert report.narrowed == ("only the branch main",)


def changed(path: tuple[Any, ...], value: Any) -> bytes:
    made = copy.deepcopy(full())
    target = made
    for key in path[:-1]:
        target = target[key]
    if value is KeyError:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return json.dumps(made).encode()


def full() -> dict[str, Any]:
    """Return a report in which there is something in every field."""
    moment = Moment(COMMIT, "Al <al@example.com>", "2026-05-01T10:00:00+02:00")
    where = Location(
        "key_id", "deploy.env", 1, 5, 1, 25, "m", ("gzip",), "", COMMIT, COMMIT, "2026-05-01", "s",
        InHead(COMMIT, 1, 1, 1, 2), "r",
    )  # fmt: skip
    told = Liveness(
        State.LIVE, Reason.REFUSED, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "user", "aws"
    )
    past = History(moment, moment, moment, True, Pushed.YES, 204, ("main",), ("v1",), ("index",), 2)
    values = {"key_id": Secret(b"A" * 20), "secret": Secret(b"a" * 40)}
    found = Finding(
        "aws-access-key-pair", Severity.HIGH, Confidence.HIGH, "0" * 32, values, ACCOUNT,
        ("made for a test",), (where,), past, "", told, "ours", FORENSICS,
        repositories=(InRepository("r", past),),
    )  # fmt: skip
    report = Report(
        "history",
        (found,),
        Tally(),
        Configuration("a.toml", 1, ("x",), None),
        ("only main",),
        (Head("", COMMIT),),
        BaselineUse("b.json", 3, 2, 1),
    )
    made: dict[str, Any] = json.loads(written(report))
    return made


FINDING = ("findings", 0)
LOCATION = (*FINDING, "locations", 0)
NEEDED = [
    ("tool",), ("schema_version",), ("scan",), ("findings",), ("scan", "kind"),
    ("scan", "complete"), ("scan", "incomplete"), ("scan", "heads", 0, "commit"),
    ("scan", "heads", 0, "repository"),
    *((*FINDING, key) for key in ("rule_id", "severity", "confidence", "fingerprint", "values",
                                  "locations")),
    *((*LOCATION, key) for key in ("role", "path", "start_line", "start_column", "end_line",
                                   "end_column")),
    *((*LOCATION, "head", key) for key in ("object", "start_column", "end_line", "end_column")),
    *((*FINDING, "history", key) for key in ("in_head", "pushed", "days", "branches", "tags",
                                             "held_by", "copies")),
    (*FINDING, "repositories", 0, "repository"),
    *((*FINDING, "history", "first", key) for key in ("commit", "author", "author_date")),
    (*FINDING, "liveness", "state"),
]  # fmt: skip
MAY_LACK = [
    ("scan", "notices"), ("scan", "configuration"), ("scan", "baseline"),
    (*FINDING, "repositories", 0, "history"), (*FINDING, "repositories"),
    (*LOCATION, "repository"),
    ("scan", "narrowed"), ("scan", "heads"), ("scan", "counts"),
    *((*FINDING, key) for key in ("account_id", "evidence", "history", "liveness", "owner",
                                  "forensics", "canary")),
    *((*LOCATION, key) for key in ("member", "decoded", "commit", "object", "scope", "author_date",
                                   "head")),
    *((*FINDING, "liveness", key) for key in ("reason", "account", "arn", "principal", "partition",
                                              "summary")),
    *((*FINDING, "forensics", key) for key in ("kind", "generation", "impossible", "region",
                                               "issued", "expires", "user",
                                               "signed_by")),
]  # fmt: skip


@pytest.mark.parametrize("path", NEEDED)
def test_what_is_needed_must_be_there(path: tuple[Any, ...]) -> None:
    with pytest.raises(NoReportError):
        read(changed(path, KeyError))


@pytest.mark.parametrize("path", MAY_LACK)
@pytest.mark.parametrize("value", [KeyError, None])
def test_what_newer_versions_have_may_be_absent(path: Any, value: Any) -> None:
    assert len(read(changed(path, value)).findings) == 1


PUSHED = (*FINDING, "history", "pushed")
WRONG = [None, True, 1.5, "", "other words", -1, 0, [], [1], {}, {"a": 1}, "1", 10**30]


@pytest.mark.parametrize(
    "path", [each for each in (*NEEDED, *MAY_LACK) if each != ("scan", "counts")]
)
def test_another_type_is_refused(path: tuple[Any, ...]) -> None:
    good = full()
    for key in path:
        good = good[key]
    refused = 0
    for value in WRONG:
        if type(value) is type(good) or (path in (*MAY_LACK, PUSHED) and value is None):
            continue
        with pytest.raises(NoReportError):
            read(changed(path, value))
        refused += 1
    assert refused > 5


FORMS = {
    (*FINDING, "fingerprint"): ["0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n"],
    (*FINDING, "rule_id"): [""],
    (*FINDING, "evidence"): [[1], ["a", None]],
    (*FINDING, "history", "branches"): [[1]],
    (*LOCATION, "decoded"): [[{}]],
    ("scan", "kind"): [""],
    ("scan", "incomplete"): [[1]],
    ("scan", "narrowed"): [[["a"]]],
    (*FINDING, "account_id"): ["12345678901", "١٢٣٤٥٦٧٨٩٠١٢", "123456789012\n", "$(date)"],
    (*FINDING, "severity"): ["CRITICAL", "worst"],
    (*FINDING, "confidence"): ["certain"],
    (*FINDING, "owner"): ["theirs"],
    (*FINDING, "canary"): ["maybe", True, ""],
    (*FINDING, "values"): [{}, {"Key": "a"}, {"a b": "c"}, {"a\n": "c"}],
    (*FINDING, "locations"): [[]],
    (*FINDING, "liveness", "state"): ["alive"],
    (*FINDING, "liveness", "reason"): ["why"],
    (*FINDING, "liveness", "principal"): ["group"],
    (*FINDING, "liveness", "arn"): ["a", "arn:aws:x\ny"],
    (*FINDING, "liveness", "partition"): ["aws; date", "AWS"],
    (*LOCATION, "commit"): ["main", "0" * 39, "-" * 40],
    (*LOCATION, "object"): ["0" * 41],
    (*LOCATION, "role"): ["$(date)"],
    (*LOCATION, "start_line"): [0, -1, True],
    (*LOCATION, "head", "object"): ["HEAD"],
    ("scan", "heads", 0, "commit"): ["HEAD"],
}


@pytest.mark.parametrize(("path", "values"), FORMS.items())
def test_another_form_is_refused(path: Any, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(NoReportError):
            read(changed(path, value))


def test_keys_that_nobody_knows_are_passed_over() -> None:
    made = full()
    expected = read(json.dumps(made).encode())
    for path in ((), ("scan",), FINDING, LOCATION, (*FINDING, "liveness"), (*FINDING, "history")):
        target = made
        for key in path:
            target = target[key]
        target["from_the_future"] = {"a": [1]}
    assert read(json.dumps(made).encode()) == expected


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"{hello}", "it is not JSON"),
        (b"{} {", "it is not JSON"),
        (b'["', "it is not JSON"),
        (b'{"a": "b\n"', "it is not JSON"),
        (b"\xff\xfe\xfd", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"1" * 10_000, "it is not JSON"),
        (b"[]", "it is not a JSON report of keycatch"),
        (b"null", "it is not a JSON report of keycatch"),
        (b'{"version": "2.1.0", "runs": []}', "it is not a JSON report of keycatch"),
        (b'{"$schema": "https://json.schemastore.org/sarif-2.1.0.json"}', "it is SARIF"),
        (b'{"$schema": ["sarif"]}', "it is not a JSON report of keycatch"),
        (b'{"tool": {"name": "other"}, "findings": []}', "it is not a JSON report of keycatch"),
        (b'{"tool": "keycatch", "findings": []}', "it is not a JSON report of keycatch"),
    ],
)
def test_what_is_no_report_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(NoReportError) as error:
        read(content)
    assert str(error.value) == why


def test_another_version_is_refused() -> None:
    with pytest.raises(NoReportError, match="its schema_version is 2, and this keycatch reads 1"):
        read(changed(("schema_version",), 2))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_what_a_shell_of_windows_makes_of_a_report_is_read(encoding: str) -> None:
    text = json.dumps(full())
    assert read(text.encode(encoding)) == read(text.encode())


@given(content=st.binary(max_size=40) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(
        ["tool", "name", "findings", "scan", "schema_version", "keycatch"]), each, max_size=4),
    max_leaves=8).map(lambda made: json.dumps(made).encode()))  # fmt: skip
def test_nothing_but_a_reason_comes_of_garbage(content: bytes) -> None:
    with pytest.raises(NoReportError, match=r"\w"):
        read(content)


def test_a_reason_names_the_place_and_not_what_stands_there() -> None:
    value = "A" * 19
    for path in (
        (*FINDING, "fingerprint"),
        (*FINDING, "account_id"),
        (*FINDING, "values", "key_id"),
    ):
        with pytest.raises(NoReportError) as error:
            read(changed(path, [value]))
        assert value not in str(error.value)
        assert str(error.value).startswith("findings[0].")


def test_a_report_that_is_cut_off() -> None:
    whole = json.dumps({**full(), "note": "\u00e9"}, ensure_ascii=False).encode()
    whole += b"\n"
    read(whole)
    for end in range(1, len(whole) - 1):
        with pytest.raises(NoReportError, match=r"^it ends in the middle: the scan may have been "):
            read(whole[:end])


def test_another_version_is_named_unless_it_is_none() -> None:
    with pytest.raises(NoReportError) as raised:
        read(changed(("schema_version",), 123456789012))
    assert str(raised.value) == "its schema_version is more than 1000, and this keycatch reads 1"


def test_a_finding_that_is_there_twice() -> None:
    report = full()
    (finding,) = report["findings"]
    twice = json.dumps({**report, "findings": [finding, finding]}).encode()
    assert read(twice) == read(json.dumps(report).encode())
    # The same credential in another repository, or by another rule, is another finding.
    for other in (
        {**finding, "locations": [{**at, "path": "b"} for at in finding["locations"]]},
        {**finding, "rule_id": "another-rule"},
    ):
        both = json.dumps({**report, "findings": [finding, other]}).encode()
        assert len(read(both).findings) == 2
    contrary = {**finding, "owner": "foreign" if finding["owner"] == "ours" else "ours"}
    both = json.dumps({**report, "findings": [finding, contrary]}).encode()
    with pytest.raises(NoReportError, match=r"^findings\[1\] contradicts another one of the same"):
        read(both)


@pytest.mark.parametrize(
    ("pushed", "why", "expected"),
    [
        (True, None, Pushed.YES),
        (False, None, Pushed.NO),
        (None, "no-remote", Pushed.NO_REMOTE),
        (None, "a reason of a later version", Pushed.UNKNOWN),
        (None, None, Pushed.UNKNOWN),
    ],
)
def test_pushed_is_read_as_every_version_has_written_it(
    pushed: bool | None, why: str | None, expected: Pushed
) -> None:
    document = full()
    history = document["findings"][0]["history"]
    history |= {"pushed": pushed, **({"pushed_unknown": why} if why else {})}
    (found,) = read(json.dumps(document).encode()).findings
    assert found.history
    assert found.history.pushed is expected
