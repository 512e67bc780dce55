"""Measure the randomness test: what it keeps of random secrets, and what else passes it.

Usage::

    python tools/measure_randomness.py recall                  # 200,000 simulated secrets
    python tools/measure_randomness.py tree DIRECTORY...       # every candidate in real files

`tree` looks at each maximal run of exactly 40 characters of the base64 alphabet that has both
cases and is not followed by `=`, in every file, binary ones too. It prints a histogram of the
scores, the same candidates judged by Shannon entropy, and each distinct candidate at or above
`--threshold`, for a person to classify. Strings that are regular or below `MEDIUM_BITS` are shown.
The others may be credentials: only their first and last two characters, the neighbours and the
place are shown.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.aws.randomness import (  # the checkout's scanner, not an installed one
    ALPHABET,
    LOW_BITS,
    MEDIUM_BITS,
    regularity,
    score,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Those of the figures in docs/randomness.md.
SEED = 20261121
SAMPLES = 200_000
RECALL_THRESHOLDS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80)
QUANTILES = (0.00001, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9)
ENTROPY_BITS = 4.25
"""The entropy gate of a widely used scanner, bits a character."""

BUCKET_BITS = 10
"""The width of a line of the histogram."""

# A bare secret is a run of exactly 40 characters; one before `=` is the end of longer base64.
_CANDIDATE = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])")


@dataclasses.dataclass
class Candidate:
    """One distinct string that is where a secret could be.

    Attributes:
        value: the 40 characters.
        bits: its score.
        reason: its regularity, if any.
        place: file and line of the first occurrence, relative to the parent of the tree.
        neighbours: the bytes before and after the first occurrence.
        occurrences: how often it occurs.
        text: whether it occurs in a file without a NUL byte.
    """

    value: bytes
    bits: float
    reason: str | None
    place: str
    neighbours: tuple[bytes, bytes]
    occurrences: int = 0
    text: bool = False


def main() -> int:
    """Run the measurement that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description="Measure the randomness test.")
    commands = parser.add_subparsers(dest="command", required=True)
    recall = commands.add_parser("recall", help="score simulated secrets")
    recall.add_argument("--samples", type=int, default=SAMPLES)
    recall.add_argument("--seed", type=int, default=SEED)
    tree = commands.add_parser("tree", help="score the candidates in directories")
    tree.add_argument("directories", type=Path, nargs="+")
    tree.add_argument("--threshold", type=float, default=LOW_BITS, help="print from this score on")
    options = parser.parse_args()

    if options.command == "recall":
        report_recall(options.samples, options.seed)
    else:
        report_tree(options.directories, options.threshold)
    return 0


def report_recall(samples: int, seed: int) -> None:
    """Print the scores, the regularities and the entropies of `samples` simulated secrets."""
    source = random.Random(seed)
    secrets = [bytes(source.choices(ALPHABET, k=40)) for _ in range(samples)]
    scores = sorted(map(score, secrets))

    print(f"{samples} simulated secrets, seed {seed}")
    print("\nquantile  score (bits)")
    print(f"lowest    {scores[0]:.1f}")
    for quantile in QUANTILES:
        if quantile * samples >= 1:
            print(f"{quantile:<9.3%} {scores[int(quantile * samples)]:.1f}")
    print("\nthreshold  missed  recall")
    for threshold in sorted({*RECALL_THRESHOLDS, LOW_BITS, MEDIUM_BITS}):
        missed = sum(bits < threshold for bits in scores)
        print(f"{threshold:<10g} {missed:<7} {1 - missed / samples:.4%}")
    reasons = Counter(filter(None, map(regularity, secrets)))
    print(f"\nregularity rejects {reasons.total()}")
    for reason, count in reasons.most_common():
        print(f"  {count}  {reason}")
    low = sum(entropy(value) < ENTROPY_BITS for value in secrets)
    print(f"\nentropy below {ENTROPY_BITS}: {low}, recall {1 - low / samples:.4%}")


