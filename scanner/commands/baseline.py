"""`keycatch baseline`: accept the credentials that a project knows, and report new ones only."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from scanner.commands.options import add_config_options
from scanner.settings import BASELINE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

_EPILOG = (
    "`keycatch baseline create`, review the file, commit it: from then on every command reports "
    "only what is not in it. A credential in the baseline is still leaked, so revoke it."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    create = _add(actions, "create", "write the baseline: one line for each known credential")
    create.add_argument("--force", action="store_true", help="write over a baseline that exists")
    _add_notes(create)

    update = _add(actions, "update", "add what is new; all other lines stay as they are")
    update.add_argument(
        "--prune", action="store_true", help="remove entries whose credentials are not found"
    )
    _add_notes(update)

    check = _add(actions, "check", "compare: what is new, what has expired, what is not used")
    check.add_argument("--strict", action="store_true", help="also exit with 1 for unused entries")

    take = _add(actions, "import", "accept what another scanner accepts")
    take.add_argument(
        "file", metavar="FILE", help="its baseline, ignore file, report or allow list"
    )
    from scanner.baseline.imports import IMPORTERS

    take.add_argument(
        "--from",
        dest="origin",
        choices=tuple(sorted(IMPORTERS)),
        help="the tool that wrote it (default: detected from the content)",
    )
    _add_notes(take)


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}."
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help=f"the baseline (default: {BASELINE_NAME} at the root of the project)",
    )
    parser.add_argument(
        "--history",
        action="store_true",
        help="also scan the whole history, not only the current files",
    )
    add_config_options(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")
    return parser


def _add_notes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("new entries")
    group.add_argument("--reason", type=_text, help="why they may stay")
    group.add_argument("--owner", type=_word, help="who revokes them")
    group.add_argument(
        "--expires",
        type=_date,
        metavar="DATE",
        help="last day on which they count, such as 2027-01-31",
    )


def _text(text: str) -> str:
    text = " ".join(text.split())
    if not text.isprintable() or len(text) > 500:
        raise argparse.ArgumentTypeError("must be one line of at most 500 characters")
    return text


def _word(text: str) -> str:
    if not text or not text.isprintable() or len(text.split()) != 1 or len(text) > 200:
        raise argparse.ArgumentTypeError("must be a name without spaces, such as team-a")
    return text.strip()


def _date(text: str) -> str:
    from scanner.baseline.baseline_file import is_date

    if not is_date(text):
        raise argparse.ArgumentTypeError(f"must be a day such as 2027-01-31, not {text!r}")
    return text


def run(args: argparse.Namespace) -> int:
    """Do what `args` name and return the exit code."""
    from scanner.commands import baseline_actions, baseline_import

    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "create": baseline_actions.create,
        "update": baseline_actions.update,
        "check": baseline_actions.check,
        "import": baseline_import.take,
    }
    return actions[args.action](args)
