"""`keycatch help`: the same as `--help`, for each command and each of its actions."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.commands import COMMANDS

pytestmark = pytest.mark.usefixtures("clean_environment")


def test_alone_it_lists_the_commands(keycatch: Any) -> None:
    done = keycatch("help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == keycatch("--help").stdout


@pytest.mark.parametrize("topic", [*COMMANDS, "baseline create", "rules show"])
def test_it_is_the_help_of_a_command(keycatch: Any, topic: str) -> None:
    done = keycatch("help", *topic.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == keycatch(*topic.split(), "--help").stdout
    assert done.stdout.startswith(f"usage: keycatch {topic} ")


def test_a_command_that_does_not_exist(keycatch: Any, tmp_path: Any) -> None:
    done = keycatch("help", "bogus", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("keycatch: there is no command 'bogus'; there are scan, ")
