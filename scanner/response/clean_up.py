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

_HOOK: Final = Step(
    "prevent",
    "Let a hook stop the next one",
    ("It looks at what is about to be committed and pushed, on the machine where it happens.",),
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
        f"Take them out of the files{', all but the decoys' if decoys else ''}",
        (
            (
                "A credential comes from the environment, from a role or from a secrets manager; "
                "the file says from where and no more."
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
            "Take it out of the file and of what is staged",
            (
                (
                    "Take it out of the file and stage that anew, or leave the file out of the "
                    "commit: `git restore --staged -- FILE`, and before the first commit of all "
                    "`git rm --cached -- FILE`. So with each file that it stands in."
                ),
                "If the file was nowhere else, that is all.",
            ),
            # Paths of a report start at the top of the work tree, wherever the shell is; `literal`
            # keeps git from taking `*` in a name for a pattern (gitglossary(7), pathspec).
            ('git restore --staged -- ":(top,literal)$FILE"',) if safe_path(leak) else (),
        ),
        first._replace(text=("If the file was anywhere else: this and what follows.", *first.text)),
        *rest,
    ]


def _history(report: SavedReport, decoys: int) -> Step:
    """Return the step that takes the credentials out of the history."""
    # Only a report of a history has all credentials that have to go.
    first = () if report.kind == HISTORY_KIND else ("This report is not one of a whole history.",)

    return Step(
        "rewrite",
        "Rewrite the history only if it is worth it, and not before",
        (
            *first,
            (
                "It does not undo the leak: clones, forks and caches have it. Every commit gets a "
                "new ID, and everybody has to clone anew."
            ),
            (
                "`replacements.txt` has the credentials in it, readable: delete it at the end. The "
                "third command tells what is still there."
            ),
            *(
                ("Take the lines of the decoys out of it before the second command.",)
                if decoys
                else ()
            ),
            "In a fresh clone:",
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