def report_tree(directories: list[Path], threshold: float) -> None:
    """Print how the candidates in `directories` score, and those from `threshold` on."""
    found: dict[bytes, Candidate] = {}
    files = size = 0
    for path, place in walk(directories):
        content = path.read_bytes()
        files += 1
        size += len(content)
        collect(content, place, found)

    candidates = sorted(found.values(), key=lambda candidate: (-candidate.bits, candidate.value))
    occurrences = sum(candidate.occurrences for candidate in candidates)
    print(f"{files} files, {size / 1e6:.0f} MB, {occurrences} candidates, {len(found)} distinct")
    print_histogram(candidates)
    print_verdicts(candidates)
    print(f"\ndistinct candidates with a score of at least {threshold:g}")
    for candidate in candidates:
        if candidate.bits >= threshold:
            print(line_of(candidate))


def walk(directories: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every regular file below `directories`, with its name relative to the tree's parent."""
    for root in directories:
        top = root.resolve()
        for directory, names, files in os.walk(top):
            names[:] = sorted(name for name in names if name != ".git")
            for name in sorted(files):
                path = Path(directory, name)
                if path.is_file() and not path.is_symlink():
                    yield path, path.relative_to(top.parent).as_posix()


def collect(content: bytes, place: str, found: dict[bytes, Candidate]) -> None:
    """Add the candidates in `content`, which was read from `place`, to `found`."""
    # What a person wrote has no NUL bytes; what only compiled files hold is another histogram.
    text = b"\0" not in content
    for match in _CANDIDATE.finditer(content):
        value = match[0]
        if value == value.lower() or value == value.upper():
            continue

        candidate = found.get(value)
        if candidate is None:
            start, end = match.span()
            line = content.count(b"\n", 0, start) + 1
            candidate = found[value] = Candidate(
                value,
                score(value),
                regularity(value),
                f"{place}:{line}",
                (content[max(start - 1, 0) : start], content[end : end + 1]),
            )
        candidate.occurrences += 1
        candidate.text = candidate.text or text


def print_histogram(candidates: list[Candidate]) -> None:
    """Print how many distinct candidates fall into each range of scores."""
    buckets: Counter[tuple[int, bool, bool]] = Counter()
    for candidate in candidates:
        bucket = math.floor(candidate.bits / BUCKET_BITS) * BUCKET_BITS
        buckets[bucket, candidate.text, candidate.reason is not None] += 1

    print("\nscore (bits)   in text  of them regular  only in binaries  of them regular")
    for bucket in sorted({bucket for bucket, _, _ in buckets}):
        text_regular, binary_regular = (buckets[bucket, text, True] for text in (True, False))
        text_all = text_regular + buckets[bucket, True, False]
        binary_all = binary_regular + buckets[bucket, False, False]
        print(
            f"{bucket:>5} to {bucket + BUCKET_BITS:<5} {text_all:>8} {text_regular:>16} "
            f"{binary_all:>17} {binary_regular:>16}"
        )


def print_verdicts(candidates: list[Candidate]) -> None:
    """Print what the score with the regularity lets through, next to what entropy lets through."""
    print(f"\ndistinct candidates            entropy >= {ENTROPY_BITS}  below")
    for name, low, high in (
        ("score at least medium", MEDIUM_BITS, math.inf),
        ("low", LOW_BITS, MEDIUM_BITS),
        ("below low", -math.inf, LOW_BITS),
    ):
        for regular in (False, True):
            group = [
                candidate
                for candidate in candidates
                if low <= candidate.bits < high and (candidate.reason is not None) == regular
            ]
            passed = sum(entropy(candidate.value) >= ENTROPY_BITS for candidate in group)
            label = f"{name}{', regular' if regular else ''}"
            print(f"{label:<31} {passed:>14} {len(group) - passed:>6}")


def line_of(candidate: Candidate) -> str:
    """Return a line about `candidate` for a person, without showing a secret."""
    value = candidate.value.decode("ascii")
    if candidate.reason is None and candidate.bits >= MEDIUM_BITS:
        value = f"{value[:2]}****{value[-2:]}"

    before, after = (part.decode("latin-1") for part in candidate.neighbours)
    kind = "text" if candidate.text else "binary"
    reason = f", {candidate.reason}" if candidate.reason else ""
    return (
        f"{candidate.bits:6.1f} {value} between {before!a} and {after!a}, {kind}, "
        f"{candidate.occurrences}x, {candidate.place}{reason}"
    )


def entropy(value: bytes) -> float:
    """Return the Shannon entropy of the characters of `value`, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


if __name__ == "__main__":
    sys.exit(main())
