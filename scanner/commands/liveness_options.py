"""The options `--check-liveness` and its lists of accounts."""

from __future__ import annotations

import argparse
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_ACCOUNT: Final = re.compile("[0-9]{12}")
_QUESTION: Final = "ask AWS (sts:GetCallerIdentity) whether what is found is live; needs boto3"


def add_liveness_options(parser: argparse.ArgumentParser, question: str = _QUESTION) -> None:
    """Add the options of every command that can ask STS; `question` is the help for asking."""
    group = parser.add_argument_group("liveness")
    group.add_argument(
        "--check-liveness",
        action=_Check,
        nargs=0,
        default=False,
        help=question,
    )

    group.add_argument("--liveness-endpoint", metavar="URL", help="ask only this STS endpoint")
    for name, what in (
        ("own-accounts", "your own accounts: findings show whether they belong to one of them"),
        ("liveness-allow", "ask about credentials of these accounts only"),
        ("liveness-deny", "never ask about credentials of these accounts"),
    ):
        group.add_argument(
            f"--{name}", type=_accounts, action="extend", default=[], metavar="ID,...", help=what
        )


class _Check(argparse.Action):
    """Raises an error at once, and not after a long scan, if boto3 is not installed."""

    def __call__(self, _parser: Any, namespace: Any, *_values: Any) -> None:
        from scanner.liveness.client import require

        require()
        setattr(namespace, self.dest, True)


def _accounts(text: str) -> list[str]:
    """Return the account IDs in `text`, which has commas between them."""
    names = text.split(",")
    if not all(_ACCOUNT.fullmatch(name) for name in names):
        raise argparse.ArgumentTypeError("must be account IDs of 12 digits, separated by commas")
    return names
