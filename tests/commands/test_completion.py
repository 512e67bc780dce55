"""`keycatch completion`: real shells complete what the command line has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import COMMANDS
from scanner.commands.completion import FOLDER, SHELLS

pytestmark = pytest.mark.usefixtures("clean_environment")

_BASH = """\
source "$1"
COMP_WORDS=($2); [[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_LINE=$2 COMP_POINT=${#2}
entry=$(complete -p keycatch); entry=${entry##*-F }
"${entry% keycatch}" keycatch "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
_ZSH = """\
PS1= PROMPT_EOL_MARK= LISTMAX=0; unsetopt zle_bracketed_paste; bindkey -e
fpath=("$PWD/functions" $fpath); autoload -Uz compinit; compinit -u -D
zstyle ':completion:*' list-separator ' -- '; stty columns 200 rows 500
all-shown() { zle -R; zle -I; print AL''L-SHOWN; zle send-break }
zle -N all-shown; bindkey '^Xs' all-shown; print RE''ADY
"""
_LONGEST = 60
"""Seconds until zsh counts as stuck: a word that says it is done ends the wait before."""


class Zsh:
    """A zsh in a terminal of its own: it completes in its line editor only.

    One completes all lines, since its start takes longer than everything else.
    """

    def __init__(self, folder: Path) -> None:
        import pty

        (folder / "functions").mkdir()
        shutil.copy(Path(FOLDER) / "keycatch.zsh", folder / "functions" / "_keycatch")
        self.folder = folder
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            ["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
            start_new_session=True, env={**os.environ, "HOME": str(folder), "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)
        try:
            self._type(_ZSH, "READY")
        except BaseException:
            self.close()
            raise

    def _type(self, keys: str, end: str) -> str:
        """Return what zsh shows after `keys`, until `end`."""
        import select
        import time

        os.write(self._ours, keys.encode())
        shown = ""
        deadline = time.monotonic() + _LONGEST
        while end not in shown and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.2)[0]:
                shown += os.read(self._ours, 65536).decode("utf-8", "replace")
        assert end in shown, shown
        return shown.partition(end)[0]

    def complete(self, line: str) -> set[str]:
        """Return the words that zsh shows when the tabulator key is pressed twice after `line`."""
        shown = self._type(f"{line}\t\t\x18s", "ALL-SHOWN")
        return set(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07", " ", shown).split())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


@pytest.fixture(scope="module")
def zsh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zsh | None]:
    """Return a zsh that completes; None where there is none."""
    if not shutil.which("zsh"):
        yield None
        return
    opened = Zsh(tmp_path_factory.mktemp("zsh"))
    yield opened
    opened.close()


def complete(shell: str, line: str, folder: Path, zsh: Zsh | None) -> set[str]:
    """Return the words that `shell` offers at the end of `line`."""
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    script = Path(FOLDER) / f"keycatch.{shell}"
    if shell == "bash":
        command = ["bash", "--norc", "-c", _BASH, "bash", str(script), line]
    elif shell == "fish":
        command = ["fish", "-N", "-c", f"source '{script}'; complete -C '{line}'"]
    else:
        assert zsh is not None
        (zsh.folder / "some-file").write_text("")
        # What is the only candidate is in the line itself.
        return zsh.complete(line)
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "HOME": str(folder), "TERM": "xterm"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return {words[0] for each in done.stdout.splitlines() if (words := each.split())}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered", "others"),
    [
        ("keycatch ", {*COMMANDS}, {"--format"}),
        ("keycatch his", {"history"}, {"scan"}),
        ("keycatch scan --ex", {"--exclude", "--exit-zero"}, {"--format"}),
        ("keycatch scan --color ", {"auto", "always", "never"}, {"scan"}),
        ("keycatch staged --fail-on sev", {"severity:high"}, {"low"}),
        ("keycatch baseline ", {"create", "update", "check", "import"}, {"list"}),
        ("keycatch baseline import --fr", {"--from"}, {"--force"}),
        ("keycatch scan som", {"some-file"}, {"scan"}),
    ],
    ids=lambda each: each.strip() if isinstance(each, str) else "",
)
def test_a_shell_completes(
    shell: str, line: str, offered: set[str], others: set[str], tmp_path: Path, zsh: Zsh | None
) -> None:
    (tmp_path / "some-file").write_text("")
    found = complete(shell, line, tmp_path, zsh)
    assert offered <= found
    assert not (others - set(line.split())) & found


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(keycatch: Any, shell: str) -> None:
    done = keycatch("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (Path(FOLDER) / f"keycatch.{shell}").read_text("utf-8")


def test_without_a_shell(keycatch: Any) -> None:
    done = keycatch("completion")
    assert (done.returncode, done.stdout) == (2, "")
    assert "arguments are required: SHELL" in done.stderr
