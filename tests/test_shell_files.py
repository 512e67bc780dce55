"""The completion scripts and the page of the manual are those of the command line as it is."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from scanner.commands import COMMANDS
from scanner.commands.parser import parser_of

TOOL = Path(__file__).parent.parent / "tools" / "shell_files.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shell_files", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_current(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0, capsys.readouterr().out


def test_a_file_that_is_not_current_is_named(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "made", lambda: {tool.PAGE: "something else"})
    assert tool.main(["--check"]) == 1
    assert "docs/keycatch.1 is not current: run python tools/shell_files.py" in (
        capsys.readouterr().out
    )


def test_the_manual_has_every_command_and_option(tool: ModuleType) -> None:
    page = tool.manual().replace("\\-", "-")
    for name in COMMANDS:
        assert f"\n.SS keycatch {name}\n" in page
        for action in parser_of(name)._actions:
            for option in action.option_strings:
                is_hidden = action.help == argparse.SUPPRESS
                assert option in ("-h", "--help") or (option in page) != is_hidden
    assert argparse.SUPPRESS not in page


def test_formatters_read_the_manual_without_a_warning(tool: ModuleType) -> None:
    checks = {
        "mandoc": ["mandoc", "-Tlint", "-Wwarning", str(tool.PAGE)],
        "man": ["man", "--warnings", "-l", str(tool.PAGE)],
    }
    tried = [command for name, command in checks.items() if shutil.which(name)]
    if not tried:
        pytest.skip("neither mandoc nor man")
    for command in tried:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stderr + (done.stdout if command[0] == "mandoc" else "")
        # A page without a date is the same whenever it is made.
        assert [line for line in said.splitlines() if "missing date" not in line] == []


def test_the_wheel_has_each_file_where_shells_and_man_look(tool: ModuleType) -> None:
    project = tomllib.loads((TOOL.parent.parent / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert {TOOL.parent.parent / source for source in shared} == tool.made().keys()
    assert set(shared.values()) == {
        "share/man/man1/keycatch.1",
        "share/bash-completion/completions/keycatch",
        "share/zsh/site-functions/_keycatch",
        "share/fish/vendor_completions.d/keycatch.fish",
    }
