"""What `keycatch history` does for removing credentials: replacements before, a check after."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from scanner.about import NAME, VERSION
from scanner.commands.outputs import chosen
from scanner.commands.report_writing import incomplete_message
from scanner.commands.saved_report import read_report, shown_name
from scanner.console import say
from scanner.errors import KeycatchError, UsageError
from scanner.files import write_whole
from scanner.findings import InRepository
from scanner.reports.wording import HISTORY_KIND
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.findings import Finding, Location, Report, Threshold
    from scanner.git.repository import Repository
    from scanner.history.removal.replacements import Replacements
    from scanner.history.removal.verification import RemovalCheck
    from scanner.rulebook.model import Rule
    from scanner.saved.report import SavedReport

    Source = tuple[Repository, Sequence[Finding]]
    """A repository, and what was found in its objects, before it was merged."""

_NARROWING: Final = ("branch", "since", "until", "max_size", "allow_shallow")


def add_removal_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that are about taking credentials out of a history."""
    group.add_argument(
        "--replacements",
        metavar="FILE",
        help="write the list for `git filter-repo --replace-text` there: it contains the "
        "credentials",
    )
    group.add_argument(
        "--verify-removed",
        metavar="REPORT",
        help="check which credentials of this JSON history report are still there; - is standard "
        "input",
    )


def check_options(args: argparse.Namespace) -> None:
    """Raise UsageError for options that contradict each other, before a long scan."""
    target = args.replacements
    outputs = chosen(args)
    if target == "-" and any(output.is_stdout for output in outputs):
        raise UsageError("--replacements - needs an --output FILE for the report")
    if target not in (None, "-") and os.path.lexists(target):
        raise UsageError(
            f"--replacements: {printable(target)} exists and is not overwritten: delete it first, "
            "or name another file"
        )
    if not args.verify_removed:
        return

    given = [name for name in (*_NARROWING, "replacements") if getattr(args, name)]
    if given:
        option = given[0].replace("_", "-")
        raise UsageError(f"--verify-removed checks everything: leave out --{option}")
    if len(outputs) > 1 or outputs[0].format not in ("text", "json"):
        raise UsageError("--verify-removed has one output, in --format text or json")


# -- replacements -------------------------------------------------------------------------------


def write_replacements(
    args: argparse.Namespace,
    report: Report,
    sources: Sequence[Source],
    rules: Sequence[Rule],
    fail_on: Threshold,
) -> None:
    """Write the file for what fails in the masked `report`, and say what it does not replace."""
    from scanner.engine.catalogue import Catalogue
    from scanner.history.removal.replacements import Replacements, paths_of

    failing = [finding for finding in report.findings if finding.fails(fail_on)]
    if not failing:
        say(f"{NAME}: there is nothing to replace: {printable(args.replacements)} is not written")
        return

    replacements = Replacements(failing)
    catalogue = Catalogue(rules)
    for repository, found in sources:
        replacements.look_at(repository, found, catalogue)
    replacements.check()
    _write(args.replacements, b"".join(line + b"\n" for line in replacements.lines()))
    _explain(args.replacements, replacements, paths_of(report.findings), len(failing))


def _explain(
    target: str, replacements: Replacements, paths: Mapping[str, str], credentials: int
) -> None:
    for left in replacements.left:
        path = paths.get(left.where.rpartition(" ")[2], "")
        where = f"{left.where} ({path})" if path else left.where
        say(f"{NAME}: not replaced: {left.value.redacted()} in {where}: {left.why}")
    many = f"{credentials:,} credential{'' if credentials == 1 else 's'}"
    name = "standard output" if target == "-" else target
    file = "FILE" if target == "-" else target
    say(
        f"{NAME}: {name} has {many} in it, in clear text: keep it out of every repository and "
        f"delete it when you are done. In a fresh clone: git filter-repo --replace-text {file} "
        f"--replace-message {file}"
    )


