"""Findings of several repositories become one picture, of a scan and of saved reports alike."""

from __future__ import annotations

import random
from typing import Any

import pytest

from scanner.findings import (
    BaselineUse,
    Confidence,
    Configuration,
    Finding,
    Head,
    History,
    InRepository,
    Location,
    Moment,
    Notice,
    Report,
    Severity,
    Tally,
)
from scanner.liveness.states import Liveness, State
from scanner.merging import Part, merge_findings, merge_histories, merge_reports
from scanner.pushed import Pushed
from scanner.reports.interface import View
from scanner.reports.json_report import render
from scanner.saved.report import read
from scanner.secret import Secret
from scanner.tally import REPOSITORY

VIEW = View(False, False, 0, Confidence.MEDIUM, (), 1)


def moment(day: int) -> Moment:
    return Moment(f"{day:040x}", f"Ada {day}", f"2026-05-{day:02}T10:00:00+02:00")


def past(first: int, removed: int | None = None, **more: Any) -> History:
    known: dict[str, Any] = {
        "in_head": removed is None, "pushed": Pushed.NO, "days": (removed or 30) - first,
        "branches": ("main",), "tags": (), "held_by": (), "copies": 1, **more,
    }  # fmt: skip
    gone = moment(removed) if removed else None
    return History(moment(first), moment(removed or 30), gone, **known)


def found(digits: str, path: str = "key", history: History | None = None, **more: Any) -> Finding:
    known: dict[str, Any] = {
        "evidence": ("made for a test",), "locations": (Location("key_id", path, 1, 1, 1, 21),),
        "history": history or past(1), "severity": Severity.HIGH, "confidence": Confidence.HIGH,
        **more,
    }  # fmt: skip
    return Finding(
        "aws-access-key-id", fingerprint=digits * 32, values={"key_id": Secret(b"A" * 20)},
        account_id="", **known,
    )  # fmt: skip


def report(*findings: Finding, notices: tuple[Notice, ...] = ()) -> Report:
    tally = Tally()
    tally.blobs, tally.bytes, tally.commits = 3, 100, 2
    for notice in notices:
        tally.notice(notice)
    return Report("history", findings, tally, heads=(Head("", "a" * 40),))


def saved(of: Report) -> Report:
    return read("".join(render(of, VIEW)).encode()).as_report()


def text(of: Report) -> str:
    return "".join(render(of, VIEW))


PARTS = [
    Part("clones/b", report(found("a", history=past(3, pushed=Pushed.YES)), found("b"))),
    Part("clones/a", report(found("a", "x/old", past(2, 5)), notices=(
        Notice("unreadable", "x", "no", hides=True),
    ))),
    Part("clones/c", report()),
]  # fmt: skip


def test_the_same_credential_is_one_with_its_places_by_repository() -> None:
    merged = merge_reports(PARTS)
    one, other = merged.findings
    assert [at.path for at in one.locations] == ["clones/b/key", "clones/a/x/old"]
    assert [at.repository for at in one.locations] == ["clones/b", "clones/a"]
    assert one.repositories == (
        InRepository("clones/a", past(2, 5)),
        InRepository("clones/b", past(3, pushed=Pushed.YES)),
    )
    assert [each.repository for each in other.repositories] == ["clones/b"]
    assert [each.repository for each in merged.heads] == ["clones/b", "clones/a", "clones/c"]
    assert (merged.tally.blobs, merged.tally.commits) == (9, 6)
    assert [notice.path for notice in merged.incomplete] == ["clones/a/x"]


def test_a_notice_about_a_repository_has_its_name() -> None:
    notice = Notice("missing-object", REPOSITORY, "2 objects are missing", hides=True)
    merged = merge_reports([Part("clones/a", report(notices=(notice,)))])
    assert [each.path for each in merged.incomplete] == ["clones/a"]


def test_saved_reports_give_the_same_report() -> None:
    parts = [part._replace(report=saved(part.report)) for part in PARTS]
    assert text(merge_reports(parts)) == text(merge_reports(PARTS))


def test_a_merged_report_that_was_saved_can_be_merged_again() -> None:
    whole = text(merge_reports(PARTS))
    first = Part("", saved(merge_reports(PARTS[:1])))
    again = [first, Part("", saved(merge_reports(PARTS[1:])))]
    assert text(merge_reports(again)) == whole


def test_the_order_of_the_parts_makes_no_difference() -> None:
    for seed in range(5):
        shuffled = PARTS[:]
        random.Random(seed).shuffle(shuffled)
        made = merge_reports(shuffled)
        assert sorted(made.heads) == sorted(merge_reports(PARTS).heads)
        in_order = made._replace(heads=merge_reports(PARTS).heads)
        assert text(in_order) == text(merge_reports(PARTS))


def test_the_most_exposed_history_decides() -> None:
    """It is removed only where all have removed it, and the days begin with the first."""
    assert merge_histories([past(2, 5), past(4, 9)]) == past(2, 9, copies=2)
    both = merge_histories([past(2, 5, tags=("v1",)), past(4, pushed=Pushed.TAG)])
    assert both == past(2, pushed=Pushed.TAG, tags=("v1",), copies=2)


def test_copies_of_the_same_repository_are_counted_each() -> None:
    same = report(found("a"))
    (one,) = merge_reports([Part("a", same), Part("b", same)]).findings
    assert one.history
    assert one.history.copies == 2
    (one,) = merge_reports([Part("a", same), Part("a", same)]).findings
    assert one == merge_reports([Part("a", same)]).findings[0]


def test_what_configurations_and_baselines_took_away_is_added_up() -> None:
    """The reader of the merged report has to see it as well."""
    one = report()._replace(
        configuration=Configuration("a.toml", 2, ("x",), None),
        baseline=BaselineUse("b.json", 3, 2, 1),
    )
    other = report()._replace(configuration=Configuration("c.toml", 1, ("x", "y"), None))
    merged = merge_reports([Part("a", saved(one)), Part("b", saved(other)), Part("c", report())])
    assert merged.configuration == Configuration("a.toml and 1 more", 3, ("x", "y"), None)
    assert merged.baseline == BaselineUse("b.json", 3, 2, 1)


def test_the_strongest_finding_says_what_it_is() -> None:
    weak = found("a", confidence=Confidence.LOW, severity=Severity.CRITICAL, evidence=("weak",))
    live = found("a", liveness=Liveness(State.LIVE), owner="ours", evidence=("strong",))
    dead = found("a", liveness=Liveness(State.EXPIRED))
    (one,) = merge_findings([weak, dead, live])
    assert one.liveness == Liveness(State.LIVE)
    assert (one.severity, one.confidence, one.owner) == (Severity.CRITICAL, Confidence.HIGH, "ours")
    assert one.evidence != ("weak",)


def test_a_report_of_several_repositories_from_before_they_were_merged() -> None:
    """Its heads have their names, and each credential is in it once for each repository."""
    heads = (Head("a", "a" * 40), Head("a/b", "b" * 40))
    old = Report("history", (found("a", "a/b/key"), found("a", "a/key")), Tally(), heads=heads)
    (one,) = merge_reports([Part("", saved(old))]).findings
    assert [each.repository for each in one.repositories] == ["a", "a/b"]


@pytest.mark.parametrize("number", [2_000])
def test_a_thousand_repositories_are_merged_in_linear_time(number: int) -> None:
    """Each place is looked at a few times: with a square this takes minutes."""
    parts = [Part(f"r/{each}", report(found("a"), found("b"))) for each in range(number)]
    one, other = merge_reports(parts).findings
    assert len(one.locations) == len(other.repositories) == number
