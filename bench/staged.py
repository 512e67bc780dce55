"""What a commit hook costs: `keycatch staged` on a change of two files, and on a large one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.hook_tools import OURS, SCANNER, keycatch_staged
from bench.planted import plant
from bench.repositories import git
from bench.rounds import Run, Table, table, take_turns, together
from bench.spread import ratios
from bench.startup import BASELINE
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.hook_tools import HookTool
    from bench.process import Cost, Place

_RAW: Final = ("diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "HEAD")
_SMALL: Final = (2_000, 30_000)
"""Bytes of the two files of a usual change."""
_LARGEST: Final = 1_000_000
_ADDED: Final = b"\nThis line is new, and there is nothing in it.\n"
CLEAN: Final = frozenset((0,))


class Staged(NamedTuple):
    """A change that stands in the index."""

    names: tuple[str, ...]
    blobs: str
    """IDs of the new contents, a line each; fewer than names where files have the same content."""
    bytes: int
    """Of the new contents together."""


def measure_staged(
    repository: Path,
    place: Place,
    peers: Sequence[HookTool],
    many: int,
    rounds: int,
    say: Callable[[str], None],
) -> list[Table]:
    """Stage changes in `repository`, a copy with its files checked out, and measure the hooks.

    Raises KeycatchError if it has fewer than `many` files, or a tool does not find what is planted.
    """
    there = place._replace(directory=repository)
    tracked = _texts(repository)
    small = [name for name, size in tracked if _SMALL[0] <= size <= _SMALL[1]]
    if len(tracked) < many or len(small) < 2:
        raise KeycatchError(
            f"the repository has {len(tracked)} text files, of which {len(small)} are of "
            f"{_SMALL[0]:,} to {_SMALL[1]:,} bytes: {many} and 2 are needed (see --files)"
        )
    tools = [keycatch_staged(), *peers]
    _prove(repository, there, tools, say)
    clean = repository / ".git" / "index-clean"
    shutil.copyfile(repository / ".git" / "index", clean)
    two = _stage(repository, _spread(small, 2))
    first = _two_files(two, there, tools, rounds, say)
    git(repository, "reset", "--quiet", "--hard")
    large = _stage(repository, _spread([name for name, _ in tracked], many))
    return [first, _many_files(large, there, clean, rounds, say)]


def _two_files(
    change: Staged, place: Place, tools: Sequence[HookTool], rounds: int, say: Callable[[str], None]
) -> Table:
    # detect-secrets may well find something in whole files of a given repository.
    runs = [
        Run(
            f"{tool.name} {tool.version}",
            tool.command(change.names),
            tool.environment,
            None,
            frozenset((0, tool.found)) if tool.takes_names else CLEAN,
        )
        for tool in tools
    ]
    runs.append(Run("python -c pass", (sys.executable, "-c", "pass"), OURS, None, CLEAN))
    runs.append(_diff_index())
    say("measuring a change of two files")
    costs = take_turns(runs, place, rounds, say)
    title = f"A commit of two files, {change.bytes:,} bytes, with nothing to find"
    return table(title, (), costs, runs[0].name)


def _many_files(
    change: Staged, place: Place, clean: Path, rounds: int, say: Callable[[str], None]
) -> Table:
    wanted = place.home / "staged-blobs"
    wanted.write_text(change.blobs, "ascii")
    command = (*SCANNER, "staged")
    nothing = {**OURS, "GIT_INDEX_FILE": str(clean)}
    runs = [
        Run("keycatch staged", command, OURS, None, frozenset((0, 1))),
        Run("keycatch staged, nothing staged", command, nothing, None, CLEAN),
        Run(f'python -c "{BASELINE}"', (sys.executable, "-c", BASELINE), OURS, None, CLEAN),
        _diff_index(),
        Run("git cat-file --batch", (_git(), "cat-file", "--batch", "--buffer"), {}, str(wanted),
            CLEAN),
    ]  # fmt: skip
    say(f"measuring a change of {len(change.names)} files")
    costs = take_turns(runs, place, rounds, say)
    own, start, imports, index, contents = (costs[run.name] for run in runs)
    reading = {
        "reading: start + contents": together(start, contents),
        "reading: imports + index + contents": together(imports, index, contents),
    }
    lines = {
        runs[0].name: own,
        **reading,
        f"start: {runs[1].name}": start,
        f"imports: {runs[2].name}": imports,
        f"index: {runs[3].name}": index,
        f"contents: {runs[4].name}": contents,
    }
    notes = [
        "start: the program, git's index compared, nothing to read",
        "contents: git writes the new contents to /dev/null",
        *(
            f"keycatch takes {_times(own, cost)} the CPU of {name}"
            for name, cost in reading.items()
        ),
    ]
    title = f"A commit of {len(change.names)} files, {change.bytes:,} bytes of new contents"
    return table(title, notes, lines, runs[0].name)


def _times(costs: Sequence[Cost], to: Sequence[Cost]) -> str:
    found = ratios([cost.cpu for cost in costs], [cost.cpu for cost in to])
    return f"{found.median:.2f} ({found.least:.2f} to {found.greatest:.2f}) times"


def _prove(
    repository: Path, place: Place, tools: Sequence[HookTool], say: Callable[[str], None]
) -> None:
    """Stage credentials, see that every tool finds one, and take them back."""
    files = plant(4, 1)[:4]
    for file in files:
        (repository / file.name).write_bytes(file.content)
    names = [file.name for file in files]
    git(repository, "add", "--force", "--", *names)
    for tool in tools:
        say(f"checking {tool.name}")
        done = subprocess.run(
            tool.command(names),
            cwd=repository,
            env=place.environment(tool.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode != tool.found:
            said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
            raise KeycatchError(
                f"{tool.name} ended with {done.returncode} on staged credentials, not with "
                f"{tool.found}: {(said or ['it said nothing'])[-1][:200]}"
            )
    git(repository, "rm", "--quiet", "--force", "--", *names)


def _texts(repository: Path) -> list[tuple[str, int]]:
    """Return the tracked files that hold text, and their sizes, in the order of the index."""
    files: list[tuple[str, int]] = []
    for line in git(repository, "ls-files", "-s", "-z").split(b"\0"):
        head, _, path = line.partition(b"\t")
        file = repository / os.fsdecode(path)
        if (
            head.startswith(b"100")
            and not file.is_symlink()
            and file.is_file()
            and file.stat().st_size <= _LARGEST
        ):
            content = file.read_bytes()
            if content and b"\0" not in content:
                files.append((os.fsdecode(path), len(content)))
    return files


def _spread(names: Sequence[str], number: int) -> list[str]:
    """Return `number` of `names`, evenly spread over them."""
    return [names[at * len(names) // number] for at in range(number)]


def _stage(repository: Path, names: Sequence[str]) -> Staged:
    for name in names:
        with (repository / name).open("ab") as file:
            file.write(_ADDED)
    git(repository, "add", "--all")
    blobs = {line.split()[3].decode() for line in git(repository, *_RAW).splitlines()}
    wanted = "".join(f"{blob}\n" for blob in sorted(blobs))
    sizes = git(repository, "cat-file", "--batch-check=%(objectsize)", stdin=wanted.encode())
    return Staged(tuple(names), wanted, sum(map(int, sizes.split())))


def _diff_index() -> Run:
    return Run("git diff-index --cached", (_git(), *_RAW), {}, None, CLEAN)


def _git() -> str:
    program = shutil.which("git")
    if program is None:
        raise KeycatchError("git was not found: install it or put it on the PATH")
    return program
