"""What a state folder remembers of the sources of a fleet, so that nobody names them again."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from scanner.fleet import selection
from scanner.fleet.forges.owner import owner_of
from scanner.json_fields import FieldError, Fields
from scanner.records import NamedTuple
from scanner.remote.address import is_remote, parse
from scanner.remote.failure import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.fleet.selection import Selection
    from scanner.fleet.sources import Target
    from scanner.remote.address import Address

_VERSION: Final = 1
_SERVICE: Final = "git"
"""The user of ssh on most servers: an account of the service, which says nothing of a person."""


class Row(NamedTuple):
    """A repository in the list of the last run."""

    id: str
    name: str
    owner: str
    """The owner that it was listed for; empty for others."""
    path: str = ""
    """Where it is on this machine, from the root on; empty for an address."""


class Remembered(NamedTuple):
    """What was named, and what came of it."""

    sources: tuple[str, ...]
    """Without user information."""
    incomplete: tuple[str, ...]
    """Those of them that cannot be used without the user information that they were given with."""
    wanted: Selection
    unread: dict[str, str]
    """Owners whose repositories were not all listed, and why."""
    left_out: tuple[Row, ...] = ()
    """What there is and was not chosen: it may be chosen the next time, and be gone by then."""


def of(
    sources: Iterable[str],
    wanted: Selection,
    unread: dict[str, str],
    left_out: Iterable[Row] = (),
) -> Remembered:
    """Return what is remembered of the `sources` that a command was given."""
    kept: list[str] = []
    incomplete: list[str] = []
    for source in sources:
        text, is_whole = _without_user(source)
        kept.append(text)
        if not is_whole:
            incomplete.append(text)
    return Remembered(tuple(kept), tuple(incomplete), wanted, unread, tuple(left_out))


def written(remembered: Remembered) -> bytes:
    """Return `remembered` as JSON."""
    fields = {
        "version": _VERSION,
        "sources": remembered.sources,
        "incomplete": remembered.incomplete,
        "selection": selection.written(remembered.wanted),
        "unread": [{"name": name, "why": why} for name, why in remembered.unread.items()],
        "left_out": [written_row(row) for row in remembered.left_out],
    }
    return (json.dumps(fields, indent=1) + "\n").encode()


def read(content: bytes) -> Remembered | None:
    """Return what `written` gave as `content`; None where it is damaged or nothing."""
    try:
        fields = Fields(json.loads(content))
        if fields.number("version") != _VERSION:
            return None
        return Remembered(
            fields.texts("sources"),
            fields.texts("incomplete"),
            selection.read(fields.fields("selection")),
            dict(fields.every("unread", lambda row: (row.text("name"), row.text("why")))),
            tuple(fields.every("left_out", read_row)),
        )
    except (FieldError, ValueError, RecursionError):
        return None


def row_of(target: Target) -> Row:
    """Return the row of `target`."""
    path = os.path.abspath(target.path) if target.path else ""
    return Row(target.id, target.name, target.owner, path)


def written_row(row: Row) -> dict[str, str | None]:
    """Return `row` for JSON."""
    return {name: text or None for name, text in row._asdict().items()}


def read_row(fields: Fields) -> Row:
    """Return what `written_row` gave as `fields`; raises FieldError."""
    return Row(
        fields.text("id"),
        fields.text("name"),
        fields.optional_text("owner"),
        fields.optional_text("path"),
    )


def _without_user(source: str) -> tuple[str, bool]:
    """Return `source` as it may be stored, and whether it can be used like that."""
    if not is_remote(source):
        return os.path.abspath(source), True
    try:
        owner = owner_of(source)
        address = owner.address if owner else parse(source, files=True)
    except RemoteError as error:  # which is said again the next time
        return error.name, True
    if _is_public(address):
        return source, True
    return owner.name if owner else address.url, False


def _is_public(address: Address) -> bool:
    """Return whether nothing in `address` is to be kept from others."""
    is_service = address.scheme == "ssh" and address.user == _SERVICE
    return address.secret is None and (not address.user or is_service)
