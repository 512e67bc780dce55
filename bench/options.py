"""Options that several commands share, so that their names, defaults and help agree."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bench.tools import peer_names

if TYPE_CHECKING:
    from bench.tools import Target


def positive(text: str) -> int:
    """Return the number that an option takes, from 1 on."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {text!r}")
    return number


def add_number(
    parser: argparse.ArgumentParser, name: str, default: int, what: str = "", metavar: str = "N"
) -> None:
    """Add an option for a whole number from 1 on; its help is `what` and the default."""
    text = f"{what}; default: {default}" if what else f"default: {default}"
    parser.add_argument(name, type=positive, default=default, metavar=metavar, help=text)


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add `--seed`, on which all generated content depends."""
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add `--jobs`, the number of processors that commands may use."""
    parser.add_argument("--jobs", type=positive, metavar="N", help="processors (default: all)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`, the file for all figures."""
    parser.add_argument("--json", metavar="FILE", help="write all figures there too")


def add_peers(parser: argparse.ArgumentParser, target: Target, default: str) -> None:
    """Add `--peers`, the other scanners; `default` says which are taken without the option."""
    names = ", ".join(peer_names(target))
    parser.add_argument(
        "--peers",
        nargs="*",
        metavar="NAME[=PATH]",
        help=f"which to compare with, of {names} (default: {default})",
    )
