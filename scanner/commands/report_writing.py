"""Writes the reports of a run, and says on standard error what a script or a person has to know."""

from __future__ import annotations

import os
import sys

from scanner.about import NAME
from scanner.commands.outputs import chosen
from scanner.console import is_terminal, say, wants_color
from scanner.reports import load
from scanner.reports.output import Document, write_all
from scanner.reports.wording import baseline_effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.commands.outputs import Output
    from scanner.findings import Report
    from scanner.reports.interface import Format, Revision, View


def write_reports(report: Report, view: View, args: argparse.Namespace) -> None:
    """Write `report` in each format and to each place that `args` asks for. Raises KeycatchError.

    `view` is how to show it, but for what depends on the place: whether there is color.
    """
    outputs = chosen(args)
    formats = {output.format: load(output.format) for output in outputs}
    if any(each.needs_head for each in formats.values()):
        view = view._replace(head=_head(args))

    landing = _landing(report, args)
    documents = []
    for output in outputs:
        colored = view._replace(color=_is_colored(output, args.color))
        shown = report if _is_read_here(output, formats[output.format]) else landing
        chunks = formats[output.format].render(shown, colored)
        documents.append(Document(chunks, output.path))
    write_all(documents, private=args.show_secrets)

    # A person who reads the report on standard output sees it there.
    read_by_person = any(
        output.is_stdout and formats[output.format].for_people for output in outputs
    )
    if view.verbosity >= 0 and not read_by_person:
        for sentence in review(report):
            say(f"{NAME}: {sentence}")
    for each in formats.values():
        if each.after and (problem := each.after(landing, view)):
            say(f"{NAME}: {problem}")
    said = []
    # Where a person reads the report on standard output, it says so itself.
    if report.incomplete and not any(
        output.is_stdout and formats[output.format].says_incomplete for output in outputs
    ):
        said.append(incomplete_message(report))
    if _is_summarized(report, view, outputs):
        said.append(summary(report, view, outputs))
    if said:
        say(f"{NAME}: {'; '.join(said)}")


def _landing(report: Report, args: argparse.Namespace) -> Report:
    """Return `report` with the paths that whatever reads it later can follow.

    All commands that read git have them. A scan of files names them as the user did.
    """
    names_files = report.findings or report.tally.notices or report.tally.places
    if report.kind != "scan" or not names_files:
        return report
    from scanner.commands.report_paths import from_root

    return from_root(report, getattr(args, "paths", ()) or (".",))


def _is_read_here(output: Output, chosen: Format) -> bool:
    """Return whether paths are opened from where the scan was started.

    At a terminal that is where the person is.
    """
    at_terminal = output.is_stdout and chosen.for_people and is_terminal(sys.stdout)
    return at_terminal or chosen.keeps_given_paths


def _head(args: argparse.Namespace) -> Revision | None:
    """Return the commit of HEAD of the first repository that `args` name, or of the current one."""
    from scanner.git.process import GitError
    from scanner.git.repository import Repository
    from scanner.reports.interface import Revision

    named = next(iter(getattr(args, "repositories", ())), "")
    path = next(iter(getattr(args, "paths", ())), ".")
    directory = path if os.path.isdir(path) else os.path.dirname(path) or "."
    try:
        found = Repository(named or directory, named=bool(named)).head()
    except GitError:  # no repository, or no git
        return None
    return Revision(*found) if found else None


def _is_colored(output: Output, choice: str) -> bool:
    return wants_color(choice, sys.stdout) if output.is_stdout else choice == "always"


def _is_summarized(report: Report, view: View, outputs: Sequence[Output]) -> bool:
    """Return whether standard error has a line about the run.

    What goes to standard output alone is left alone. The author of a push is not to learn which
    files a server writes.
    """
    printed_only = all(output.is_stdout for output in outputs)
    return not (printed_only or view.verbosity < 0 or report.kind == "receive")


def summary(report: Report, view: View, outputs: Sequence[Output]) -> str:
    """Return how the run ended and which files it wrote, without the name of the program."""
    from scanner.reports.wording import contents, credentials, human_size, listed, possible

    counted = listed(report, view.fail_on)
    found = credentials(report, view.fail_on)
    if report.incomplete:
        found += " in what could be read"
    if below := len(report.findings) - len(counted):
        found += f", {possible(below, view.fail_on)}"
    scanned = f"{contents(report)}, {human_size(report.tally.bytes)}"
    files = ", ".join(output.path for output in outputs if not output.is_stdout)
    return f"{found}; scanned {scanned}; wrote {files}"


def incomplete_message(report: Report) -> str:
    """Return what was not read, as a sentence without the name of the program."""
    first = report.incomplete[0]
    others = len(report.incomplete) - 1
    more = f"; and {others:,} more" if others else ""
    return f"the scan is incomplete: {first.path}: {first.detail}{more}"


def review(report: Report) -> list[str]:
    """Return what the baseline and the change do to the result, in sentences for standard error."""
    said = [remark.text for remark in report.remarks]
    if report.baseline and (effect := baseline_effect(report.baseline)):
        said.append(f"the baseline {report.baseline.file} {effect}")
    return said
