"""What the file of another scanner says: claims about findings, and what no claim can be made of.

A claim says where an accepted finding is, or what its value is. It never becomes an entry by
itself: `scanner.baseline.carry_over` looks for the credential that it is about.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from scanner.records import NamedTuple
from scanner.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Why something cannot be carried over. Each is counted, and shown with its count.
UNREADABLE: Final = "an entry in a form that is not known"
OTHER_RULE: Final = "for something other than AWS credentials"
WHOLE_PATHS: Final = "a pattern for paths, which belongs under `exclude` in .keycatch.toml"
WHOLE_RULES: Final = "switches a whole rule off, which belongs under `disable` in .keycatch.toml"

REDACTED: Final = frozenset(("", "REDACTED", "***"))
"""What a report has in the place of a value that it hides."""

_OTHERS: Final = (
    "1password", "anthropic", "atlassian", "azure", "basicauth", "cloudflare", "database",
    "datadog", "discord", "dropbox", "facebook", "gcp", "github", "gitlab", "google", "heroku",
    "linear", "mailgun", "npm", "okta", "openai", "pypi", "secp256k1", "sendgrid", "shopify",
    "slack", "square", "stripe", "telegram", "twilio", "twitter",
)  # fmt: skip
"""Words in the IDs of rules that are about something else: the services that are leaked most."""


class Claim(NamedTuple):
    """One finding that another scanner was told to accept. Only what is known is filled in."""

    path: str = ""
    """From the root of the repository, `/` between names."""
    line: int = 0
    end_line: int = 0
    commit: str = ""
    """The commit, perhaps abbreviated, in which the path and the line hold."""
    sha1: str = ""
    """Of the value, in hexadecimal."""
    sha256: str = ""
    value: Secret | None = None
    pattern: str = ""
    """An expression that the value matches."""
    reason: str = ""
    """What the file says about it, in one line."""


class Imported(NamedTuple):
    """What is in a file."""

    claims: list[Claim]
    lost: dict[str, int]
    """Number of entries that no claim can be made of, by reason."""

    def lose(self, reason: str, number: int = 1) -> None:
        """Count entries that cannot be carried over because of `reason`."""
        self.lost[reason] = self.lost.get(reason, 0) + number


class Importer(NamedTuple):
    """Reads the files of one scanner. A module of this package that does has it as `IMPORTER`."""

    name: str
    """As `--from` takes it."""
    files: str
    """What it reads, in Markdown: its row in docs/baseline.md."""
    read: Callable[[Content], Imported | None]
    """Return what is in a file, or None if it is not one of that scanner."""


class Content:
    """The content of a file in the forms that importers ask for, each parsed once."""

    def __init__(self, data: bytes, name: str, *, named: bool = False) -> None:
        """Wrap the `data` of the file called `name`; `named` if `--from` names its scanner."""
        self.name = name
        self.named = named
        self.text = data.decode("utf-8-sig", "replace")
        self.document = _json(self.text)
        self.records = [] if self.document is not None else _json_lines(self.text)
        """The objects of a file that has one on each line."""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line that is no comment, and the text of the comment lines right above it."""
        comment: list[str] = []
        for line in map(str.strip, self.text.splitlines()):
            if line.startswith("#"):
                comment.append(line.lstrip("# "))
            elif line:
                yield line, one_line(" ".join(comment))
                comment = []
            else:
                comment = []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_lines(text: str) -> list[dict[str, Any]]:
    """Return the objects of a file that is JSON lines; nothing if any line is something else."""
    found: list[dict[str, Any]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        record = _json(line) if line.startswith("{") else None
        if not isinstance(record, dict):
            return []
        found.append(record)
    return found


def is_of_another(rule: str) -> bool:
    """Return whether the ID of a `rule` names a service other than AWS.

    All others can have found an AWS credential: generic rules do, and so do rules of users.
    """
    word = rule.lower()
    return "aws" not in word and any(other in word for other in _OTHERS)


def text_of(record: object, *keys: str) -> str:
    """Return the text at the path `keys` in a parsed `record`, empty where there is none."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record if isinstance(record, str) else ""


def number_of(record: object, *keys: str) -> int:
    """Return the number at the path `keys` in a parsed `record`, 0 where there is none."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    is_number = isinstance(record, int) and not isinstance(record, bool)
    return record if is_number and isinstance(record, int) and record > 0 else 0


def value_of(text: str) -> Secret | None:
    """Return the value that a report gives as `text`, or None where it hides it."""
    return None if text in REDACTED or "*" in text else Secret(text.encode("utf-8", "replace"))


def one_line(text: str) -> str:
    """Return `text` in one line, as the reason of an entry has to be."""
    return " ".join(text.split())[:200]
