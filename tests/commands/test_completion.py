"""`keycatch completion`: real shells complete what the command line has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
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
zstyle ':completion:*' list-separator ' -- '; stty columns 200 rows 500; print RE''ADY
"""


def in_zsh(line: str, folder: Path) -> str:
    """Return what zsh shows when the tabulator key is pressed twice after `line`.

    It completes in its line editor only, which needs a terminal.
    """
    import pty
    import select
    import time

    (folder / "functions").mkdir()
    shutil.copy(Path(FOLDER) / "keycatch.zsh", folder / "functions" / "_keycatch")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
        start_new_session=True, env={**os.environ, "HOME": str(folder), "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    shown = ""

    def wait_for(text: str, seconds: float) -> None:
        nonlocal shown
        deadline = time.monotonic() + seconds
        while (not text or text not in shown) and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.2)[0]:
                shown += os.read(ours, 65536).decode("utf-8", "replace")

    try:
        os.write(ours, _ZSH.encode())
        wait_for("READY", 30)
        assert "READY" in shown, shown
        shown = ""
        os.write(ours, f"{line}\t\t".encode())
        wait_for("", 4)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07", " ", shown)


def complete(shell: str, line: str, folder: Path) -> set[str]:
    """Return the words that `shell` offers at the end of `line`."""
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    script = Path(FOLDER) / f"keycatch.{shell}"
    if shell == "bash":
        command = ["bash", "--norc", "-c", _BASH, "bash", str(script), line]
    elif shell == "fish":
        command = ["fish", "-N", "-c", f"source '{script}'; complete -C '{line}'"]
    else:
        # What is the only candidate is in the line itself.
        return set(in_zsh(line, folder).split())
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
    shell: str, line: str, offered: set[str], others: set[str], tmp_path: Path
) -> None:
    (tmp_path / "some-file").write_text("")
    found = complete(shell, line, tmp_path)
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
    assert "arguments are required: shell" in done.stderr
