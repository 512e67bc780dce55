"""Several reports of one run, and the line on standard error that says what the run did."""

from __future__ import annotations

import os
from typing import Any

import pytest

from scanner.reports import FORMATS, load

pytestmark = pytest.mark.usefixtures("clean_environment")


def everything(*targets: str) -> list[str]:
    """Return options for every format, to a file named after it or to the place `name=path`."""
    paths = {name: f"../out/{name}" for name in FORMATS} | dict(t.split("=", 1) for t in targets)
    return [f"--output={name}={path}" for name, path in paths.items()]


@pytest.mark.parametrize("command", ["scan", "staged", "history"])
def test_each_is_what_it_is_alone(keycatch: Any, repository: Any, plant: Any, command: str) -> None:
    """No format changes because another one is asked for in the same run."""
    (repository.root.parent / "out").mkdir()
    repository.write("src/caf\u00e9 1.py", f"#\n{plant.pair()}")
    repository.git("add", ".")
    if command == "history":
        repository.commit("one")
    done = keycatch(command, *everything("text=-"), cwd=repository.root)
    assert done.returncode == 1
    for name in FORMATS:
        alone = keycatch(command, "--format", name, cwd=repository.root).stdout
        written = repository.root.parent / "out" / name
        assert (done.stdout if name == "text" else written.read_text("utf-8")) == alone, name


def test_one_line_says_what_the_run_did(keycatch: Any, tmp_path: Any, plant: Any) -> None:
    (tmp_path / "dirty").write_text(plant.pair())
    (tmp_path / "clean").write_text("text")
    reports = ("-o", "json=a.json", "-o", "text=-", "-o", "csv=b c.csv")
    done = keycatch("scan", *reports, "dirty", cwd=tmp_path)
    size = os.path.getsize(tmp_path / "dirty")
    assert done.stderr == (
        f"keycatch: 1 AWS credential found; scanned 1 file, {size} bytes; wrote a.json, b c.csv\n"
    )
    done = keycatch("scan", *reports, "clean", cwd=tmp_path)
    assert done.stderr == (
        "keycatch: no AWS credentials found; scanned 1 file, 4 bytes; wrote a.json, b c.csv\n"
    )
    assert keycatch("scan", "-q", *reports, "clean", cwd=tmp_path).stderr == ""
    # One report on standard output is alone, as before: programs read both streams together.
    assert keycatch("scan", "--format", "json", "dirty", cwd=tmp_path).stderr == ""


def test_a_scan_that_is_not_complete_is_said_where_no_person_reads_it(
    keycatch: Any, tmp_path: Any
) -> None:
    def sentences(*arguments: str) -> list[str]:
        done = keycatch("scan", *arguments, os.devnull, cwd=tmp_path)
        assert done.returncode == 2
        return [line for line in done.stderr.splitlines() if "incomplete" in line]

    assert len(sentences("-o", "json=a", "-o", "csv=-")) == 1
    assert len(sentences("-o", "json=a", "-o", "text=b")) == 1
    assert sentences("-o", "json=a", "-o", "text=-") == []


@pytest.mark.parametrize("broken", ["missing/a", "folder", "file/a"])
def test_a_report_that_cannot_be_written_costs_all_of_them(
    keycatch: Any, tmp_path: Any, plant: Any, broken: str
) -> None:
    """Better none than a set of which one is of an earlier run."""
    (tmp_path / "file").write_text(plant.pair())
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.json").write_text("older")
    before = sorted(os.listdir(tmp_path))
    done = keycatch(
        "scan", "-o", "json=old.json", "-o", f"csv={broken}", "-o", "text=-", "file", cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"cannot write the report to {broken}: " in done.stderr
    assert (tmp_path / "old.json").read_text() == "older"
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_nor_does_a_full_standard_output_leave_a_file(
    keycatch: Any, tmp_path: Any, plant: Any
) -> None:
    (tmp_path / "file").write_text(plant.pair())
    with open("/dev/full", "wb") as full:
        done = keycatch("scan", "-o", "json=a", "-o", "text=-", "file", cwd=tmp_path, stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "a").exists()


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_nor_does_a_reader_that_ended(keycatch: Any, tmp_path: Any, plant: Any) -> None:
    (tmp_path / "file").write_text(plant.pair())
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = keycatch("scan", "-o", "json=a", "-o", "csv=-", "file", cwd=tmp_path, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the report is cut off" in done.stderr
    assert not (tmp_path / "a").exists()


def test_the_step_summary_is_written_once(keycatch: Any, tmp_path: Any) -> None:
    (tmp_path / "file").touch()
    summary = tmp_path / "summary"
    once = ("-o", "github=a"), ("-o", "github=a", "-o", "github=b", "-o", "json=c")
    lengths = []
    for options in once:
        summary.unlink(missing_ok=True)
        keycatch("scan", *options, "file", cwd=tmp_path, env={"GITHUB_STEP_SUMMARY": str(summary)})
        lengths.append(summary.stat().st_size)
    assert lengths[0] == lengths[1] > 0


def test_the_author_of_a_push_does_not_learn_what_a_server_writes(builders: Any) -> None:
    from scanner.commands.outputs import Output
    from scanner.commands.report_writing import _is_summarized

    report, view = builders
    files = (Output("json", "/srv/log.json"),)
    assert _is_summarized(report, view, files)
    assert not _is_summarized(report._replace(kind="receive"), view, files)


@pytest.fixture
def builders() -> Any:
    from scanner.findings import Confidence, Report, Tally
    from scanner.reports.interface import View

    return Report("scan", (), Tally()), View(False, False, 0, Confidence.MEDIUM, (), 0)


def test_git_starts_only_for_a_format_that_names_a_commit(monkeypatch: Any, capsys: Any) -> None:
    import argparse

    from scanner.commands import report_writing
    from scanner.findings import Confidence, Report, Tally
    from scanner.reports.interface import View

    asked = []
    monkeypatch.setattr(report_writing, "_head", lambda args: asked.append(1))
    view = View(False, False, 0, Confidence.MEDIUM, (), 0)
    for name in FORMATS:
        asked.clear()
        args = argparse.Namespace(format=name, output=[], color="never", show_secrets=False)
        report_writing.write_reports(Report("scan", (), Tally()), view, args)
        assert bool(asked) == load(name).needs_head, name


def test_the_report_for_gitlab_names_head_of_what_is_scanned(
    keycatch: Any, repository: Any, plant: Any, tmp_path: Any
) -> None:
    import json

    def written(*arguments: str, cwd: Any = repository.root) -> tuple[str, str]:
        report = json.loads(keycatch(*arguments, "--format", "gitlab", cwd=cwd).stdout)
        (found,) = report["vulnerabilities"]
        return found["location"]["commit"]["sha"], report["scan"]["end_time"]

    repository.write("file", plant.pair())
    nowhere = ("0000000", "1970-01-01T00:00:00")
    assert written("scan", "file") == nowhere, "before the first commit"
    repository.commit("one")
    commit, seconds = repository.git("log", "-1", "--format=%H %ct").split()
    from datetime import UTC, datetime

    time = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    for arguments in (("scan", "file"), ("scan",), ("history",)):
        assert written(*arguments) == (commit, time)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = str(repository.root)
    for arguments in (("scan", root), ("scan", f"{root}/file"), ("history", root)):
        assert written(*arguments, cwd=elsewhere) == (commit, time)
    (elsewhere / "file").write_text(plant.pair())
    assert written("scan", "file", cwd=elsewhere) == nowhere
