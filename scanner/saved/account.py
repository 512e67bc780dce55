"""Reading what a saved report says about the scan: what was read, passed over and not read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.findings import BaselineUse, Configuration
from scanner.json_fields import refuse
from scanner.records import NamedTuple
from scanner.tally import Notice, Tally

if TYPE_CHECKING:
    from scanner.json_fields import Fields

_REASON: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Account(NamedTuple):
    """What was read, and what was not."""

    blobs: int
    bytes: int
    commits: int
    skipped: dict[str, int]
    set_aside: dict[str, int]
    """How many values, by reason; where they are is not read."""
    notices: tuple[Notice, ...]
    configuration: Configuration | None
    """Without its threshold: what it took away is what a reader has to see."""
    baseline: BaselineUse | None

    def tally(self) -> Tally:
        """Return the same as a scan counts it."""
        tally = Tally()
        tally.blobs, tally.bytes, tally.commits = self.blobs, self.bytes, self.commits
        tally.skipped, tally.set_aside = dict(self.skipped), dict(self.set_aside)
        tally.notices = list(self.notices)
        return tally


def read_account(scan: Fields) -> Account:
    """Return the counts and notices of `scan`; nothing where it has none. Raises FieldError."""
    notices = scan.every("notices", _notice, needed=False)
    # Each reason for which a scan is incomplete has a notice that hides something.
    known = {notice.reason for notice in notices if notice.hides}
    notices += (
        Notice(reason, "", "the report does not say where", hides=True)
        for reason in scan.texts("incomplete")
        if reason not in known
    )
    others = (
        tuple(notices),
        scan.maybe("configuration", _configuration),
        scan.maybe("baseline", _baseline),
    )
    if not scan.has("counts"):
        return Account(0, 0, 0, {}, {}, *others)

    counts = scan.fields("counts")
    return Account(
        counts.number("blobs"),
        counts.number("bytes"),
        counts.number("commits") if counts.has("commits") else 0,
        _numbers(counts, "skipped"),
        _numbers(counts, "set_aside"),
        *others,
    )


def _configuration(made: Fields) -> Configuration:
    disabled = made.texts("disabled")
    return Configuration(made.name("file"), made.number("excluded"), disabled, None)


def _baseline(use: Fields) -> BaselineUse:
    numbers = (use.number(key) for key in ("entries", "accepted", "expired"))
    return BaselineUse(use.name("file"), *numbers)


def _numbers(counts: Fields, key: str) -> dict[str, int]:
    if not counts.has(key):
        return {}
    found = counts.fields(key)
    if not all(map(_REASON.fullmatch, found.names())):
        refuse(counts.at(key), "names a reason in another form than keycatch gives it")
    return {name: found.number(name) for name in found.names()}


def _notice(notice: Fields) -> Notice:
    return Notice(
        notice.text("reason", _REASON),
        notice.name("path"),
        notice.name("detail"),
        notice.truth("hides"),
    )
