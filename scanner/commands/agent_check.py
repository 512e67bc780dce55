"""Scans what an event of a coding agent carries, and says what is to be done about it.

The configuration and the baseline of the project apply. A mark on a line counts in a file only: a
prompt, a command or an output would allow itself. In a file that is strict (`strict = true`) a mark
that the edit adds does not count either; without, the user is shown it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.agents.interface import CALL, OUTPUT, PROMPT, READ, Verdict
from scanner.engine.run import ScanJob
from scanner.engine.run import run as scan
from scanner.git.work_tree import find_work_tree
from scanner.rulebook import load_rules
from scanner.secret import visible
from scanner.settings import BASELINE_NAME, FILE_NAME, load
from scanner.sources.memory import MemoryBlob
from scanner.tally import ALLOWED, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.agents.interface import Event, Piece
    from scanner.findings import Finding, Notice, Report
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings

_MOST: Final = 5
"""Credentials that a message names: who gets it has to act on the first."""
_INSTEAD: Final = (
    "Refer to the credential by name and leave the value where it is: an environment variable that "
    "the user sets, a profile (AWS_PROFILE), a role, or a secret store."
)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, which JSON can spell
        return text.encode("utf-8", "surrogatepass")


class Found:
    """What is in an event and has to be stopped."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.findings: list[tuple[Piece, Finding]] = []
        """What is found, and in which text."""
        self.unread: list[Notice] = []
        self.marked: list[str] = []
        """Files in which the edit allows a credential of its own."""

    def stops(self, kind: str) -> bool:
        """Return whether an event of that kind must not go on.

        What could not be read stops what is to be written or run, as it stops a commit. Nobody can
        read it in a prompt or an output either, so there it is only said.
        """
        return bool(self.findings or (self.unread and kind == CALL))


class Check:
    """A scan of texts with what the project has decided."""

    def __init__(self, settings: Settings, rules: Sequence[Rule]) -> None:
        """Apply `settings` and `rules`."""
        self._settings = settings
        self._rules = rules

    def look(self, pieces: Sequence[Piece], *, is_edit: bool) -> Found:
        """Return what is in `pieces`; `is_edit` if those of files are to be written."""
        found = Found()
        heeds = not (self._settings.no_marks or (is_edit and self._settings.strict))
        for piece in pieces:
            if piece.path and self._is_excluded(piece.path):
                continue
            report = self._scan(piece.where, piece.text, heed_marks=heeds and bool(piece.path))
            found.unread.extend(report.incomplete)
            failing = [each for each in report.findings if each.fails(self._settings.fail_on)]
            is_marked = ALLOWED in report.tally.set_aside
            if not (failing or (is_marked and is_edit)):
                continue
            known, allowed = self._known(piece, heed_marks=heeds)
            # A text of an output is looked at alone and with the fields around it.
            seen = {(piece.where, each.fingerprint) for piece, each in found.findings}
            found.findings.extend(
                (piece, each)
                for each in failing
                if not _is_known(each, known) and (piece.where, each.fingerprint) not in seen
            )
            if is_edit and _allowed(report) - allowed:
                found.marked.append(piece.where)
        return found

    def _is_excluded(self, path: str) -> bool:
        if not self._settings.exclude:
            return False
        from scanner.settings import Exclusion

        return path in Exclusion(self._settings)

    def _known(self, piece: Piece, *, heed_marks: bool) -> tuple[set[bytes], set[str]]:
        """Return the values that the file has already, and digests of those that it allows."""
        if not piece.before:
            return set(), set()
        report = self._scan(piece.where, piece.before, heed_marks=False)
        values = {value.reveal() for each in report.findings for value in each.values.values()}
        with_marks = self._scan(piece.where, piece.before, heed_marks=True) if heed_marks else None
        return values, _allowed(with_marks) if with_marks else set()

    def _scan(self, name: str, text: str, *, heed_marks: bool) -> Report:
        job = ScanJob(self._rules, 1, heed_marks=heed_marks, largest=self._settings.decode_limit)
        report = scan("scan", [MemoryBlob(name, _encoded(text))], Tally(), job)
        return _not_known(report, self._settings) if report.findings else report


def _not_known(report: Report, settings: Settings) -> Report:
    """Return `report` without what the baseline of the project accepts; raises ConfigError."""
    named = settings.baseline
    if not named:
        named = os.path.join(find_work_tree(".") or os.getcwd(), BASELINE_NAME)
        if not os.path.lexists(named):
            return report
    from scanner.commands.baseline_use import accept  # here: most projects have none

    return accept(report, named, settings)


