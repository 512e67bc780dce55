"""Read GitLab and SARIF reports with the parsers of DefectDojo, and compare what they keep.

    python tools/validate_defectdojo.py [--parsers FILE] [FILE...]

Without FILE it takes the golden files of the tests. DefectDojo is no package, but `norm-findings`
is: its parsers are made from those of DefectDojo by a program that only replaces the imports of
Django. Its wheel is fetched without its dependencies, which the two parsers do not need, and
imported from there; nothing of it is kept. --parsers names the wheel if it is there already.

Each run also plants defects and fails if they pass.

Exit code: 0 if all files are read whole, 1 if not, 2 if the validation itself did not work.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from validation import ROOT, ValidationError, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

PACKAGE: Final = "norm-findings==0.4.3"
SHA256: Final = "0a672f809d88e911569a58be0362f05d83c8e84daa3e21ddc42678d7caaff5c2"
"""Of the wheel, since what is in it is run."""

Row: TypeAlias = tuple[str, str, int | None, str]
"""Severity, file, line and the tool's own ID of a finding: what DefectDojo lists and matches by."""


def gitlab_rows(report: dict[str, Any]) -> Iterator[Row]:
    """Yield what DefectDojo has to keep of a GitLab report."""
    for each in report["vulnerabilities"]:
        location = each["location"]
        severity = "Info" if each["severity"] == "Unknown" else each["severity"]
        yield severity, location.get("file", ""), location.get("start_line"), each["id"]


def sarif_rows(report: dict[str, Any]) -> Iterator[Row]:
    """Yield what DefectDojo has to keep of a SARIF report: a row for each location."""
    for each in report["runs"]:
        scores = {
            rule["id"]: float(rule["properties"]["security-severity"])
            for rule in each["tool"]["driver"]["rules"]
        }
        for result in each["results"]:
            identity = "|".join(
                f"{name.partition('/')[0]}:{value}"
                for name, value in sorted(result["partialFingerprints"].items())
            )
            for location in result["locations"]:
                place = location.get("physicalLocation", {})
                path = place.get("artifactLocation", {}).get("uri", "")
                line = place.get("region", {}).get("startLine")
                yield _severity(scores[result["ruleId"]]), path, line, identity


def _severity(score: float) -> str:
    """Return the word for a CVSS score: https://www.first.org/cvss/v3.1/specification-document."""
    steps = ((9.0, "Critical"), (7.0, "High"), (4.0, "Medium"), (0.1, "Low"))
    return next((word for least, word in steps if score >= least), "Info")


FORMATS: Final[dict[str, tuple[str, str, Callable[[dict[str, Any]], Iterator[Row]]]]] = {
    ".gitlab.json": (
        "gitlab_secret_detection_report", "GitlabSecretDetectionReportParser", gitlab_rows
    ),
    ".sarif": ("sarif", "SarifParser", sarif_rows),
}  # fmt: skip
"""By the end of a file's name: the parser's module, its class, and what it has to keep."""

GOOD: Final = "tests/reports/golden/archive"
"""A report with findings, without the end of its name."""

DEFECTS: Final = {
    ".gitlab.json": ('"end_time": "1970-01-01T', '"start_line": ', '"severity": "'),
    ".sarif": ('"security-severity": "', '"startLine": ', '"uri": "'),
}
"""Pieces of it that a mistake is put after."""


def fetched(directory: Path) -> Path:
    """Return the path of the wheel, fetched into `directory`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(directory), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(directory.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise ValidationError(f"pip could not fetch {PACKAGE}: {done.stderr.strip()[-500:]}")
    return wheels[0]


def required(text: str, end: str) -> list[Row]:
    """Return what the parser has to keep of a report whose file ends with `end`."""
    return list(FORMATS[end][2](json.loads(text)))


def kept(text: str, end: str) -> list[Row]:
    """Return what the parser for files that end with `end` makes of a report."""
    module, name, _ = FORMATS[end]
    parser = getattr(importlib.import_module(f"norm_findings.parsers.{module}.parser"), name)()
    return [
        (found.severity, found.file_path or "", found.line, found.unique_id_from_tool)
        for found in parser.get_findings(io.StringIO(text), None)
    ]


def problem(text: str, end: str, expected: list[Row]) -> str:
    """Return what the parser loses of what is `expected` of a report; empty if nothing."""
    try:
        found = kept(text, end)
    except (KeyError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if found != expected:
        lost = [row for row in expected if row not in found]
        return f"{len(found)} of {len(expected)} findings kept, not these: {lost[:3]}"
    return ""


def prove(end: str) -> None:
    """Raise ValidationError if the parser for `end` keeps everything of a report with mistakes."""
    text = (ROOT / GOOD).with_suffix(end).read_text("utf-8")
    expected = required(text, end)
    if not expected or problem(text, end, expected):
        raise ValidationError(f"{GOOD}{end} is not read whole")
    for piece in DEFECTS[end]:
        if not problem(text.replace(piece, f"{piece}-7", 1), end, expected):
            raise ValidationError(f"{GOOD}{end} passed with a mistake after {piece!r}")


def check(files: list[Path], given: Path | None, temporary: Path) -> list[str]:
    """Return what is wrong with `files`; the wheel is `given`, or fetched into `temporary`."""
    wheel = given or fetched(temporary)
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise ValidationError(f"{wheel.name} is not the file that was looked at")
    sys.path.insert(0, str(wheel))

    for end in FORMATS:
        prove(end)

    found = []
    for file in files:
        end = next((end for end in FORMATS if file.name.endswith(end)), "")
        if not end:
            raise ValidationError(f"{file} ends with none of {', '.join(FORMATS)}")
        text = file.read_text("utf-8")
        if wrong := problem(text, end, required(text, end)):
            found.append(f"{file}: {wrong}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Read the files named by `arguments`; return the exit code."""
    option = ("--parsers", "WHEEL", "the wheel with the parsers, if it is there")
    golden = tuple(f"tests/reports/golden/*{end}" for end in FORMATS)
    return run(__doc__, golden, option, check, arguments)


if __name__ == "__main__":
    sys.exit(main())
