"""Which of the repositories of a fleet are scanned, and how many are left out for which reason."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import translate
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.fleet.sources import Target
    from scanner.json_fields import Fields

_BY_NAME: Final = "by name"
_ARCHIVED: Final = "archived"
_FORKS: Final = "forks"
_OLD: Final = "without a later push"


class Selection(NamedTuple):
    """What the user wants."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of names, as in `matches`."""
    archived: bool = True
    """A key in a repository that nobody can write to is as good as any other."""
    forks: bool = True
    """A fork has what was pushed to it alone, besides the history of the other repository."""
    since: float = 0
    """Only those with a later push, in seconds since 1970."""

    def why_not(self, target: Target) -> str:
        """Return why `target` is left out; empty for one that is scanned."""
        label, folds = target.label, target.folds_case
        if self.include and not any(matches(each, label, folds=folds) for each in self.include):
            return _BY_NAME
        if any(matches(each, label, folds=folds) for each in self.exclude):
            return _BY_NAME
        facts = target.facts
        if facts is None:
            return ""
        if facts.is_archived and not self.archived:
            return _ARCHIVED
        if facts.is_fork and not self.forks:
            return _FORKS
        return _OLD if facts.pushed < self.since else ""

    @property
    def needs_facts(self) -> bool:
        """Whether it asks for what only a server can say that lists its repositories."""
        return not self.archived or not self.forks or self.since > 0


def select(targets: Iterable[Target], wanted: Selection) -> tuple[list[Target], Counter[str]]:
    """Return the `targets` that are `wanted`, and how many of the others are left out for what."""
    kept = []
    reasons: Counter[str] = Counter()
    for target in targets:
        reason = wanted.why_not(target)
        if reason:
            reasons[reason] += 1
        else:
            kept.append(target)
    return kept, reasons


def counted(reasons: Counter[str], total: int) -> str:
    """Return what was left out: `left out 9 of 40 repositories: 4 by name, 5 archived`."""
    parts = ", ".join(f"{number:,} {reason}" for reason, number in sorted(reasons.items()))
    return f"left out {reasons.total():,} of {total:,} repositories: {parts}"


def matches(pattern: str, label: str, *, folds: bool) -> bool:
    """Return whether `pattern` is for the repository called `label`, with its owner or folder.

    One with a slash is for the whole name, `*` matches slashes too; one without is for the last
    part. With `folds` upper and lower case are the same.
    """
    name = label if "/" in pattern else label.rpartition("/")[2]
    return bool(re.compile(translate(pattern), re.IGNORECASE if folds else 0).match(name))


def written(selection: Selection) -> dict[str, object]:
    """Return `selection` for JSON."""
    return dict(selection._asdict())


def read(fields: Fields) -> Selection:
    """Return what `written` gave as `fields`; raises FieldError."""
    return Selection(
        fields.texts("include"),
        fields.texts("exclude"),
        fields.truth("archived"),
        fields.truth("forks"),
        fields.number("since"),
    )
