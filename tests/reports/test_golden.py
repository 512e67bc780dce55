"""Whole outputs against golden files.

After a change that is meant to change the output, run this file with KEYCATCH_UPDATE_GOLDEN=1 in
the environment and read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.reports import FORMATS, load

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("KEYCATCH_UPDATE_GOLDEN") == "1"
ENDINGS = dict(zip(FORMATS, FORMATS, strict=True)) | {
    "text": "txt", "github": "github.txt", "codequality": "codequality.json",
    "gitlab": "gitlab.json", "junit": "junit.xml",
}  # fmt: skip
"""By the name of a format; a file that has to open in another program ends as that expects."""
VARIANTS = {"quiet": {"verbosity": -1}, "verbose": {"verbosity": 1}, "color": {"color": True}}
VARIED = (
    "incomplete", "copies", "two_files", "set_aside", "set_aside_places", "reviewed",
    "reviewed_clean", "canary", "configured",
    "commits", "notes", "history", "history_clean", "expiring",
)  # fmt: skip


def compare(name: str, output: str) -> None:
    file = GOLDEN / name
    if UPDATE:
        file.write_text(output, encoding="utf-8", newline="\n")
    assert output == file.read_text(encoding="utf-8"), f"see the docstring of {Path(__file__).name}"


@pytest.mark.parametrize("format_name", ENDINGS)
def test_output(case_name, case, format_name):
    output = "".join(load(format_name).render(case.report, case.view))
    compare(f"{case_name}.{ENDINGS[format_name]}", output)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", VARIED)
def test_text_variant(make_case, name, variant):
    report, view = make_case(name)
    output = "".join(load("text").render(report, view._replace(**VARIANTS[variant])))
    compare(f"{name}.{variant}.txt", output)


def test_every_golden_file_is_used(builders):
    used = {f"{name}.{ending}" for name in builders.CASES for ending in ENDINGS.values()}
    used |= {f"{name}.{variant}.txt" for name in VARIED for variant in VARIANTS}
    assert {file.name for file in GOLDEN.iterdir()} == used
