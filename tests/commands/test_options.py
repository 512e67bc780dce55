"""What follows from options that commands share: reports and what is said beside them."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import options
from scanner.findings import Confidence, Finding, Report, Severity, Tally
from scanner.reports import FORMATS
from scanner.secret import Secret
from scanner.settings import Settings

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


# -- the summary of a step on GitHub Actions -------------------------------------------------------


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    return tmp_path / "summary.md"


def test_the_step_summary_is_written_beside_annotations(
    keycatch: Any, repository: Any, plant: Any, summary: Path
) -> None:
    repository.write("a.ini", plant.pair())
    summary.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    done = keycatch("scan", "--format", "github", cwd=repository.root, env=environment)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error file=a.ini,line=1,")
    assert summary.read_text("utf-8").startswith(
        "before\n### keycatch: 1 AWS credential found\n\nScanned 1 file, "
    )


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"github"}))
def test_other_formats_leave_the_step_summary_alone(
    keycatch: Any, repository: Any, summary: Path, name: str
) -> None:
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    repository.write("clean.txt")
    assert keycatch("scan", "--format", name, cwd=repository.root, env=environment).returncode == 0
    assert not summary.exists()


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_step_summary_there_are_annotations_only(
    keycatch: Any, repository: Any, plant: Any, value: str | None
) -> None:
    repository.write("a.ini", plant.pair())
    environment = {"GITHUB_STEP_SUMMARY": value}
    done = keycatch("scan", "--format", "github", cwd=repository.root, env=environment)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_step_summary_that_cannot_be_written_costs_nothing_else(
    keycatch: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    repository.write("a.ini", plant.pair())
    environment = {"GITHUB_STEP_SUMMARY": str(tmp_path)}
    done = keycatch("scan", "--format", "github", cwd=repository.root, env=environment)
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")
    assert done.stderr.startswith("keycatch: no step summary was written to ")
    assert done.stderr.count("\n") == 1


def test_an_incomplete_scan_is_said_once_with_annotations(
    keycatch: Any, repository: Any, summary: Path
) -> None:
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    arguments = ("scan", "--format", "github", os.devnull)
    done = keycatch(*arguments, cwd=repository.root, env=environment)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("::error title=The scan is incomplete::")
    assert "The scan is incomplete" in summary.read_text("utf-8")
    done = keycatch(*arguments, "--output", "report", cwd=repository.root, env=environment)
    assert done.stderr.startswith("keycatch: the scan is incomplete: ")


# -- what the runner of a job could read as a command ----------------------------------------------


HOSTILE = ("##[stop-commands]x.ini", "::stop-commands::x", "##vso[task.complete]x", "a\n::echo::on")


@posix
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("options", [(), ("-v",), ("-q",), ("--format", "json")])
def test_a_file_name_is_no_command_in_a_log(
    keycatch: Any, tmp_path: Path, plant: Any, name: str, options: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(plant.pair())
    (tmp_path / f"{name}.pipe").symlink_to(os.devnull)
    config = tmp_path / f"{name}.toml"
    config.write_text('disable = ["aws-unnamed-secret"]\n')
    for more in (name, f"{name}.pipe", f"./{name}.gone", f"--config={config.name}",
                 f"--output={name}/x", name.replace("x", "y"), f"--format={name}"):  # fmt: skip
        done = keycatch("scan", *options, more, cwd=tmp_path)
        for line in (done.stdout + done.stderr).splitlines():
            assert not line.lstrip().startswith("::"), line
            assert "##[" not in line, line
            assert "##vso[" not in line, line
    done = keycatch(name, cwd=tmp_path)
    assert done.returncode == 2
    assert "##[" not in done.stderr
    assert "##vso[" not in done.stderr


# -- exit codes ------------------------------------------------------------------------------------


def report(*severities: Severity) -> Report:
    values = {"key_id": Secret(b"x" * 20)}
    found = [
        Finding("r", severity, Confidence.HIGH, "f", values, "", (), ()) for severity in severities
    ]
    return Report("staged", tuple(found), Tally())


@pytest.mark.parametrize(
    ("severities", "code"),
    [((), 0), ((Severity.NOTE,), 0), ((Severity.NOTE, Severity.LOW), 1), ((Severity.LOW,), 1)],
)
def test_a_note_does_not_make_the_command_fail(severities: tuple[Severity, ...], code: int) -> None:
    given = report(*severities)
    assert options.exit_code(given, Confidence.LOW, exit_zero=False) == code
    assert options.exit_code(given, Confidence.LOW, exit_zero=True) == 0


# -- the configuration in every report -------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("to_file", [False, True])
def test_every_report_has_what_the_configuration_took_away(
    keycatch: Any, repository: Any, plant: Any, name: str, to_file: bool
) -> None:
    repository.write("vendor/a", plant.pair())
    repository.write(
        ".keycatch.toml",
        'exclude = ["vendor/"]\ndisable = ["aws-unnamed-secret"]\nfail-on = "high"\n',
    )
    more = ("--output", "report") if to_file else ()
    done = keycatch("scan", "--format", name, *more, cwd=repository.root)
    text = (repository.root / "report").read_text("utf-8") if to_file else done.stdout
    assert done.returncode == 0
    if name in ("json", "jsonl", "sarif"):
        found = json.loads(text.partition("\n")[0] if name == "jsonl" else text)
        told = {
            "json": lambda: found["scan"]["configuration"],
            "jsonl": lambda: found["configuration"],
            "sarif": lambda: found["runs"][0]["properties"]["configuration"],
        }[name]()
        fail_on = told.pop("failOn" if name == "sarif" else "fail_on")
        assert fail_on == "high"
        assert told == {
            "file": ".keycatch.toml", "excluded": 1, "disabled": ["aws-unnamed-secret"],
        }  # fmt: skip
    else:
        said = ".keycatch.toml excludes 1 file, disables aws-unnamed-secret, sets fail-on to high"
        assert said in " ".join(text.split())
    free = keycatch("scan", "--format", name, "--no-config", cwd=repository.root)
    assert free.returncode == 1
    assert "vendor" in free.stdout
    assert "disables" not in free.stdout


@pytest.mark.parametrize(
    ("origin", "directory", "shown"),
    [
        ("/project/.keycatch.toml", "/project", ".keycatch.toml"),
        ("/project/ci/k.toml", "/project", "ci/k.toml"),
        ("/projects/k.toml", "/project", "/projects/k.toml"),
        ("ci/k.toml", "/project", "ci/k.toml"),
        ("../k.toml", "/project", "../k.toml"),
    ],
)
@posix
def test_a_configuration_is_named_from_the_root_of_the_project(
    origin: str, directory: str, shown: str
) -> None:
    settings = Settings(origin=origin, directory=directory, fail_on=Confidence.HIGH)
    args = argparse.Namespace(fail_on=None)
    made = options._configuration(args, settings, 4)
    assert (made.file, made.excluded, made.fail_on) == (shown, 4, Confidence.HIGH)
    assert options._configuration(argparse.Namespace(fail_on="low"), settings, 4).fail_on is None