def _write(target: str, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    if target == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        write_whole(target, [content], 0o600, only_new=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(
            f"cannot write the replacements to {printable(target)}: {reason}; name a file in a "
            "directory that can be written"
        ) from None


# -- the check afterwards -----------------------------------------------------------------------


def read_earlier(path: str, rules: Sequence[Rule]) -> SavedReport:
    """Return the earlier report at `path`, `-` for standard input; raises KeycatchError."""
    earlier = read_report(path, HISTORY_KIND)
    missing = {each.rule_id for each in earlier.findings} - {rule.id for rule in rules}
    if missing:
        raise KeycatchError(
            f"the rule {printable(min(missing))} of the report {shown_name(path)} is disabled: "
            "use the configuration that the report was made with"
        )
    return earlier


def report_removed(
    args: argparse.Namespace,
    report: Report,
    earlier: SavedReport,
    repositories: Sequence[Repository],
) -> int:
    """Say which credentials of an `earlier` report are gone; return the exit code."""
    from scanner.history.removal.verification import verify
    from scanner.reports.output import write

    checks, new = verify(earlier.findings, report.findings)
    output = chosen(args)[0]
    render = _as_json if output.format == "json" else _as_text
    write(render(report, checks, new, repositories), output.path)
    if earlier.narrowed or not earlier.complete:
        say(f"{NAME}: the earlier scan was limited or incomplete: there may be more than it found")
    if len(earlier.heads) > len(repositories):
        were = "1 was" if len(repositories) == 1 else f"{len(repositories):,} were"
        say(
            f"{NAME}: the report is on {len(earlier.heads):,} repositories, and {were} checked: "
            "what is gone here may still be in the others; check all of them in one run"
        )
    if report.incomplete:
        say(f"{NAME}: {incomplete_message(report)}")
    if any(check.held for check in checks) and not args.exit_zero:
        return 1
    return 2 if report.incomplete else 0


def _as_text(
    report: Report, checks: Sequence[RemovalCheck], new: int, repositories: Sequence[Repository]
) -> Iterator[str]:
    for check in checks:
        wanted = check.wanted
        values = ", ".join(f"{role} {value.redacted()}" for role, value in wanted.values.items())
        shown = f"{wanted.rule_id} {values} ({wanted.fingerprint[:12]})"
        if not check.held:
            yield f"gone: {printable(shown)}\n"
            continue
        parts = " and ".join(check.parts)
        yield f"STILL THERE: {printable(shown)}: {printable(parts)}\n"
        for line in _where(check, repositories):
            yield f"  {printable(line)}\n"

    held = sum(bool(check.held) for check in checks)
    so_far = "" if not report.incomplete else ", in what could be read"
    yield f"{held:,} of {len(checks):,} credentials of the report are still there{so_far}.\n"
    if new:
        what = "finding is" if new == 1 else "findings are"
        yield f"{new:,} {what} not in the report: `{NAME} history` shows them.\n"
    yield "Other clones, forks and server caches were not checked.\n"


def _as_json(
    report: Report, checks: Sequence[RemovalCheck], new: int, repositories: Sequence[Repository]
) -> Iterator[str]:
    from scanner.reports.encoding import dumps

    credentials = [
        {
            "fingerprint": check.wanted.fingerprint,
            "rule_id": check.wanted.rule_id,
            "values": {role: value.redacted() for role, value in check.wanted.values.items()},
            "gone": not check.held,
            "still_there": check.parts,
            "where": [printable(line) for line in _where(check, repositories)],
        }
        for check in checks
    ]
    document = {
        "schema_version": 1,
        "tool": {"name": NAME, "version": VERSION},
        "complete": not report.incomplete,
        "incomplete": sorted({notice.reason for notice in report.incomplete}),
        "credentials": credentials,
        "not_in_report": new,
    }
    yield dumps(document) + "\n"


def _where(check: RemovalCheck, repositories: Sequence[Repository]) -> list[str]:
    """Return what still has the credential, a line each."""
    found: dict[str, None] = {}
    for finding, role in check.held:
        for at in finding.locations:
            if at.role == role:
                found[_place(at, repositories)] = None
        inside = finding.repositories or (InRepository("", finding.history),)
        for name, history in inside:
            if history:
                held = (*history.branches, *history.tags, *history.held_by)
                where = f"in {name} " if name else ""
                found[f"{where}kept by {', '.join(held) or 'nothing'}"] = None
    return list(found)


def _place(at: Location, repositories: Sequence[Repository]) -> str:
    where = at.path or (at.scope or "blob").replace("-", " ")
    if at.commit:
        return f"{where}, since commit {at.commit}"
    if not at.object:
        return f"{where} ({(at.scope or 'name').replace('-', ' ')})"
    from scanner.git.object_store import store_of
    from scanner.history.objects.inventory import files_of

    files = [file for each in repositories for file in files_of(store_of(each), at.object)]
    return f"{where}, object {at.object} in {' and '.join(files) or 'no file that can be read'}"
