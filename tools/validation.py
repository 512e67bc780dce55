"""The command line that the validators of reports share."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

Check = Callable[[list[Path], Path | None, Path], list[str]]
"""(files, what the option names, a temporary directory) to what is wrong, a line for each."""


class ValidationError(Exception):
    """The validation itself failed: nothing is known about the files."""


def run(
    documentation: str | None,
    golden: tuple[str, ...],
    option: tuple[str, str, str],
    check: Check,
    arguments: list[str] | None,
) -> int:
    """Validate the files named by `arguments`, or those like `golden`; return the exit code.

    `option` is what can be given if it is there already: its name, what it is and its help.
    0 if all files are valid, 1 if not, 2 if the validation itself did not work.
    """
    flag, kind, meaning = option
    parser = argparse.ArgumentParser(description=(documentation or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument(flag, type=Path, metavar=kind, help=meaning, dest="given")
    options = parser.parse_args(arguments)

    files = options.files or sorted(file for each in golden for file in ROOT.glob(each))
    try:
        if not files:
            raise ValidationError("there are no reports to validate")
        with tempfile.TemporaryDirectory() as temporary:
            problems = check(files, options.given, Path(temporary))
    except (ValidationError, OSError) as error:
        print(f"{parser.prog.removesuffix('.py')}: {error}", file=sys.stderr)
        return 2

    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0
