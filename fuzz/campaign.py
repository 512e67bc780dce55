"""A target fuzzed for some minutes: in processes, since libFuzzer ends at the first finding."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from fuzz.interface import Target

ROOT: Final = Path(__file__).resolve().parent.parent
SLOWEST: Final = 20
"""Seconds of one input."""
_MEMORY: Final = 1024
"""MiB of the process, which has libFuzzer and the coverage of Python in it besides the input."""
_MOST_FINDINGS: Final = 20
"""Findings after which a target is left: by then they are most likely the same few."""
_EXECUTED: Final = re.compile(r"^stat::number_of_executed_units: +(\d+)$", re.MULTILINE)
_RAISED: Final = re.compile(r"^ === Uncaught Python exception: ===\n(.*)$", re.MULTILINE)
_OTHERWISE: Final = re.compile(r"^SUMMARY: libFuzzer: (.*)$", re.MULTILINE)


class Finding(NamedTuple):
    """An input that breaks a promise."""

    file: Path
    what: str
    """The exception, or what libFuzzer says: a timeout, too much memory."""


class Outcome(NamedTuple):
    """What came of a target."""

    executions: int
    seconds: float
    inputs: tuple[int, int]
    """Inputs in the corpus before and after."""
    findings: list[Finding]
    problem: str = ""
    """Why it could not run; empty if it could."""


def fuzz(target: Target, minutes: float, directory: Path) -> Outcome:
    """Fuzz `target` for `minutes`; its corpus and its findings are kept below `directory`."""
    corpus, findings = directory / "corpus" / target.name, directory / "findings" / target.name
    for each in (corpus, findings):
        each.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        name = sha1(seed, usedforsecurity=False).hexdigest()  # as libFuzzer calls its inputs
        (corpus / name).write_bytes(seed)

    before = _number(corpus)
    known = set(findings.iterdir())
    found: list[Finding] = []
    executions = 0
    began = time.monotonic()
    while (left := minutes * 60 - (time.monotonic() - began)) >= 1:
        said = _run(target, corpus, findings, int(left))
        executions += sum(map(int, _EXECUTED.findall(said)))
        new = sorted(set(findings.iterdir()) - known)
        known.update(new)
        what = (_RAISED.findall(said) or _OTHERWISE.findall(said) or [""])[-1]
        if not new and not _EXECUTED.search(said):
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            return Outcome(executions, 0, (before, before), found, last)
        found += [Finding(file, what) for file in new]
        if len(found) >= _MOST_FINDINGS:
            break
    seconds = time.monotonic() - began
    return Outcome(executions, seconds, (before, _number(corpus)), found)


def _run(target: Target, corpus: Path, findings: Path, seconds: int) -> str:
    """Return what a process of libFuzzer says, which ends at its time or at a finding."""
    options = {
        "max_total_time": seconds, "timeout": SLOWEST, "rss_limit_mb": _MEMORY,
        "max_len": target.longest, "print_final_stats": 1, "artifact_prefix": f"{findings}{os.sep}",
    }  # fmt: skip
    command = [sys.executable, "-m", "fuzz.driver", target.name, str(corpus)]
    command += [f"-{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )
    return done.stdout + done.stderr


def _number(directory: Path) -> int:
    return sum(1 for _ in directory.iterdir())
