"""The file of a baseline: one line for each credential, sorted, made to be merged and reviewed.

A line is `FINGERPRINT RULE key=value ...`. The keys are in `_FIELDS`; `reason` comes last and takes
the rest of the line. A line that begins with `#` is a comment and belongs to the entry after it.
Nothing in the file depends on when or where it was written, so the same findings give the same
bytes. `docs/baseline.md` describes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.baseline.entry import PART_DIGITS, Entry
from scanner.errors import ConfigError
from scanner.files import read_regular
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_BYTES: Final = 64 << 20
"""A larger file is not a baseline, and is not read: it would have half a million entries."""
HEADER: Final = (
    "# Known credentials that are not reported. About this file: keycatch baseline --help\n"
    "# A credential in here is still leaked: revoke it, then remove its line.\n"
)
"""The first lines of a new file. They never change, so that they are never in a difference."""

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{32}")
_RULE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_DIGEST: Final = re.compile(rf"[0-9a-f]{{{PART_DIGITS}}}")
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_FIELDS: Final = ("parts", "path", "owner", "expires", "reason")
_CONFLICT: Final = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |$)")
"""What git writes around the two sides of a conflict (git-merge(1))."""


class Line(NamedTuple):
    """An entry, and the comment lines above it, each ended by a line feed."""

    entry: Entry
    comment: str = ""


class Baseline(NamedTuple):
    """What is in a file."""

    lines: tuple[Line, ...] = ()
    head: str = HEADER
    """The comment lines at the top, up to the first blank one or entry."""
    tail: str = ""
    """Comment lines after the last entry."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries alone."""
        return tuple(line.entry for line in self.lines)


def read(path: str, shown: str = "") -> Baseline:
    """Return the baseline in the file at `path`; raises ConfigError that names the line.

    `shown` is how to call the file, where that is not its path.
    """
    name = shown or path
    try:
        content = read_regular(path, MAX_BYTES + 1, pipes=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot read the baseline {printable(name)}: {reason}") from None
    return parse(content, name)


def parse(content: bytes, name: str) -> Baseline:
    """Return the baseline that is the `content` of the file called `name`; raises ConfigError."""
    if len(content) > MAX_BYTES:
        raise _error(name, "is larger than 64 MiB, too large for a baseline")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise _error(name, "is not UTF-8 text", number) from None

    lines: list[Line] = []
    comment = head = ""
    is_head = True
    for number, written in enumerate(text.split("\n"), start=1):
        line = written.strip(" \t\r")
        if _CONFLICT.match(line):
            raise _error(
                name,
                f"has a merge conflict marker ({line[:7]}): keep the entries of both sides, remove "
                "the markers, and run `keycatch baseline update`",
                number,
            )
        if line.startswith("#"):
            comment += f"{line}\n"
            continue

        if is_head:  # up to the first line that is no comment
            head, comment, is_head = comment, "", False
        if line:
            lines.append(Line(_entry(line, name, number), comment))
            comment = ""
    return Baseline(tuple(lines), head, comment)


def _entry(line: str, name: str, number: int) -> Entry:
    fingerprint, _, rest = line.partition(" ")
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise _error(name, "does not begin with a fingerprint of 32 hexadecimal digits", number)
    rule_id, _, rest = rest.lstrip().partition(" ")
    if not _RULE.fullmatch(rule_id):
        raise _error(name, "has no rule after the fingerprint", number)

    found: dict[str, str] = {}
    rest = rest.lstrip()
    while rest:
        key, equals, rest = rest.partition("=")
        if not equals or key not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise _error(name, f"has a field that is not known; known are {known}", number)
        if key in found:
            raise _error(name, f"has the field {key} twice", number)
        value, rest = (rest, "") if key == "reason" else _cut(rest)
        if not value:
            raise _error(name, f"has nothing after {key}=", number)
        found[key] = value

    parts = tuple(filter(None, found.get("parts", "").split(",")))
    if not all(map(_DIGEST.fullmatch, parts)):
        raise _error(name, f"has parts that are not {PART_DIGITS} hexadecimal digits", number)
    if "expires" in found and not is_date(found["expires"]):
        raise _error(name, "expires on no day: write it as in expires=2027-01-31", number)
    return Entry(fingerprint, rule_id, parts, *(found.get(key, "") for key in _FIELDS[1:]))


def _cut(text: str) -> tuple[str, str]:
    value, _, rest = text.partition(" ")
    return value, rest.lstrip()


def is_date(text: str) -> bool:
    """Return whether `text` is a day as in `2027-01-31`."""
    found = _DATE.fullmatch(text)
    if not found:
        return False
    from datetime import date  # here: few baselines have dates

    try:
        date(*map(int, found.groups()))
    except ValueError:
        return False
    return True


def render(baseline: Baseline) -> str:
    """Return the text of the file: entries by fingerprint, each once."""
    lines = sorted(baseline.lines, key=lambda line: line.entry)
    kept = dict.fromkeys(f"{line.comment}{_line(line.entry)}\n" for line in lines)
    # A blank line, without which the comment of the first entry would become part of the head.
    gap = "\n" if lines and lines[0].comment and baseline.head else ""
    return f"{baseline.head}{gap}{''.join(kept)}{baseline.tail}"


def _line(entry: Entry) -> str:
    return " ".join([entry.fingerprint, entry.rule_id, *_fields(entry)])


def _fields(entry: Entry) -> Iterator[str]:
    if entry.parts:
        yield f"parts={','.join(entry.parts)}"
    for key in _FIELDS[1:]:
        if value := getattr(entry, key):
            yield f"{key}={value}"


def added(baseline: Baseline, entries: Iterable[Entry]) -> Baseline:
    """Return `baseline` with those of `entries` whose fingerprints it does not have yet."""
    known = {entry.fingerprint for entry in baseline.entries}
    new = {entry.fingerprint: entry for entry in entries if entry.fingerprint not in known}
    return baseline._replace(lines=(*baseline.lines, *map(Line, new.values())))


def _error(name: str, problem: str, line: int = 0) -> ConfigError:
    where = f"line {line} of the baseline" if line else "the baseline"
    return ConfigError(f"{where} {printable(name)} {problem}")
