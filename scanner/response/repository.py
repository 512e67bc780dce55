"""What is done about the repository itself, when the credentials are dead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.wording import HISTORY_KIND, INDEX_KIND
from scanner.response.playbooks.interface import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.saved.report import SavedReport

_HOOK: Final = Step(
    "prevent",
    "Let a hook stop the next one",
    ("It looks at what is about to be committed and pushed, on the machine where it happens.",),
    ("keycatch install",),
)


def clean_up(report: SavedReport) -> Iterator[Step]:
    """Yield the steps that follow when every credential of `report` is dealt with."""
    yield Step(
        "remove",
        "Take them out of the files",
        (
            (
                "A credential comes from the environment, from a role or from a secrets manager; "
                "the file says from where and no more."
            ),
        ),
    )
    if report.kind != INDEX_KIND:
        yield _history(report)
    yield _HOOK


def _history(report: SavedReport) -> Step:
    first = () if report.kind == HISTORY_KIND else ("This report is not one of a whole history.",)
    return Step(
        "rewrite",
        "Rewrite the history only if it is worth it, and not before",
        (
            *first,
            (
                "It does not undo the leak: clones, forks and caches have it. Every commit gets a "
                "new ID, and everybody has to clone anew. In a fresh clone:"
            ),
            (
                "`replacements.txt` has the credentials in it, readable: delete it at the end. The "
                "third command tells what is still there."
            ),
        ),
        (
            (
                "keycatch history --format json --output ../before.json --replacements "
                "../replacements.txt"
            ),
            (
                "git filter-repo --replace-text ../replacements.txt --replace-message "
                "../replacements.txt"
            ),
            "keycatch history --verify-removed ../before.json",
            "rm ../replacements.txt",
        ),
    )
