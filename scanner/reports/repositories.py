"""What reports say of a credential in several repositories: in which it is, and how exposed there.

`Finding.history` has what all of them say together. Whatever is about one place has to say what
the repository of that place says: another one can have pushed what this one has removed.
"""

from __future__ import annotations

import shlex

from scanner.expressions import compile_later
from scanner.records import NamedTuple
from scanner.reports.exposure import exposure, period
from scanner.reports.wording import plural
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from scanner.findings import Finding, History, InRepository, Location, Report
    from scanner.reports.interface import View

_ADDRESS: Final = compile_later(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/:]{2,}:")
"""How the address of a repository begins, also in the form of scp; one letter is a drive."""
SOME: Final = 3
"""Repositories that are named where there is no room for all."""
_ROWS: Final = 10
"""Rows of a table; the others are counted."""
_DIGITS: Final = 12
"""Digits of a commit in a command: enough for git in any repository."""
_PERSON: Final = "person"
_TABLES: Final = {
    "repository": "Findings by repository",
    "account": "Findings by AWS account",
    _PERSON: "Findings by who added them",
    "kind": "Findings by kind",
}
"""The tables of a report of several repositories, by the facets that they show."""

Histories = dict[str, "History | None"]


def histories(finding: Finding) -> Histories:
    """Return what each repository says of `finding`; nothing in a report of only one."""
    return dict(finding.repositories)


def at_place(finding: Finding, location: Location, known: Histories) -> Finding:
    """Return `finding` with the history of the repository that `location` is in.

    `known` is the result of `histories`, which is made once: a credential can be at thousands of
    places in as many repositories.
    """
    if location.repository not in known:
        return finding
    return finding._replace(history=known[location.repository])


def by_exposure(finding: Finding) -> list[InRepository]:
    """Return the repositories that have `finding`, the most exposed first."""
    return sorted(finding.repositories, key=_exposed_first)


def _exposed_first(each: InRepository) -> tuple[object, ...]:
    history = each.history
    if history is None:
        return True, 9, each.repository
    return not history.in_head, history.pushed.rank, each.repository


def state(each: InRepository) -> str:
    """Return how exposed a credential is in one repository, the same on every day."""
    if each.history is None:
        return each.repository
    alarming, calm = exposure(each.history)
    words = ", ".join(filter(None, (*alarming, *calm, period(each.history))))
    return f"{each.repository}: {words}"


def spread(finding: Finding) -> str:
    """Return in which repositories `finding` is; an empty string for one, or if it is unknown."""
    names = [each.repository for each in by_exposure(finding)]
    if len(names) < 2:
        return ""
    listed = ", ".join(names[:SOME])
    more = f" and {len(names) - SOME:,} more" if len(names) > SOME else ""
    return f"in {plural(len(names), 'repository', 'repositories')}: {listed}{more}"


def show_command(finding: Finding, location: Location) -> str:
    """Return the command that shows the commit which added `finding` to the repository there.

    Empty in a report of one repository, and where its name cannot be a path in a command.
    """
    name = location.repository
    history = histories(finding).get(name) if name else None
    if history is None or history.first is None or not is_path(name):
        return ""
    return f"{git_in(name)} show {history.first.commit[:_DIGITS]}"


def is_path(name: str) -> bool:
    """Return whether the repository `name` can be written in a command: no address, no control."""
    return not _ADDRESS.match(name) and printable(name) == name


def git_in(name: str) -> str:
    """Return the beginning of a command of git in the repository `name`, quoted for a shell."""
    return f"git -C {shlex.quote(name)}"


class Table(NamedTuple):
    """How many findings have each of some answers, such as each repository."""

    title: str
    rows: tuple[tuple[str, int], ...]
    more: int
    """Answers that are left out."""


def tables(report: Report, view: View, *, people: bool = True) -> list[Table]:
    """Return counts by repository, account, person and kind; nothing for a single repository.

    Without `people` for a text that is passed on, which has no authors in it.
    """
    if not any(each.repositories for each in report.findings) or len(report.findings) < 2:
        return []

    from scanner.reports.page.facets import facets  # here: most reports are of one repository

    rules = {rule.id: rule.name for rule in view.rules}
    names = [rules.get(each.rule_id, each.rule_id) for each in report.findings]
    made = {each.id: each for each in facets(report.findings, report.heads, names)}
    return [
        Table(title, made[name].counts[:_ROWS], max(0, len(made[name].counts) - _ROWS))
        for name, title in _TABLES.items()
        if name in made and (people or name != _PERSON)
    ]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each of the paths `names` its shortest end that none of the others has.

    The time is in proportion to the text: only those that are alike are looked at again.
    """
    parts = {name: [each for each in name.split("/") if each] for name in set(names)}
    found = {name: name for name in parts}
    open_names = [name for name, own in parts.items() if own]
    length = 1
    while open_names:
        alike: dict[str, list[str]] = {}
        for name in open_names:
            alike.setdefault("/".join(parts[name][-length:]), []).append(name)
        open_names = []
        for end, several in alike.items():
            if len(several) == 1:
                found[several[0]] = end
            else:
                open_names += (name for name in several if len(parts[name]) > length)
        length += 1
    return found
