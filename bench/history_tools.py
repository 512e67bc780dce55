"""How each scanner is started on a whole history, and how its report is read.

Each gets the directory of git itself, so that no file of a work tree and no settings in one count,
its default rules and its default text report, which is thrown away; none may use the network, and
none validates what it finds. gitleaks and betterleaks read the lines that `git log -p` says were
added, kingfisher every blob, keycatch every object. Facts about options and reports: the `--help`
and the output of gitleaks 8.30.1, betterleaks 2.0.0-rc.4 and kingfisher 2.14.0.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.hook_tools import OURS, SCANNER
from bench.process import TreeMemory, watch
from bench.tools import AWS, AWS_OPTIONS, PEERS, choose, find_program, version_of
from scanner.about import VERSION
from scanner.commands import history
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.process import Place

USUAL: Final = tuple(AWS_OPTIONS)
"""The peers that are compared without being asked for."""
_NO_CACHE: Final = "--no-cache"
_NOT_ONE: Final = ("--exit-zero",)
"""A Python that breaks down ends with 1, as a scan with findings does: these are told apart."""
_COMMITS: Final = re.compile(r"(\d+) commits scanned")
_BYTES: Final = re.compile(r"scanned ~?(\d+) bytes")


class HasRead(NamedTuple):
    """What a tool says that it did; None for what it does not say."""

    commits: int | None
    blobs: int | None
    bytes: int | None
    paths: tuple[str, ...]
    """Where its findings are, one path for each finding."""


class HistoryTool(NamedTuple):
    """A scanner of whole histories."""

    name: str
    version: str
    start: tuple[str, ...]
    """The command, up to the repository."""
    options: tuple[str, ...]
    """What follows the repository."""
    report: tuple[str, ...]
    """Further options that write a report to the file `{report}`."""
    environment: Mapping[str, str]
    exits: frozenset[int]
    """Exit codes of a scan that went well, with findings or without."""
    read: Callable[[Any, str], HasRead]
    """Reads the report and the messages."""

    def command(self, repository: str) -> tuple[str, ...]:
        """Return the command that scans `repository`, with its usual output."""
        return (*self.start, repository, *self.options)

    def check(self, repository: str, place: Place) -> tuple[HasRead, TreeMemory]:
        """Scan `repository` once, untimed; return what the report says, and the memory it took.

        Raises KeycatchError if the tool fails, writes no report or says that it did not read all.
        """
        report, output = place.home / "report.json", place.home / "output.txt"
        for file in (report, output):
            file.unlink(missing_ok=True)
        options = [option.format(report=report) for option in self.report]
        command = [*self.command(repository), *options]
        code, memory = watch(command, place, self.environment, str(output))
        messages = output.read_text("utf-8", "replace")
        if code not in self.exits or not report.exists():
            last = (messages.strip().splitlines() or ["it said nothing"])[-1]
            raise KeycatchError(f"{self.name} ended with {code}: {last[:200]}")
        content = json.loads(report.read_text("utf-8"))
        # A report holds what was found: it is not kept longer than needed.
        report.unlink()
        output.unlink()
        return self.read(content, messages), memory


def has_cache() -> bool:
    """Tell whether keycatch keeps what it knows of a history from one run to the next."""
    parser = argparse.ArgumentParser()
    history.configure(parser)
    return _NO_CACHE in parser.format_help()


def keycatch_history(jobs: int, *, cached: bool = False) -> HistoryTool:
    """Return the scanner of this checkout, run by this Python; without its cache if it has one."""
    fresh = (_NO_CACHE,) if has_cache() and not cached else ()
    return HistoryTool(
        name="keycatch",
        version=VERSION,
        start=(*SCANNER, "history", "--jobs", str(jobs), *_NOT_ONE, *fresh),
        options=(),
        report=("--format", "json", "--output", "{report}"),
        environment=OURS,
        exits=frozenset((0,)),
        read=_read_keycatch,
    )


def find_history_tools(
    names: Sequence[str] | None, jobs: int
) -> tuple[list[HistoryTool], list[str]]:
    """Return the peers called `names`, or the usual ones, and a note for each that is not there.

    A name may be `NAME=PATH` to say where the program is. Raises KeycatchError for an unknown
    name, and for one that was asked for and is not installed.
    """

    def make(name: str, program: str) -> HistoryTool:
        return _peer(name, program, jobs)

    return choose(names, PEERS, find_program, make, USUAL)


def _peer(name: str, program: str, jobs: int) -> HistoryTool:
    kind = name.removesuffix(AWS)
    only = AWS_OPTIONS[kind] if name.endswith(AWS) else ()
    if kind == "kingfisher":
        return HistoryTool(
            name,
            version_of(program, "--version"),
            (program, "scan"),
            ("--no-validate", "--no-update-check", "--jobs", str(jobs), *only),
            ("--format", "json", "--output", "{report}"),
            {},
            frozenset((0, 200, 205)),
            _read_kingfisher,
        )
    report: tuple[str, ...] = ("--output", "{report}")
    if kind == "gitleaks":
        report = ("--report-format", "json", "--report-path", "{report}")
    return HistoryTool(
        name,
        version_of(program, "version"),
        (program, "git"),
        ("--no-banner", "--no-color", "--exit-code", "0", *only),
        report,
        {},
        frozenset((0,)),
        _read_gitleaks if kind == "gitleaks" else _read_betterleaks,
    )


def _read_keycatch(content: Any, _: str) -> HasRead:
    scan = content["scan"]
    if not scan["complete"]:
        reasons = "; ".join(scan["incomplete"])
        raise KeycatchError(f"keycatch could not read all of the history: {reasons}")
    paths = [(finding["locations"] or [{}])[0].get("path", "") for finding in content["findings"]]
    counts = scan["counts"]
    return HasRead(counts["commits"], counts["blobs"], counts["bytes"], tuple(paths))


def _read_gitleaks(content: Any, messages: str) -> HasRead:
    commits, size = _COMMITS.search(messages), _BYTES.search(messages)
    paths = tuple(finding["File"] for finding in content or ())
    return HasRead(
        int(commits[1]) if commits else None, None, int(size[1]) if size else None, paths
    )


def _read_betterleaks(content: Any, _: str) -> HasRead:
    scan = content["scan"]
    if scan["state"] != "complete":
        raise KeycatchError(f"betterleaks could not read all of the history: {scan['state']}")
    paths = tuple(finding["location"]["path"] for finding in content["findings"])
    return HasRead(None, None, scan["bytes_scanned"], paths)


def _read_kingfisher(content: Any, _: str) -> HasRead:
    summary = content["metadata"]["summary"]
    commits = None
    for scanned in content["audit"]["repositories"]:
        if scanned["scan"]["status"] != "completed":
            status = scanned["scan"]["status"]
            raise KeycatchError(f"kingfisher could not read all of the history: {status}")
        commits = scanned["git"].get("fetched_commit_count")
    paths = tuple(_path(finding) for finding in content["findings"])
    return HasRead(commits, summary["blobs_scanned"], summary["bytes_scanned"], paths)


def _path(finding: Any) -> str:
    """Return the path of a finding of kingfisher: that in the commit, where it tells one."""
    found = finding["finding"]
    file = (found.get("git_metadata") or {}).get("file") or {}
    return str(file.get("path") or found.get("path") or "")
