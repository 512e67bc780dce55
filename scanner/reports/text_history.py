"""What the text report says of a history: how exposed each credential is, and how to get rid of it.

A credential that was ever pushed is to be revoked, whatever becomes of the history: what is said
about rewriting it comes after what is said about the credential.
"""

from __future__ import annotations

import shlex

from scanner.pushed import totals
from scanner.reports.exposure import exposure, moment, reach, span
from scanner.reports.repositories import SOME, by_exposure, is_path, show_command, state
from scanner.reports.text_layout import filled, row, sentences
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.findings import Finding, History, Location, Report
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View

_NAMES: Final = 3
"""Branches, tags and other references that are listed without -v."""

_CLEAN_HEAD: Final = "Remove what is still in HEAD from the files, and commit."
_SAVE: Final = "Save the report: `keycatch history --format json --output report.json{where}`."
_REWRITE: Final = (
    "Write the list of values, `keycatch history --replacements replacements.txt{where}`, and "
    "rewrite a fresh clone: `git -C CLONE filter-repo --replace-text "
    '"$PWD/replacements.txt" --replace-message "$PWD/replacements.txt"`. The file contains the '
    "credentials: delete it afterwards."
)
_CHECK: Final = (
    "Push the result to every remote, have everyone clone again, and check each copy: "
    "`keycatch history --verify-removed report.json CLONE`."
)
_STEPS: Final = (
    (
        "Revoke every credential first, as described above. Everyone who has fetched the "
        "repository still has it, and so do forks and server caches."
    ),
    _CLEAN_HEAD,
    _SAVE,
    _REWRITE,
    _CHECK,
)
_OF_SEVERAL: Final = {
    _REWRITE: _REWRITE.replace("a fresh clone", "a fresh clone of each repository"),
    _CHECK: (
        "Push each result to every remote, have everyone clone again, and check all "
        "repositories in one run: `keycatch history --verify-removed report.json{where}`."
    ),
}
"""The same for several repositories."""


def headline(finding: Finding, paint: Paint) -> str:
    """Return how exposed `finding` is and since when; an empty string without a history."""
    history = finding.history
    if history is None:
        return ""
    alarming, calm = exposure(history)
    loud = paint("warning", ", ".join(alarming).upper())
    state = ", ".join(filter(None, (loud, *calm)))
    since = printable(span(history))
    return f"{state}: {since}" if since else state


def rows(finding: Finding, lead: Location, view: View, paint: Paint) -> Iterator[str]:
    """Yield who added the credential and who removed it, where it is, and what keeps it."""
    history = finding.history
    if history is None:
        return

    verbose = view.verbosity > 0
    moments = [("introduced", history.first), ("removed", history.removed)]
    if verbose or not (history.removed or history.in_head):
        # Without a removal, when it was last there is the nearest thing to it.
        moments.insert(1, ("last in", history.last))
    for label, at in moments:
        if at:
            yield from row(label, sentences([moment(at)]), paint)

    yield from row("repositories", _inside(finding, verbose), paint)
    yield from row("found in", sentences([_extent(finding, history, verbose)]), paint)
    held_by = _some(history.held_by, verbose)
    alarming, _ = exposure(history)
    if not (alarming or held_by or history.branches or history.tags):
        held_by = "nothing: unreferenced, git gc will delete it"
    yield from row("held by", sentences([held_by]), paint)
    # A command stays on its line: it is copied.
    command = show_command(finding, lead)
    yield from row("look at it", [command] if command else [], paint)


def _inside(finding: Finding, verbose: bool) -> list[str]:
    """Return how exposed `finding` is in each of several repositories."""
    inside = by_exposure(finding)
    listed = inside if verbose else inside[:SOME]
    lines = sentences(map(state, listed))
    if len(listed) < len(inside):
        lines.append(f"and {len(inside) - len(listed):,} more (-v lists all)")
    return lines


def _extent(finding: Finding, history: History, verbose: bool) -> str:
    named = [
        f"{many if len(names) > 1 else one} {_some(names, verbose)}"
        for one, many, names in (
            ("branch", "branches", history.branches),
            ("tag", "tags", history.tags),
        )
        if names
    ]
    return "; ".join(filter(None, (reach(finding), *named)))


def _some(names: Sequence[str], everything: bool) -> str:
    listed = names if everything else names[:_NAMES]
    more = f" and {len(names) - len(listed):,} more" if len(listed) < len(names) else ""
    return f"{', '.join(listed)}{more}"


def next_steps(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield how to get rid of what was found in a history; nothing if nothing fails."""
    failing = [each for each in report.findings if each.fails(view.fail_on)]
    steps = history_steps(failing, view)
    if not steps:
        return
    yield f"{paint('bold', 'What to do about the history')}\n"
    if any(each.canary for each in report.findings):
        yield from filled("    ", "Leave canaries alone, as described above. For all others:")
    for number, step in enumerate(steps, 1):
        yield from filled(f"    {number}. ", step)
    yield "\n"


def history_steps(findings: Sequence[Finding], view: View) -> list[str]:
    """Return how to get rid of `findings`, in sentences of Markdown; empty if nothing has to go.

    Revoking comes first: rewriting history takes nothing back from those who have it. A decoy stays
    where it is: nothing is revoked and nothing is rewritten for it.
    """
    histories = [each.history for each in findings if each.history and not each.canary]
    if not histories:
        return []
    in_head = any(each.in_head for each in histories)
    several = any(each.repositories for each in findings)
    where = _where(view.repositories, several=several)
    steps = [step for step in _STEPS if in_head or step != _CLEAN_HEAD]
    if several:
        steps = [_OF_SEVERAL.get(step, step) for step in steps]
    return [step.replace("{where}", where) for step in steps]


def _where(named: Sequence[str], *, several: bool) -> str:
    """Return the end of a command that scans the repositories again, which the user has `named`."""
    # An option, or the end of the code in which the command is shown, is no name in a command.
    if 0 < len(named) <= SOME and all(
        is_path(name) and not name.startswith("-") and "`" not in name for name in named
    ):
        return "".join(f" {shlex.quote(name)}" for name in named)
    return " DIRECTORY..." if several or named else ""


def exposed_totals(report: Report) -> str:
    """Return how many credentials are in HEAD and pushed; an empty string without a history."""
    known = [finding.history for finding in report.findings if finding.history]
    if not known:
        return ""
    in_head = sum(history.in_head for history in known)
    return f"{in_head:,} still in HEAD, {totals(history.pushed for history in known)}"