def check(event: Event) -> Verdict:
    """Return what is to be done about `event`; raises KeycatchError."""
    settings = load(None)
    checker = Check(settings, load_rules(settings.rules, settings.disable))
    found = checker.look(event.pieces, is_edit=event.kind == CALL)
    note = "; ".join(_notes(event, found))
    if not found.stops(event.kind):
        return Verdict(note=note)

    output = None
    if event.kind == OUTPUT and event.output is not None:
        output = _without(event, found, checker)
    return Verdict(_reason(event, found, is_replaced=output is not None), note, output)


def _notes(event: Event, found: Found) -> Iterator[str]:
    """Yield what the user should know, whatever becomes of the event."""
    if found.marked:
        files = ", ".join(map(visible, dict.fromkeys(found.marked)))
        yield f"keycatch: this edit adds a mark that allows a credential in {files}: look at it"
    if found.unread and not found.stops(event.kind):
        yield f"keycatch: {visible(event.what)} could not be read to its end, and was not stopped"
    if event.kind == CALL:
        own = (FILE_NAME, BASELINE_NAME)
        files = ", ".join(
            visible(piece.where) for piece in event.pieces if os.path.basename(piece.path) in own
        )
        if files:
            yield f"keycatch: this edit changes what keycatch checks, in {files}: look at it"


def _without(event: Event, found: Found, checker: Check) -> object:
    """Return the output of `event` in its shape, without what was found in it."""
    from scanner.agents.interface import Piece
    from scanner.agents.outputs import WITHHELD, replaced

    path = next((piece.path for piece in event.pieces), "")
    secrets = {value for _, each in found.findings for value in each.values.values()}
    spellings = [(value.reveal().decode("utf-8", "replace"), value) for value in secrets]
    spellings.sort(key=lambda each: -len(each[0]))

    def is_clean(text: str) -> bool:
        return not checker.look([Piece("", text, path)], is_edit=False).findings

    def change(text: str) -> str:
        for spelling, value in spellings:
            text = text.replace(spelling, value.redacted())
        return text if is_clean(text) else WITHHELD

    import json

    output = replaced(event.output, change)
    if isinstance(output, str) or is_clean(json.dumps(output, ensure_ascii=False, indent=1)):
        return output
    return replaced(event.output, lambda text: WITHHELD if text else text)


def _reason(event: Event, found: Found, *, is_replaced: bool) -> str:
    """Return the message: what, where, and what to do instead; never a value."""
    shown = [
        f"{_place(piece, each)} has {_described(each)}" for piece, each in found.findings[:_MOST]
    ]
    more = len(found.findings) - len(shown)
    if more:
        shown.append(f"and {more} more")
    unread = [f"{visible(each.path)} could not be read to its end" for each in found.unread[:_MOST]]
    said = "; ".join((*shown, *unread))

    what = visible(event.what)
    if event.kind == PROMPT:
        return (
            f"keycatch stopped the prompt: {said}. {_INSTEAD} The value was pasted from somewhere: "
            "if it is in a file or a chat, replace it at AWS."
        )
    if event.kind == READ:
        return (
            f"keycatch stopped the reading of this file: {said}. Ask the user for the part that "
            f"you need. {_INSTEAD}"
        )
    if event.kind == OUTPUT:
        done = "has taken it out of" if is_replaced else "found it in"
        return (
            f"keycatch {done} {what}: {said}. Do not repeat the value or try to get it in another "
            f"form, and say to the user where it is. {_INSTEAD}"
        )
    return (
        f"keycatch stopped {what}: {said}. Do not write the value in another form. {_INSTEAD} If "
        "it is meant to be there, only the user can accept it, by the baseline or the "
        "configuration of the project."
    )


def _described(finding: Finding) -> str:
    parts = ", ".join(dict.fromkeys(value.redacted() for value in finding.values.values()))
    return f"a credential ({finding.rule_id}: {parts})"


def _place(piece: Piece, finding: Finding) -> str:
    location = finding.locations[0]
    return f"{visible(piece.where)}, line {location.start_line}, column {location.start_column},"


def _is_known(finding: Finding, known: set[bytes]) -> bool:
    return all(value.reveal() in known for value in finding.values.values())


def _allowed(report: Report) -> set[str]:
    return {digest for _, digest in report.tally.allowed}
