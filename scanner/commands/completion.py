"""`keycatch completion`: scripts that complete commands and options in a shell.

They are written by `tools/shell_files.py` when the command line changes, so that neither a shell
that completes nor this command needs more than a file.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

SHELLS: Final = ("bash", "zsh", "fish")
FOLDER: Final = os.path.join(os.path.dirname(os.path.dirname(__file__)), "shells")
"""Where the scripts are, each called `keycatch.` and the name of its shell."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "shell",
        metavar="SHELL",
        choices=SHELLS,
        help="the shell that is to complete: bash, zsh or fish",
    )


def run(args: argparse.Namespace) -> int:
    """Print the script for the shell; return the exit code."""
    with open(os.path.join(FOLDER, f"keycatch.{args.shell}"), encoding="utf-8") as file:
        sys.stdout.write(file.read())
    return 0
