"""Marks that a change itself adds: what it allows is shown to the person who reviews it.

A mark counts as added where it allows a value that was not allowed in what the change replaced. So
an old credential that gets a mark is shown as well, and one that had its mark before is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.examine import Examiner
from scanner.engine.merge import merge
from scanner.engine.sweep import sweep
from scanner.engine.value_search import ValueSearch
from scanner.findings import Remark, fingerprint_of
from scanner.reports.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from scanner.findings import Finding, Report
    from scanner.rulebook.model import Rule
    from scanner.sources.changes import ChangeSet
    from scanner.sources.interface import Blob
    from scanner.tally import Tally

REASON = "marks-added"
"""The reason of the remark."""


def with_new_marks(
    report: Report,
    change: ChangeSet,
    blobs: Callable[[Collection[str]], Iterable[Blob]],
    rules: Sequence[Rule],
    strict: bool,
    largest: int = 0,
) -> Report:
    """Return `report` with a remark on what marks of the `change` allow, if anything.

    `blobs` reads objects, of the change and of what it replaced. Under `strict` such marks make the
    command fail. `largest` is as in `Examiner`.
    """
    paths = {path for path, _ in report.tally.allowed}
    marked: set[str] = set()
    replaced: set[str] = set()
    for name, origins in change.origins.items():
        for origin in origins:
            if origin.path in paths:
                marked.add(name)
                replaced |= origin.before
                replaced.update(change.removed.get(origin.commit, ()))

    examiner = Examiner(rules, largest=largest)
    before = _allowed(sweep(examiner, blobs(replaced)).tally)
    new = _allowed(report.tally) - before
    if not new:
        return report

    # Once more without marks: what a person calls a finding is a pair, not each of its values.
    unmarked = Examiner(rules, heed_marks=False, largest=largest)
    found = merge(sweep(unmarked, blobs(marked)).findings)
    allowed = [each for each in found if not new.isdisjoint(_digests(each))]
    if not allowed:
        return report

    number = len(allowed)
    said = (
        f"this change allows {plural(number, 'finding')} by {'a mark' if number == 1 else 'marks'}"
    )
    said += " that it adds"
    if strict:
        said += f", which --strict refuses: remove {'it' if number == 1 else 'them'}"
    at = tuple(sorted({_place(each, change, examiner) for each in allowed}))
    return report._replace(remarks=(*report.remarks, Remark(REASON, said, at, strict)))


def _allowed(tally: Tally) -> set[str]:
    return {digest for _, digest in tally.allowed}


def _digests(finding: Finding) -> set[str]:
    return {fingerprint_of({role: value}) for role, value in finding.values.items()}


def _place(finding: Finding, change: ChangeSet, examiner: Examiner) -> tuple[str, int]:
    at = finding.locations[0]
    path = change.origins[at.object][0].path
    return ValueSearch(examiner.examine_name(path).spellings).masked(path), at.start_line
