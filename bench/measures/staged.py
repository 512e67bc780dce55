"""The command `staged`: what a commit hook costs, on a change of two files and on a large one."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.comparison import small_table
from bench.inputs.planted import plant
from bench.inputs.repositories import GIT, git
from bench.installed import CHECKOUT, SCANNER, find_peers, keycatch
from bench.machine import say
from bench.measures.hook_repository import add_options, ready
from bench.measures.startup import BARE, BASELINE
from bench.options import add_number, add_peers
from bench.process import Command, last_line, run
from bench.report import in_seconds, publish
from bench.rounds import results, take_turns, together
from bench.tools import Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from bench.installed import Scanner
    from bench.process import Surroundings
    from bench.report import Table

_RAW: Final = ("diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "HEAD")
"""How keycatch asks git for the change."""
_SMALL: Final = (2_000, 30_000)
"""Bytes of the two files of a usual change."""
_LARGEST: Final = 1_000_000
"""Bytes above which a file is taken for data, which people do not edit."""
_ADDED: Final = b"\nThis line is new, and there is nothing in it.\n"


class Staged(NamedTuple):
    """A change in the index."""

    names: tuple[str, ...]
    blobs: str
    """IDs of the new contents, a line each; fewer than names where files have the same content."""
    bytes: int
    """Of the new contents together."""


def configure(commands: Any) -> None:
    """Add `staged` to the subparsers `commands`."""
    staged = commands.add_parser("staged", help="measure the commit hook")
    staged.set_defaults(run=_staged)
    add_number(staged, "--files", 500, "of the large change")
    add_peers(staged, Target.STAGED, "all installed")
    add_options(staged, rounds=20, commits=300)


def _staged(args: argparse.Namespace) -> int:
    scanners = [keycatch(), *find_peers(args.peers, Target.STAGED)]
    with ready(args, checkout=True) as on:
        tables = _measure(on.root, on.place, scanners, args.files, args.rounds)
    publish(tables, jobs=on.place.jobs, about=on.about, loads=on.loads, json_file=args.json)
    return 0


def _measure(
    root: Path, place: Surroundings, scanners: Sequence[Scanner], many: int, rounds: int
) -> list[Table]:
    """Stage changes in the repository `root`, and measure the hooks.

    Raises KeycatchError if it has fewer than `many` files, or a scanner does not find what is
    planted.
    """
    tracked = _text_files(root)
    small = [name for name, size in tracked if _SMALL[0] <= size <= _SMALL[1]]
    if len(tracked) < many or len(small) < 2:
        raise KeycatchError(
            f"the repository has {len(tracked)} text files, of which {len(small)} are of "
            f"{_SMALL[0]:,} to {_SMALL[1]:,} bytes: {many} and 2 are needed (see --files)"
        )
    _require_findings(root, place, scanners)

    # An index like HEAD, for a scan that has nothing to read.
    clean = root / ".git" / "index-clean"
    shutil.copyfile(root / ".git" / "index", clean)
    two_files = _two_files(_stage(root, _evenly(small, 2)), place, scanners, rounds)
    git(root, "reset", "--quiet", "--hard")
    large = _stage(root, _evenly([name for name, _ in tracked], many))
    return [two_files, _many_files(large, place, clean, rounds)]


def _two_files(
    change: Staged, place: Surroundings, scanners: Sequence[Scanner], rounds: int
) -> Table:
    commands = [
        scanner.command(Target.STAGED, *change.names, jobs=place.jobs) for scanner in scanners
    ]
    say("measuring a change of two files")
    costs = take_turns([*commands, BARE, _diff_index()], place, rounds)

    title = f"A commit of two files, {change.bytes:,} bytes, with nothing to find"
    versions = {scanner.name: scanner.version for scanner in scanners}
    base = scanners[0].name
    return small_table("two files", title, results(costs, base, versions), base)


def _many_files(change: Staged, place: Surroundings, clean: Path, rounds: int) -> Table:
    wanted = place.home / "staged-blobs"
    wanted.write_text(change.blobs, "ascii")
    staged = Command(
        # Old credentials in whole files of a given repository are no failure of the run.
        "keycatch staged", (*SCANNER, "staged"), CHECKOUT, exits=frozenset((0, 1))
    )  # fmt: skip
    nothing = staged._replace(
        name="start: keycatch staged, nothing staged",
        environment={**CHECKOUT, "GIT_INDEX_FILE": str(clean)},
        exits=frozenset((0,)),
    )
    imports = BASELINE._replace(name=f"imports: {BASELINE.name}")
    index = _diff_index("index: ")
    contents = Command(
        "contents: git cat-file --batch", (GIT, "cat-file", "--batch", "--buffer"),
        stdin=str(wanted),
    )  # fmt: skip
    say(f"measuring a change of {len(change.names)} files")
    costs = take_turns([staged, nothing, imports, index, contents], place, rounds)

    own = costs.pop(staged.name)
    sums = {
        "reading: start + contents": (nothing, contents),
        "reading: imports + index + contents": (imports, index, contents),
    }
    reading = {
        name: together(*(costs[part.name] for part in parts)) for name, parts in sums.items()
    }
    shares = (results({staged.name: own, name: cost}, name)[0] for name, cost in reading.items())
    notes = [
        "start: the program, git's index compared, nothing to read",
        "contents: git writes the new contents to /dev/null",
        *(
            f"keycatch takes {in_seconds(share.times_cpu)} times the CPU of {name}"
            for name, share in zip(reading, shares, strict=True)
        ),
    ]
    rows = results({staged.name: own, **reading, **costs}, staged.name)
    title = f"A commit of {len(change.names)} files, {change.bytes:,} bytes of new contents"
    return small_table("many files", title, rows, staged.name, notes)


def _require_findings(root: Path, place: Surroundings, scanners: Sequence[Scanner]) -> None:
    """Stage credentials, see that every scanner finds one, and take them back."""
    files = plant(4, 1)[:4]
    for file in files:
        (root / file.name).write_bytes(file.content)
    names = [file.name for file in files]
    # Projects ignore files such as `.env`.
    git(root, "add", "--force", "--", *names)

    output = place.home / "output.txt"
    for scanner in scanners:
        say(f"checking {scanner.name}")
        command = scanner.command(Target.STAGED, *names, jobs=place.jobs)
        code = run(command, place, output=output).exit_code
        if code != scanner.tool.found:
            raise KeycatchError(
                f"{scanner.name} ended with {code} on staged credentials, not with "
                f"{scanner.tool.found}: {last_line(output.read_text('utf-8', 'replace'))}"
            )
    output.unlink()
    git(root, "rm", "--quiet", "--force", "--", *names)


def _text_files(root: Path) -> list[tuple[str, int]]:
    """Return the tracked files that hold text, and their sizes, in the order of the index."""
    files = []
    for name in map(os.fsdecode, git(root, "ls-files", "-z").split(b"\0")[:-1]):
        file = root / name
        # A submodule is a directory.
        if file.is_file() and not file.is_symlink() and 0 < file.stat().st_size <= _LARGEST:
            content = file.read_bytes()
            if b"\0" not in content:
                files.append((name, len(content)))
    return files


def _evenly(names: Sequence[str], number: int) -> list[str]:
    """Return `number` of `names`, evenly spread over them."""
    return [names[at * len(names) // number] for at in range(number)]


def _stage(root: Path, names: Sequence[str]) -> Staged:
    """Add a line to each of the files `names`, and stage that."""
    for name in names:
        with (root / name).open("ab") as file:
            file.write(_ADDED)
    git(root, "add", "--all")

    # The fourth field of a raw line is the ID of the new content.
    blobs = {line.split()[3].decode() for line in git(root, *_RAW).splitlines()}
    wanted = "".join(f"{blob}\n" for blob in sorted(blobs))
    sizes = git(root, "cat-file", "--batch-check=%(objectsize)", stdin=wanted.encode())
    return Staged(tuple(names), wanted, sum(map(int, sizes.split())))


def _diff_index(prefix: str = "") -> Command:
    return Command(f"{prefix}git diff-index --cached", (GIT, *_RAW))
