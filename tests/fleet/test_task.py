"""What is kept of how the work on one repository ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.findings import Confidence
from scanner.fleet import task
from scanner.fleet.forges.listing import Found
from scanner.fleet.outcome import State
from scanner.fleet.sources import Target
from scanner.fleet.state_folder import StateFolder
from scanner.fleet.work import Done

KEY = "a" * 64
PLAN = task.Plan(("--quiet",), "conditions", Confidence.MEDIUM, 60)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(str(tmp_path / "state"), is_new=True)


@pytest.fixture
def report(keycatch, repository, plant):
    """Return a report with a finding, and one of a clean repository."""
    repository.commit("file")
    clean = keycatch("history", "-f", "json", "--no-cache", repository.root).stdout.encode()
    repository.write("key", plant.pair())
    repository.commit()
    return keycatch("history", "-f", "json", "--no-cache", repository.root).stdout.encode(), clean


def test_a_report_decides(folder: StateFolder, report: tuple[bytes, bytes]) -> None:
    target = Target("name", "/name")
    assert task.work_on(target, PLAN, folder).before == ""
    for content, state in zip(report, (State.FINDINGS, State.CLEAN), strict=True):
        outcome = task.finish(target, Done(KEY, content, is_scanned=True), PLAN, folder)
        assert (outcome.state, outcome.key) == (state, KEY)
        assert folder.report(outcome) == content
        assert task.work_on(target, PLAN, folder).before == KEY
    assert task.finish(target, Done(KEY, is_unchanged=True), PLAN, folder) == outcome

    partial = report[1].replace(b'"complete": true', b'"complete": false')
    partial = partial.replace(b'"incomplete": []', b'"incomplete": ["missing-object"]')
    outcome = task.finish(target, Done(KEY, partial), PLAN, folder)
    assert (outcome.state, outcome.key) == (State.INCOMPLETE, "")
    assert outcome.detail == "not everything was read: missing object"

    outcome = task.finish(target, Done(KEY, b"{}"), PLAN, folder)
    assert outcome.state is State.FAILED
    assert folder.report(outcome) == partial


def test_a_failure_keeps_the_earlier_report(
    folder: StateFolder, report: tuple[bytes, bytes]
) -> None:
    target = Target("name", "/name", remark="it is no longer listed")
    task.finish(target, Done(KEY, report[0]), PLAN, folder)
    outcome = task.finish(target, Done(state=State.UNREACHABLE, problem="gone"), PLAN, folder)
    assert outcome.detail == "gone; it is no longer listed"
    assert (outcome.key, folder.report(outcome)) == ("", report[0])


def test_one_that_is_empty_is_clean_only_where_that_is_expected(folder: StateFolder) -> None:
    empty = Done(state=State.UNREACHABLE, problem="it is empty, or ...", is_empty=True)
    found = Found("name", "name", is_empty=True)
    for facts, state in (
        (None, State.UNREACHABLE),
        (found._replace(is_empty=False), State.UNREACHABLE),
        (found, State.CLEAN),
    ):
        target = Target("name", facts=facts)
        assert task.finish(target, empty, PLAN, folder).state is state
    folder.save(target.id, task.problem(target, folder), b"a report from before")
    assert task.finish(target, empty, PLAN, folder).state is State.UNREACHABLE


def test_one_that_cannot_be_scanned_at_all(folder: StateFolder) -> None:
    outcome = task.problem(Target("name", problem="refused"), folder)
    assert (outcome.state, outcome.detail) == (State.FAILED, "refused")
