"""The command `reports`: how long each report format takes for many findings, and how large it is.

The findings are made in this process, so that nothing but the format is measured: its CPU time and
the bytes that it gives, also compressed, as servers count an upload.
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.machine import load
from bench.options import add_json, add_number, add_seed
from bench.report import Subject, Table, in_megabytes, publish
from scanner.findings import (
    Confidence,
    Finding,
    Location,
    Report,
    Severity,
    Tally,
    fingerprint_of,
)
from scanner.reports import FORMATS
from scanner.reports import load as load_format
from scanner.reports.interface import View
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

if TYPE_CHECKING:
    import argparse

_RULE: Final = "aws-access-key-pair"
_DIRECTORIES: Final = 97
"""Directories that the files are in: a prime, so that they fill at about the same pace."""


class Rendering(NamedTuple):
    """What one format took."""

    name: str
    cpu: float
    size: int
    compressed: int


def configure(commands: Any) -> None:
    """Add `reports` to the subparsers `commands`."""
    command = commands.add_parser("reports", help="measure the report formats on many findings")
    command.set_defaults(run=_reports)
    # The most results that GitHub takes in one file of SARIF.
    add_number(command, "--findings", 25_000)
    add_seed(command)
    add_json(command)


def _reports(args: argparse.Namespace) -> int:
    loads = [load("at the start")]
    report = _report(args.findings, args.seed)
    view = View(False, False, 0, Confidence.MEDIUM, load_rules((), ()), 1)
    rows = [_rendering(name, report, view) for name in FORMATS]

    about: dict[str, Subject | str] = {
        "findings": Subject(f"{args.findings:,} key pairs, each in a file", {"n": args.findings})
    }
    cells = [
        (row.name, f"{row.cpu:.2f}", in_megabytes(row.size), in_megabytes(row.compressed))
        for row in rows
    ]
    header = ("", "CPU s", "size", "compressed")
    table = Table("reports", "Each report format", header, cells, rows)
    publish([table], jobs=1, about=about, loads=loads, json_file=args.json)
    return 0


def _report(findings: int, seed: int) -> Report:
    made = Generator(seed)
    tally = Tally()
    tally.blobs = findings
    return Report("scan", tuple(_finding(made, number) for number in range(findings)), tally)


def _finding(made: Generator, number: int) -> Finding:
    values = {
        "key_id": Secret(made.access_key_id().encode()),
        "secret": Secret(made.secret_access_key().encode()),
    }
    path = f"services/team-{number % _DIRECTORIES}/settings_{number}.py"
    places = (
        Location("key_id", path, 12, 22, 12, 42, line_hash=f"{number:016x}:1"),
        Location("secret", path, 13, 26, 13, 66, line_hash=f"{number:016x}:2"),
    )
    evidence = ("key ID and secret 1 line apart", "40 random characters (score 68 bits)")
    return Finding(
        _RULE, Severity.CRITICAL, Confidence.HIGH, fingerprint_of(values), values, "123456789012",
        evidence, places,
    )  # fmt: skip


def _rendering(name: str, report: Report, view: View) -> Rendering:
    from gzip import compress

    render = load_format(name).render
    begun = process_time()
    text = "".join(render(report, view))
    taken = process_time() - begun
    content = text.encode("utf-8", "backslashreplace")
    return Rendering(name, taken, len(content), len(compress(content, 6)))
