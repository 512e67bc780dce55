"""Files that a project keeps: saved reports, baselines, and what other scanners wrote."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target, require
from fuzz.planted import KEY_ID, PLANTED, SECRET, examine, require_masked
from fuzz.targets.reports import rendered
from scanner.baseline import baseline_file
from scanner.baseline.carry_over import Found, carry_over
from scanner.baseline.imports import IMPORTERS, importer
from scanner.baseline.imports import read as read_import
from scanner.baseline.imports.interface import Content
from scanner.console import masked
from scanner.errors import ConfigError
from scanner.response.formats import FORMATS, load
from scanner.response.plan import respond
from scanner.saved.report import NoReportError, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.findings import Finding

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


def _saved(data: bytes) -> None:
    try:
        report = read(data)
    except NoReportError as error:
        require_masked(masked(str(error)), "the error about a report")
        return
    plan = respond(report, _NOW)
    for entry in plan.entries:
        for line in (*entry.setup, *(each for step in entry.steps for each in step.commands)):
            shlex.split(line)  # raises where a quote is open
    for name in FORMATS:
        "".join(load(name)(plan, True)).encode()  # raises where half of a pair is left


def _saved_seeds() -> Iterable[bytes]:
    yield rendered("json", PLANTED).encode()
    yield rendered("json", PLANTED, "a\x1b'$(x)`.env").encode()


def _baseline(data: bytes) -> None:
    try:
        baseline = baseline_file.parse(data, "baseline")
    except ConfigError as error:
        require_masked(masked(str(error)), "the error about a baseline")
        return
    text = baseline_file.render(baseline)
    again = baseline_file.parse(text.encode(), "baseline")
    # Entries are sorted, and each is written once.
    same = sorted({*again.entries}) == sorted({*baseline.entries})
    require(same, "a baseline that is written has the entries that were read")
    require(baseline_file.render(again) == text, "what is written does not change")


def _baseline_seeds() -> Iterable[bytes]:
    entry = b"0" * 32 + b" aws-access-key-id"
    yield b"# head\n\n# comment\n%b reason=for a test\n" % entry
    yield b"%b parts=%b expires=2027-01-31 owner=me reason=x = y\n# end" % (entry, b"0" * 16)
    yield b"%b kind=\n<<<<<<< HEAD\n" % entry


@cache
def _findings() -> list[Finding]:
    return examine(PLANTED, "a.env").findings


def _imports(data: bytes) -> None:
    for named in (False, True):
        content = Content(data, "file", named=named)
        read_import(content, tuple(IMPORTERS))
        for name in IMPORTERS:
            imported = importer(name).read(content)
            if imported is not None:
                _, lost = carry_over(imported.claims, Found(_findings(), {}), "/root-of-a-project")
                require_masked("".join((*imported.lost, *lost)), "what is lost")


def _import_seeds() -> Iterable[bytes]:
    secret, key_id = SECRET.decode(), KEY_ID.decode()
    rule, at = "aws-access-token", {"File": "a.env", "StartLine": 1, "EndLine": 2}
    yield json.dumps([{"RuleID": rule, "Secret": key_id, "Match": secret, **at}]).encode()
    yield b"abc123:a.env:aws-access-token:1\na.env:aws-access-token:2\n# comment\n"
    yield json.dumps(
        {"results": {"a.env": [{"type": "AWS Access Key", "hashed_secret": "0" * 40,
                                "line_number": 1, "is_secret": False}]}, "version": "1.5.0"}
    ).encode()  # fmt: skip
    yield json.dumps(
        {"DetectorName": "AWS", "Raw": key_id, "RawV2": secret,
         "SourceMetadata": {"Data": {"Filesystem": {"file": "a.env", "line": 1}}}}
    ).encode()  # fmt: skip
    yield json.dumps(
        {"one": key_id, "two": "regex:(A+)+$", "three": f"regex:{key_id[:9]}"}
    ).encode()
    yield json.dumps({"rules": [{"id": "@secretlint/secretlint-rule-aws",
                                 "options": {"allows": [f"/{key_id}/i"]}}]}).encode()  # fmt: skip
    yield b"ExactFindings:\n  matches:\n  - filepath: a.env\n    linenum: 1\n    fingerprint: '1'\n"


TARGETS: Final = (
    Target(
        "saved-reports", "a report is refused, or its plan is whole", _saved, _saved_seeds, 8192
    ),
    Target(
        "baselines",
        "a baseline is refused, or written as it was read",
        _baseline,
        _baseline_seeds,
        1024,
    ),
    Target("imports", "files of other scanners raise nothing", _imports, _import_seeds, 2048),
)
