"""The command line: `python -m bench COMMAND`; `--help` lists the commands."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from bench.measures import (
    accuracy,
    agent,
    fleet,
    history,
    hostile,
    liveness,
    push,
    reports,
    scan,
    staged,
)
from bench.processor import do_without_avx512, is_without_avx512
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEASURES: Final = (
    scan, staged, push, agent, history, fleet, liveness, accuracy, reports, hostile,
)  # fmt: skip
"""In the order of the help; each has a function `configure` that adds its commands."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run what `argv` asks for; return 0, 1 if readers disagree, or 2 after one sentence of error.

    The sentence is on standard error.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for measure in MEASURES:
        measure.configure(commands)
    args = parser.parse_args(argv)
    if is_without_avx512():
        do_without_avx512()

    try:
        if not hasattr(os, "wait4") or not hasattr(os, "posix_spawn"):
            raise KeycatchError("the benchmark needs a POSIX system: it measures with wait4")
        run: Callable[[argparse.Namespace], int] = args.run
        return run(args)
    except KeycatchError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
