"""Masking: no value that was found is printed as part of a name or a message of a report.

A credential can be in the name of a file, a branch or a person as well as in a file. After a scan
every found value is replaced by its redacted form in everything that a report prints besides the
value itself. That happens here, in the engine, so that no report format can forget it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.findings import Finding, Head, History, Moment, Notice, Report

_SHORTEST: Final = 12
"""Fewest characters of a value that is looked for in names: a shorter one, which only a rule of the
user can find, is likely to be a word that many names have. An access key ID has 20."""


class Masker:
    """Masks values in names and messages."""

    __slots__ = ("_known", "_values")

    def __init__(self, report: Report, spellings: Mapping[str, str]) -> None:
        """Collect what is to be masked.

        `spellings` are values as names spell them, perhaps encoded, to their redacted forms. Those
        values of the findings that are in any name or message of `report` are added to them.
        """
        values = dict(spellings)
        # All texts as one, so that each value is searched for once: values are few, but a history
        # has many names, and the list of values is gone through for each text that is masked.
        everything = "\0".join(set(_texts(report)))
        for finding in report.findings:
            for value in finding.values.values():
                text = value.reveal().decode("utf-8", "surrogateescape")
                if len(text) >= _SHORTEST and text in everything:
                    values.setdefault(text, value.redacted())

        # The longest first: a value can contain another one, and would not be recognised once that
        # is masked.
        self._values = sorted(values.items(), key=lambda item: (-len(item[0]), item))
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Return whether there is anything to mask."""
        return bool(self._values)

    def mask(self, text: str) -> str:
        """Return `text` with every value in its redacted form."""
        masked = self._known.get(text)
        if masked is None:
            masked = text
            for value, redacted in self._values:
                masked = masked.replace(value, redacted)
            self._known[text] = masked
        return masked

    def report(self, report: Report) -> Report:
        """Return `report` masked; the notices and places of its tally are replaced."""
        tally = report.tally
        tally.notices = [self.notice(notice) for notice in tally.notices]
        tally.places = [
            each._replace(path=self.mask(each.path), member=self.mask(each.member))
            for each in tally.places
        ]
        return report._replace(
            findings=tuple(self.finding(finding) for finding in report.findings),
            narrowed=self._all(report.narrowed),
            heads=tuple(self._head(head) for head in report.heads),
        )

    def finding(self, finding: Finding) -> Finding:
        """Return `finding` with its locations and its history masked."""
        masked = (
            at._replace(path=self.mask(at.path), member=self.mask(at.member))
            for at in finding.locations
        )
        facts = finding.forensics
        return finding._replace(
            locations=tuple(dict.fromkeys(masked)),  # two names can be the same once masked
            evidence=self._all(finding.evidence),
            history=finding.history and self._history(finding.history),
            forensics=facts and facts._replace(user=self.mask(facts.user)),
            user=self.mask(finding.user),
        )

    def _history(self, history: History) -> History:
        return history._replace(
            first=self._moment(history.first),
            last=self._moment(history.last),
            removed=self._moment(history.removed),
            branches=self._all(history.branches),
            tags=self._all(history.tags),
            held_by=self._all(history.held_by),
        )

    def _moment(self, moment: Moment | None) -> Moment | None:
        return moment and moment._replace(author=self.mask(moment.author))

    def _head(self, head: Head) -> Head:
        return head._replace(repository=self.mask(head.repository), remote=self.mask(head.remote))

    def _all(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self.mask, texts))

    def notice(self, notice: Notice) -> Notice:
        """Return `notice` with its path and detail masked."""
        return notice._replace(path=self.mask(notice.path), detail=self.mask(notice.detail))


def _texts(report: Report) -> Iterator[str]:
    """Yield every name and message of `report` that could contain a value."""
    for finding in report.findings:
        for at in finding.locations:
            yield at.path
            yield at.member

        yield from finding.evidence  # it quotes names of users and hosts
        if finding.history:
            history = finding.history
            for moment in (history.first, history.last, history.removed):
                if moment:
                    yield moment.author
            yield from (*history.branches, *history.tags, *history.held_by)

    for notice in report.tally.notices:
        yield notice.path
        yield notice.detail

    for place in report.tally.places:
        yield place.path
        yield place.member

    yield from report.narrowed
    for head in report.heads:
        yield head.repository
        yield head.remote
