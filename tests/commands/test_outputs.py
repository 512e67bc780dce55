"""`--format` and `--output`: which reports there are, and what is refused before a scan."""

from __future__ import annotations

import argparse
import os
from typing import Any

import pytest

from scanner.commands.outputs import Output, add_output_options, chosen
from scanner.errors import UsageError

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="links and devices of POSIX")


def outputs(*arguments: str) -> tuple[Output, ...]:
    parser = argparse.ArgumentParser()
    add_output_options(parser.add_argument_group())
    return chosen(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), [("text", "-")]),
        (("--format", "json"), [("json", "-")]),
        (("--output", "a"), [("text", "a")]),
        (("-f", "json", "-o", "a"), [("json", "a")]),
        (("-o", "sarif=a.sarif", "-o", "text=-"), [("sarif", "a.sarif"), ("text", "-")]),
        (("--format", "csv", "-o", "a", "-o", "json=b"), [("csv", "a"), ("json", "b")]),
        (("-o", "json=a", "-o", "json=b"), [("json", "a"), ("json", "b")]),
        # Names of files with a sign of equality in them, which no format is called like.
        (("-o", "out/run=1.json"), [("text", "out/run=1.json")]),
        (("-o", "./json=a"), [("text", "./json=a")]),
        (("-o", "2026=a"), [("text", "2026=a")]),
        (("-o", "=a"), [("text", "=a")]),
        (("-o", "json=a=b"), [("json", "a=b")]),
    ],
)
def test_what_is_asked_for(arguments: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert list(outputs(*arguments)) == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-o", "sarf=a"), "there is no report format 'sarf'; did you mean sarif?"),
        (("-o", "SARIF=a"), "there is no report format 'SARIF'"),
        (("-o", "zzzz=a"), "choose one of text, json, "),
        (("-o", "zzzz=a"), "(a file of that name is ./zzzz=a)"),
        (("-o", "json="), "--output json=: names no file"),
        (("-o", ""), "names no file"),
        (("--format", "csv", "-o", "json=a"), "--format csv applies to no report"),
    ],
)
def test_what_cannot_be_meant(arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        outputs(*arguments)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def refused(*paths: str) -> bool:
    try:
        outputs(*(f"--output=json={path}" for path in paths))
    except UsageError as error:
        return "are one file: give each report its own file" in str(error)
    return False


def test_two_reports_never_share_a_file(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "there").touch()
    assert refused("a", "a")
    assert refused("a", "./a")
    assert refused("a", "sub/../a")
    assert refused("a", str(tmp_path / "a"))
    assert refused("there", "b", "sub/../there")
    assert refused("-", "-")
    assert refused("a", "A"), "macOS and Windows take both for one"
    assert refused("\u00e9", "e\u0301"), "macOS takes both for one"
    assert not refused("a", "b", "sub/a", "there", "-")
    assert not refused("gone/a", "gone/b")


@posix
def test_nor_by_way_of_a_link(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "to_file").symlink_to("there")
    (tmp_path / "to_new").symlink_to("new")
    (tmp_path / "to_sub").symlink_to("sub")
    (tmp_path / "hard").hardlink_to(tmp_path / "there")
    assert refused("there", "to_file")
    assert refused("there", "hard")
    assert refused("new", "to_new")
    assert refused("sub/a", "to_sub/a")
    assert not refused(os.devnull, os.devnull)
    assert not refused("to_sub/a", "to_file", "to_new")


@posix
def test_nor_with_standard_output(keycatch_process: Any, tmp_path: Any) -> None:
    (tmp_path / "file").touch()
    both = ("-o", "json=report", "-o", "text=-")
    with open(tmp_path / "report", "wb") as stdout:
        done = keycatch_process("scan", *both, "file", cwd=tmp_path, stdout=stdout)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--output report and --output - are one file" in done.stderr
    assert os.path.getsize(tmp_path / "report") == 0

    device = ("-o", "json=/dev/stdout", "-o", "text=-")
    assert keycatch_process("scan", *device, "file", cwd=tmp_path).returncode == 2
    with open(os.devnull, "wb") as stdout:
        nowhere = ("-o", f"json={os.devnull}", "-o", "text=-")
        assert (
            keycatch_process("scan", *nowhere, "file", cwd=tmp_path, stdout=stdout).returncode == 0
        )


@pytest.mark.parametrize("command", ["scan", "staged", "history"])
def test_commands_refuse_before_they_scan(
    keycatch: Any, repository: Any, plant: Any, command: str
) -> None:
    repository.write("file", plant.pair())
    done = keycatch(command, "-o", "json=a", "-o", "csv=./a", cwd=repository.root)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "are one file" in done.stderr
    assert not (repository.root / "a").exists()
