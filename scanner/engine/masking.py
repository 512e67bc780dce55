"""Masking: no value that was found is printed as part of a name or a message of a report.

A credential can be in the name of a file, a branch or a person as well as in a file. After a scan
every found value is replaced by its redacted form in everything that a report prints besides the
value itself. That happens here, in the engine, so that no report format can forget it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final, TypeVar

    from scanner.engine.value_search import ValueSearch
    from scanner.findings import (
        Finding,
        Head,
        History,
        Location,
        Moment,
        Notice,
        Remark,
        Report,
    )  # fmt: skip
    from scanner.tally import SetAside

    _Place = TypeVar("_Place", Location, SetAside)

SEAM: Final = "\0"
"""What joins two texts that are shown next to each other, such as a path and a member of it."""
_SHORTEST: Final = 12
"""Fewest characters of a value that is looked for in names: a shorter one, which only a rule of the
user can find, is likely to be a word that many names have. An access key ID has 20."""


class Masker:
    """Masks values in names and messages."""

    __slots__ = ("_known", "_search")

    def __init__(self, report: Report, spellings: Mapping[str, str]) -> None:
        """Collect what is to be masked.

        `spellings` are values as names spell them, perhaps encoded, to their redacted forms. Those
        values of the findings that are in any name or message of `report` are added to them.
        """
        values = dict(spellings)
        for finding in report.findings:
            for value in finding.values.values():
                text = value.reveal().decode("utf-8", "surrogateescape")
                if len(text) >= _SHORTEST:
                    values.setdefault(text, value.redacted())

        self._search: ValueSearch | None = None
        self._known: dict[str, str] = {}
        if not values:
            return

        from scanner.engine.value_search import ValueSearch  # here: a clean scan never needs it

        # What is in no text at all is not looked for in each of them.
        present = ValueSearch(values).present(set(_texts(report))) | dict(spellings)
        self._search = ValueSearch(present) if present else None

    def __bool__(self) -> bool:
        """Return whether there is anything to mask."""
        return self._search is not None

    def mask(self, text: str) -> str:
        """Return `text` with every value in its redacted form."""
        masked = self._known.get(text)
        if masked is None and self._search:
            masked = self._known[text] = self._search.masked(text)
        return text if masked is None else masked

    def _side_by_side(self, one: str, other: str) -> tuple[str, str]:
        """Return two texts masked that are shown next to each other: each may have a half."""
        masked = self.mask(f"{one}{SEAM}{other}")
        first, _, second = masked.partition(SEAM)
        return first, second

    def report(self, report: Report) -> Report:
        """Return `report` masked; the notices and places of its tally are replaced."""
        tally = report.tally
        tally.notices = [self.notice(notice) for notice in tally.notices]
        tally.places = [self._set_aside(each) for each in tally.places]
        use, configuration = report.baseline, report.configuration
        return report._replace(
            findings=tuple(self.finding(finding) for finding in report.findings),
            configuration=configuration
            and configuration._replace(file=self.mask(configuration.file)),
            baseline=use and use._replace(file=self.mask(use.file)),
            remarks=tuple(map(self._remark, report.remarks)),
            narrowed=self._all(report.narrowed),
            heads=tuple(self._head(head) for head in report.heads),
        )

    def finding(self, finding: Finding) -> Finding:
        """Return `finding` with its locations and its history masked."""
        masked = map(self._place, finding.locations)
        facts = finding.forensics
        return finding._replace(
            # Two names can be the same once masked.
            locations=tuple(
                dict.fromkeys(at._replace(repository=self.mask(at.repository)) for at in masked)
            ),
            repositories=tuple(
                each._replace(
                    repository=self.mask(each.repository),
                    history=each.history and self._history(each.history),
                )
                for each in finding.repositories
            ),
            evidence=self._all(finding.evidence),
            history=finding.history and self._history(finding.history),
            forensics=facts and facts._replace(user=self.mask(facts.user)),
            user=self.mask(finding.user),
        )

    def _place(self, at: _Place) -> _Place:
        path, member = self._side_by_side(at.path, at.member)
        return at._replace(path=path, member=member)

    def _set_aside(self, at: SetAside) -> SetAside:
        return self._place(at)._replace(detail=self.mask(at.detail))

    def _remark(self, remark: Remark) -> Remark:
        places = tuple((self.mask(path), line) for path, line in remark.places)
        return remark._replace(text=self.mask(remark.text), places=places)

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
        path, detail = self._side_by_side(notice.path, notice.detail)
        return notice._replace(path=path, detail=detail)


def _texts(report: Report) -> Iterator[str]:
    """Yield every name and message of `report` that could contain a value."""
    for finding in report.findings:
        for at in finding.locations:
            yield f"{at.path}{SEAM}{at.member}"

        yield from finding.evidence  # it quotes names of users and hosts
        yield finding.user
        yield finding.forensics.user if finding.forensics else ""
        yield from _texts_of(finding.history)
        for each in finding.repositories:
            yield each.repository
            yield from _texts_of(each.history)

    for notice in report.tally.notices:
        yield f"{notice.path}{SEAM}{notice.detail}"

    for place in report.tally.places:
        yield f"{place.path}{SEAM}{place.member}"
        yield place.detail

    for remark in report.remarks:
        yield remark.text
        yield from (path for path, _ in remark.places)

    yield report.configuration.file if report.configuration else ""
    yield report.baseline.file if report.baseline else ""
    yield from report.narrowed
    for head in report.heads:
        yield head.repository
        yield head.remote


def _texts_of(history: History | None) -> Iterator[str]:
    if history:
        for moment in (history.first, history.last, history.removed):
            if moment:
                yield moment.author
        yield from (*history.branches, *history.tags, *history.held_by)
