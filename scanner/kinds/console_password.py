"""Passwords of IAM users for the AWS Management Console, next to the address to sign in at.

When a user is made, the console offers a CSV file with the columns `User name`, `Password` and
`Console sign-in URL` (earlier `Console login link`, and keys in two more columns). People also
write the three into notes. A password is free text (IAM API Reference, `CreateLoginProfile`), so
the column or the name before it and the address have to say what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.content import line_end, line_start
from scanner.findings import Confidence
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_TABLE_REACH: Final = 65_536
"""Bytes before a row in which the head of its table is looked for."""
_ROW_REACH: Final = 1024  # bytes: a password has 128 characters at most, a name 64
_NOTE_REACH: Final = 300
"""Bytes before and after the address in which a note is looked for. `reach` has to cover it all."""

_HOST: Final = re.compile(rb"https://(?P<account>[A-Za-z0-9-]{3,63})\.signin\.")
_HEAD: Final = re.compile(rb'(?im)^(?:\xef\xbb\xbf)?"?user ?name"?,.{1,300}$')
_CELL: Final = re.compile(rb'(?:"(?P<quoted>[^"\r\n]{0,400})"|(?P<plain>[^,\r\n]{0,400}))(?:,|$)')
_NOTE: Final = re.compile(
    rb"(?i)(?<![a-z])(?:password|passwd|pwd)[\"'*` \t]{0,4}(?:[:=]|=>)[\"'*` \t]{0,4}"
    rb"(?P<value>[!-~]{8,128})"
)
_NAME: Final = re.compile(rb"[A-Za-z0-9+=,.@_-]{1,64}")  # IAM API Reference, `CreateUser`
# A password may hold any of these signs: what is meant is known by where they are.
_REFERENCE: Final = re.compile(
    rb"^[<\[{(]|^\$[A-Za-z_{(]|^%[A-Za-z_]+%$|\$\{|\{\{|<<|\*{4}|\.\.\.|://"
    rb"|(?i:password|passwd|changeme)"
)
_CLASSES: Final = (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]")
_FEWEST_CLASSES: Final = 3  # the default password policy: IAM User Guide, "Set an account policy"
_SHORTEST: Final = 8


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Look for the password that belongs to the address at `match`."""
    host = _HOST.match(layer.data, match.start, match.end)
    if host is None:
        return None
    account = host["account"].decode()
    account = account if len(account) == 12 and account.isdigit() else ""
    return _in_table(rule, layer, match, account) or _in_note(rule, layer, match, account)


def _in_table(rule: Rule, layer: Layer, match: Match, account: str) -> Part | Aside | None:
    data = layer.data
    begin = line_start(data, match.start, max(0, match.start - _ROW_REACH))
    heads = list(_HEAD.finditer(data, max(0, begin - _TABLE_REACH), begin))
    if not heads:
        return None
    head = heads[-1]
    names = [
        data[cell.start : cell.end].strip(b'\xef\xbb\xbf "').lower()
        for cell in _cells(data, head.start(), head.end())
    ]
    row = _cells(data, begin, line_end(data, match.end, match.end + _ROW_REACH))
    if b"password" not in names or len(row) < len(names):
        return None

    place = row[names.index(b"password")]
    password = data[place.start : place.end]
    if len(password) < _SHORTEST or _REFERENCE.search(password):
        return None
    name = data[row[0].start : row[0].end]
    user = name.decode() if _NAME.fullmatch(name) else ""
    return _part(rule, layer, place, "the Password column of a console CSV file", account, user)


def _cells(data: bytes, start: int, end: int) -> list[Match]:
    """Return where the cells of the row from `start` to `end` are, without their quotes."""
    cells: list[Match] = []
    while start < end:
        cell = _CELL.match(data, start, end)
        if cell is None or cell.end() == start:
            break
        cells.append(Match(*cell.span("quoted" if cell["quoted"] is not None else "plain")))
        start = cell.end()
    return cells


def _in_note(rule: Rule, layer: Layer, match: Match, account: str) -> Part | Aside | None:
    start, end = max(0, match.start - _NOTE_REACH), match.end + _NOTE_REACH
    notes = [
        Match(found.start("value"), found.start("value") + len(found["value"].rstrip(b"\"'`,;")))
        for found in _NOTE.finditer(layer.data, start, end)
        if found.end() < end or end >= len(layer.data)
    ]
    notes = [note for note in notes if _is_password(layer.data[note.start : note.end])]
    if not notes:
        return None
    nearest = min(notes, key=lambda note: abs(note.start - match.start))
    evidence = "named as a password next to the console sign-in address"
    return _part(rule, layer, nearest, evidence, account, "", Confidence.MEDIUM)


def _is_password(text: bytes) -> bool:
    classes = sum(1 for each in _CLASSES if re.search(each, text))
    return len(text) >= _SHORTEST and classes >= _FEWEST_CLASSES and not _REFERENCE.search(text)


def _part(
    rule: Rule,
    layer: Layer,
    place: Match,
    evidence: str,
    account: str,
    user: str,
    confidence: Confidence = Confidence.HIGH,
) -> Part | Aside:
    reason = placeholder(layer.data[place.start : place.end])
    if reason:
        return interface.aside(rule, layer, place, reason)
    return interface.part(
        rule,
        layer,
        place,
        [evidence, f"of account {account}" if account else ""],
        confidence=min(rule.confidence, confidence),
        account_id=account,
        user=user,
    )


def make_password(made: Generator) -> str:
    """Return a made-up password as the console makes it: all four classes of characters."""
    return f"{made.word(6)}Q7{made.text('ABCDEFGHJKLMNPQRSTUVWXYZ', 4)}!{made.word(3)}"


def make_console_file(made: Generator) -> str:
    """Return the CSV file with the password of a new user."""
    return (
        "User name,Password,Console sign-in URL\n"
        f"sofia,{make_password(made)},https://{made.account_id()}.signin.aws.amazon.com/console"
    )


KIND: Final = Kind(
    detect, examples={"console_file": make_console_file, "console_password": make_password}
)
