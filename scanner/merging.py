"""One picture of several repositories: each credential once, with its places in all of them.

A credential is recognised by its fingerprint, which is the same in every repository and in every
report. So the findings of a scan and those of saved reports are merged in the same way, and what
is known of a credential in each repository remains in `Finding.repositories`.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from scanner.dates import instant
from scanner.findings import BaselineUse, Configuration, InRepository, Report, Tally
from scanner.liveness.states import State
from scanner.pushed import most_exposed
from scanner.records import NamedTuple
from scanner.tally import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scanner.findings import Finding, Head, History, Location, Moment, Notice
    from scanner.liveness.states import Liveness

_DAY: Final = 86400
"""Seconds."""
_STATES: Final = tuple(State)
"""The states of liveness; what is live comes first."""


class Part(NamedTuple):
    """A report that becomes a part of another one."""

    repository: str
    """How the only repository of the report is called; empty if the report names its own."""
    report: Report


def merge_reports(parts: Iterable[Part], kind: str = "history") -> Report:
    """Return one report of the `kind` that has everything of all `parts`, in linear time.

    Where a part does not say what its repository is called, and names none itself, its paths
    remain as they are.
    """
    findings: list[Finding] = []
    heads: list[Head] = []
    narrowed: dict[str, None] = {}
    configured: list[Configuration] = []
    accepted: list[BaselineUse] = []
    tally = Tally()
    for name, report in parts:
        configured += [report.configuration] if report.configuration else []
        accepted += [report.baseline] if report.baseline else []
        findings += in_repository(_labelled(report), name)
        heads += (each._replace(repository=_below(name, each.repository)) for each in report.heads)
        narrowed.update(dict.fromkeys(report.narrowed))
        own = Tally()
        own.add(report.tally)
        own.notices = [_notice_in(each, name) for each in own.notices]
        own.places = [each._replace(path=_below(name, each.path)) for each in own.places]
        tally.add(own)

    tally.notices.sort(key=lambda notice: (notice.path, notice))
    tally.settle()
    return Report(
        kind,
        tuple(merge_findings(findings)),
        tally,
        _configuration(configured),
        tuple(narrowed),
        tuple(heads),
        _baseline(accepted),
    )


def _configuration(made: Sequence[Configuration]) -> Configuration | None:
    """Return what all configurations have taken away together."""
    if not made:
        return None
    disabled = sorted({rule for each in made for rule in each.disabled})
    thresholds = {each.fail_on for each in made}
    fail_on = thresholds.pop() if len(thresholds) == 1 else None
    excluded = sum(each.excluded for each in made)
    return Configuration(_files(each.file for each in made), excluded, tuple(disabled), fail_on)


def _baseline(uses: Sequence[BaselineUse]) -> BaselineUse | None:
    if not uses:
        return None
    _, *numbers = zip(*uses, strict=True)
    return BaselineUse(_files(each.file for each in uses), *map(sum, numbers))


def _files(names: Iterable[str]) -> str:
    first, *others = sorted(set(names))
    return f"{first} and {len(others):,} more" if others else first


def _labelled(report: Report) -> Iterator[Finding]:
    """Yield the findings of `report` with their repositories.

    Earlier versions named the repositories of a report in its heads only.
    """
    names = {each.repository for each in report.heads if each.repository}
    for finding in report.findings:
        if finding.repositories or not names:
            yield finding
            continue
        located = tuple(
            at._replace(repository=_innermost(at.path, names)) for at in finding.locations
        )
        inside = sorted({at.repository for at in located if at.repository})
        # In those reports each finding was of one repository.
        known = tuple(InRepository(each, finding.history) for each in inside)
        yield finding._replace(locations=located, repositories=known)


def _innermost(path: str, names: Collection[str]) -> str:
    """Return the longest of `names` that `path` is below; empty for none."""
    while path and path not in names:
        path = path.rpartition("/")[0]
    return path


def in_repository(findings: Iterable[Finding], name: str) -> Iterator[Finding]:
    """Yield `findings` of the repository called `name`, which goes before each path.

    Without a name they come as they are. A report of several repositories can be a part as well:
    their names are then below `name`.
    """
    for finding in findings:
        if not name:
            yield finding
            continue
        inside = finding.repositories or (InRepository("", finding.history),)
        yield finding._replace(
            locations=tuple(_location_in(at, name) for at in finding.locations),
            repositories=tuple(
                each._replace(repository=_below(name, each.repository)) for each in inside
            ),
        )


def merge_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return each credential of `findings` once, in the order in which they come.

    The same repository can be in several of them only with other places.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.fingerprint, []).append(finding)
    return [_merged(group) if len(group) > 1 else group[0] for group in groups.values()]


def _merged(group: Sequence[Finding]) -> Finding:
    """Return one finding for the same credential in several repositories."""
    # The strongest says what it is. All fields that can differ decide, never the order.
    best = min(group, key=_weakness)
    known: dict[str, list[History | None]] = {}
    for finding in group:
        for name, history in finding.repositories:
            known.setdefault(name, []).append(history)

    inside = tuple(
        InRepository(name, _same(each for each in histories if each))
        for name, histories in sorted(known.items())
    )
    everywhere = [each.history for each in inside or group if each.history]
    return best._replace(
        severity=max(each.severity for each in group),
        locations=tuple(dict.fromkeys(at for each in group for at in each.locations)),
        history=merge_histories(everywhere) if everywhere else None,
        repositories=inside,
        account_id=_first(each.account_id for each in group),
        partition=_first(each.partition for each in group),
        owner=_first(each.owner for each in group),
        canary=_first(each.canary for each in group),
        user=_first(each.user for each in group),
        liveness=_liveness(each.liveness for each in group if each.liveness),
        forensics=next((each.forensics for each in [best, *group] if each.forensics), None),
    )


def _weakness(finding: Finding) -> tuple[object, ...]:
    return (
        -finding.confidence,
        -finding.severity,
        finding.rule_id,
        [each.repository for each in finding.repositories],
        finding.evidence,
        finding.locations,
    )


def _first(texts: Iterable[str]) -> str:
    return min(filter(None, texts), default="")


def _liveness(answers: Iterable[Liveness]) -> Liveness | None:
    return min(answers, key=lambda each: (_STATES.index(each.state), each), default=None)


def _same(histories: Iterable[History]) -> History | None:
    """Return the history of one repository, which can be in several reports."""
    known = list(dict.fromkeys(histories))
    return merge_histories(known) if len(known) > 1 else next(iter(known), None)


def merge_histories(histories: Sequence[History]) -> History:
    """Return what several `histories` say together: the most exposed of them decides.

    It is removed only where all have removed it.
    """
    gone = [each.removed for each in histories if each.removed]
    is_gone = len(gone) == len(histories)
    first = min((each.first for each in histories if each.first), key=_when, default=None)
    return histories[0]._replace(
        first=first,
        last=max((each.last for each in histories if each.last), key=_when, default=None),
        removed=max(gone, key=_when) if is_gone else None,
        in_head=any(each.in_head for each in histories),
        pushed=most_exposed(each.pushed for each in histories),
        days=max(_days_since(first, each) for each in histories),
        branches=_all(each.branches for each in histories),
        tags=_all(each.tags for each in histories),
        held_by=_all(each.held_by for each in histories),
        copies=sum(each.copies for each in histories),
    )


def _all(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for each in names for name in each}))


def _days_since(first: Moment | None, history: History) -> int:
    """Return the days of `history`, counted from `first` in place of its own beginning."""
    if first is None or history.first is None:
        return history.days
    # Days end now or at a removal, which a history does not say in seconds.
    earlier = instant(history.first.author_date) - instant(first.author_date)
    return history.days + (int(earlier // _DAY) if 0 < earlier < inf else 0)


def _when(moment: Moment) -> tuple[float, Moment]:
    return instant(moment.author_date), moment


def _location_in(at: Location, name: str) -> Location:
    return at._replace(path=f"{name}/{at.path}", repository=_below(name, at.repository))


def _notice_in(notice: Notice, name: str) -> Notice:
    if name and notice.path == REPOSITORY:
        return notice._replace(path=name)
    # A file of git itself has a path that begins elsewhere.
    return (
        notice if notice.path.startswith("/") else notice._replace(path=_below(name, notice.path))
    )


def _below(name: str, path: str) -> str:
    return f"{name}/{path}" if name and path else name or path
