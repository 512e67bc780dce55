"""Steps about the files and the repository: first for what is only staged, last for all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.wording import HISTORY_KIND, INDEX_KIND
from scanner.response.playbook import Step
from scanner.response.variables import safe_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.leak import Leak
    from scanner.saved.report import SavedReport

_ELSEWHERE: Final = "If the file was anywhere else, do this and the following steps."
_IN_ONE: Final = (
    "keycatch history --format json --output ../before.json --replacements ../replacements.txt",
    "git filter-repo --replace-text ../replacements.txt --replace-message ../replacements.txt",
    "keycatch history --verify-removed ../before.json",
    "rm ../replacements.txt",
)
_IN_ALL: Final = (
    "keycatch history --format json --output ../before.json --replacements ../replacements.txt .",
    (
        'for CLONE in */; do git -C "$CLONE" filter-repo --replace-text '
        '"$PWD/../replacements.txt" --replace-message "$PWD/../replacements.txt"; done'
    ),
    "keycatch history --verify-removed ../before.json .",
    "rm ../replacements.txt",
)
"""The same for several repositories: each credential may be in any of them."""
_HOOK: Final = Step(
    "prevent",
    "Let a hook stop the next one",
    ("It checks commits and pushes on the machine where they are made.",),
    ("keycatch install",),
)


def clean_up(report: SavedReport, decoys: int) -> Iterator[Step]:
    """Yield the steps that follow after every credential of `report` is dealt with.

    `decoys` is how many of them belong to accounts of decoys, which stay where they are.
    """
    if decoys == len(report.findings):
        yield _HOOK
        return

    yield Step(
        "remove",
        f"Remove them from the files{', except the canaries' if decoys else ''}",
        (
            (
                "Credentials belong in the environment, a role or a secrets manager. Let the file "
                "only name the source."
            ),
        ),
    )
    if report.kind != INDEX_KIND:  # what was never committed is in no history
        yield _history(report, decoys)
    yield _HOOK


def taken_out_first(leak: Leak, steps: list[Step]) -> list[Step]:
    """Return `steps` after one that takes a staged credential out of the file.

    Nobody has committed it yet, so that step may be all there is to do.
    """
    if not steps:
        return steps

    first, *rest = steps
    return [
        Step(
            "unstage",
            "Remove it from the file and from the staged changes",
            (
                (
                    "Remove it from the file and stage the file again, or leave the file out of "
                    "the commit with `git restore --staged -- FILE` (before the very first "
                    "commit: `git rm --cached -- FILE`). Do this for each file that contains it."
                ),
                "If the file was nowhere else, you are done.",
            ),
            # Paths of a report start at the top of the work tree, wherever the shell is; `literal`
            # keeps git from taking `*` in a name for a pattern (gitglossary(7), pathspec).
            ('git restore --staged -- ":(top,literal)$FILE"',) if safe_path(leak) else (),
        ),
        first._replace(text=(_ELSEWHERE, *first.text)),
        *rest,
    ]


def _history(report: SavedReport, decoys: int) -> Step:
    """Return the step that takes the credentials out of the history."""
    several = any(each.repositories for each in report.findings)
    # Only a report of a history has all credentials that have to go.
    first = (
        () if report.kind == HISTORY_KIND else ("This report does not cover the whole history.",)
    )

    return Step(
        "rewrite",
        "Rewrite the history last, and only if it is worth it",
        (
            *first,
            (
                "It does not undo the leak: clones, forks and caches still have it. Every commit "
                "gets a new ID, and everyone has to clone again."
            ),
            (
                "`replacements.txt` contains the credentials in clear text: delete it at the end. "
                "The third command shows what is still there."
            ),
            *(
                ("Remove the lines of the canaries from it before the second command.",)
                if decoys
                else ()
            ),
            (
                "In a directory with fresh clones of all repositories, and nothing else:"
                if several
                else "In a fresh clone:"
            ),
        ),
        _IN_ALL if several else _IN_ONE,
    )
