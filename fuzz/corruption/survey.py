"""Thousands of attempts, each from its number alone, and the table of how they ended."""

from __future__ import annotations

import random
import shutil
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from fuzz.corruption.attempt import SLOWEST, Ended, scanned
from fuzz.corruption.damage import damaged
from fuzz.corruption.subjects import FILES, PARTS, File, make_repository, sealed
from fuzz.planted import PLANTED, examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fuzz.corruption.subjects import Part

LARGEST: Final = 600 << 20
"""Bytes of memory that a scan may take."""
SUBJECTS: Final[dict[str, File | Part]] = {each.name: each for each in (*FILES, *PARTS)}
_COMMANDS: Final = (("history", "--no-cache"), ("range", "HEAD~3..HEAD"))
_IMPORTED: Final = (
    "scanner.commands.scan", "scanner.commands.history", "scanner.commands.range",
    "scanner.history.run", "scanner.reports.text", "scanner.engine.judge", "scanner.git.changes",
)  # fmt: skip


class Attempt(NamedTuple):
    """One attempt, and what came of it."""

    number: int
    subject: str
    ended: Ended
    fault: str
    """The promise that was broken; empty for none."""


def attempts(numbers: range, names: list[str], seed: int, directory: Path) -> Iterator[Attempt]:
    """Yield the attempts with these `numbers`, on the subjects called `names` in turn.

    What is damaged is below `directory`, and stays there after a fault.
    """
    for module in _IMPORTED:
        import_module(module)
    for file in FILES:
        examine(file.make())  # the decoders are imported here once, and not in each process

    for number in numbers:
        name = names[number % len(names)]
        subject = SUBJECTS[name]
        rng = random.Random(f"{seed} {name} {number}")
        place = directory / f"{seed}-{number}"
        if isinstance(subject, File):
            ended, promise = _file(subject, rng, place)
        else:
            ended, promise = _part(subject, rng, place, directory)
        fault = _fault(ended) or promise
        if not fault:
            shutil.rmtree(place)
        yield Attempt(number, name, ended, fault)


def _fault(ended: Ended) -> str:
    if ended.defect:
        return f"an exception: {ended.defect[:200]}"
    if ended.code not in (0, 1, 2):
        return f"it ended with {ended.code}"
    if ended.seconds > SLOWEST:
        return f"it took {ended.seconds:.0f} s"
    # In a test the process that it is forked from can have hundreds of MiB of its own.
    taken = ended.peak - ended.begun
    return f"it took {taken >> 20} MiB more" if taken > LARGEST else ""


def _file(subject: File, rng: random.Random, place: Path) -> tuple[Ended, str]:
    data = damaged(subject.make(), rng)
    place.mkdir(parents=True)
    (place / subject.name).write_bytes(data)
    ended = scanned(("scan", "--no-config", "--jobs", "1", subject.name), place)
    # Where nobody reads the credential any longer, a scan may say that all is well.
    is_shown = ended.code == 0 and any(PLANTED in each for each in subject.shown(data))
    return ended, "another program reads the credential" if is_shown else ""


def _part(subject: Part, rng: random.Random, place: Path, directory: Path) -> tuple[Ended, str]:
    whole = directory / ("loose" if subject.name == "loose object" else "packed")
    if not whole.exists():
        make_repository(whole, packed=whole.name == "packed")
    shutil.copytree(whole, place)
    path = rng.choice(subject.find(place / ".git"))
    data = damaged(path.read_bytes(), rng)
    path.chmod(0o644)
    path.write_bytes(sealed(data) if subject.seal else data)
    ended = scanned((*rng.choice(_COMMANDS), "--no-config", "--jobs", "1"), place)
    return ended, "" if ended.code else "it ended with 0, and the credential is there"


def table(done: list[Attempt]) -> Iterator[str]:
    """Yield the lines of a table in Markdown: how the attempts on each subject ended."""
    yield "| damaged | attempts | found | incomplete | read by nobody | worst CPU | most memory |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name in SUBJECTS:
        own = [each for each in done if each.subject == name]
        if own:
            codes = [each.ended.code for each in own]
            slowest = max(each.ended.seconds for each in own)
            peak = max(each.ended.peak for each in own)
            yield (
                f"| {name} | {len(own):,} | {codes.count(1):,} | {codes.count(2):,} | "
                f"{codes.count(0):,} | {slowest:.1f} s | {peak >> 20} MiB |"
            )
