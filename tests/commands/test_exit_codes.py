"""Every row of the table of exit codes, the same in every format."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


LEVELS = ("low", "medium", "high")


@pytest.fixture
def levels(tmp_path: Path, plant: Any) -> Path:
    """Files called `low`, `medium` and `high` after the confidence of what they hold."""
    impossible = "AKIA" + "B" + plant.key_id()[5:]
    (tmp_path / "low").write_text(f"{impossible}\n")
    (tmp_path / "medium").write_text(f"id = {impossible}\nsecret = {plant.secret()}\n")
    (tmp_path / "high").write_text(plant.pair())
    (tmp_path / "clean").write_text("text\n")
    return tmp_path


def test_the_files_hold_what_their_names_say(keycatch: Any, levels: Path) -> None:
    for level in LEVELS:
        done = keycatch("scan", "--format", "json", level, cwd=levels)
        assert [finding["confidence"] for finding in done.report()["findings"]] == [level]


@pytest.mark.parametrize("report_format", ["text", "json", "sarif"])
@pytest.mark.parametrize(
    ("given", "options", "code"),
    [
        ("clean", "", 0),
        ("clean", "--fail-on low", 0),
        ("clean", "--exit-zero", 0),
        ("low", "", 0),
        ("low", "--fail-on low", 1),
        ("low", "--fail-on high", 0),
        ("medium", "", 1),
        ("medium", "--fail-on low", 1),
        ("medium", "--fail-on medium", 1),
        ("medium", "--fail-on high", 0),
        ("high", "", 1),
        ("high", "--fail-on high", 1),
        ("low medium high", "", 1),
        ("low medium high", "--exit-zero", 0),
        ("high", "--fail-on low --exit-zero", 0),
        (os.devnull, "", 2),
        (f"clean {os.devnull}", "", 2),
        (f"low {os.devnull}", "", 2),
        (f"medium {os.devnull}", "--fail-on high", 2),
        (f"high {os.devnull}", "", 1),
        (os.devnull, "--exit-zero", 2),
        (f"high {os.devnull}", "--exit-zero", 2),
        ("gone", "--exit-zero", 2),
        ("clean", "--bogus", 2),
    ],
)
def test_exit_codes(
    keycatch: Any,
    keycatch_process: Any,
    levels: Path,
    given: str,
    options: str,
    code: int,
    report_format: str,
) -> None:
    # How a process ends is seen in one format; what the others come to needs no process.
    run = keycatch_process if report_format == "text" else keycatch
    done = run("scan", "--format", report_format, *options.split(), *given.split(), cwd=levels)
    assert done.returncode == code
    if os.devnull in given:
        said = done.stdout if report_format == "text" else done.stderr
        assert "incomplete" in said.lower()
        assert os.devnull in said
    elif code < 2:
        assert done.stderr == ""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("option", [None, *LEVELS])
def test_fail_on_of_the_configuration_and_of_the_command_line(
    keycatch: Any, levels: Path, level: str, option: str | None
) -> None:
    (levels / ".keycatch.toml").write_text(f'fail-on = "{level}"\n')
    options = ["--fail-on", option] if option else []
    least = LEVELS.index(option or level)
    for number, name in enumerate(LEVELS):
        done = keycatch("scan", *options, name, cwd=levels)
        assert done.returncode == (number >= least)
        weakened = "" if option or level != "high" else "sets fail-on to high\n"
        assert done.stderr.endswith(weakened)
        assert bool(done.stderr) == bool(weakened)


def test_an_incomplete_scan_says_so_beside_a_report_in_a_file(keycatch: Any, levels: Path) -> None:
    for name in ("text", "json", "sarif"):
        done = keycatch("scan", "--format", name, "--output", "out", "high", os.devnull, cwd=levels)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"keycatch: the scan is incomplete: {os.devnull}: ")
        assert done.stderr.count("\n") == 1
