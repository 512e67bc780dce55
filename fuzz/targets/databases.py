"""Databases of SQLite: whatever SQLite reads from damaged pages, a scan sees."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, examine, require_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_ROWS: Final = 200


def _one(data: bytes) -> None:
    if any(PLANTED in value for value in _values(data)):
        require_seen(data, "SQLite")
    else:
        examine(data)


def _values(data: bytes) -> Iterator[bytes]:
    """Yield the values of all tables that SQLite can read."""
    if len(data) < 512 or not data.startswith(b"SQLite format 3\0"):
        return
    with suppress(sqlite3.Error, sqlite3.Warning), closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        base.text_factory = bytes
        base.execute("pragma journal_mode = off")
        base.set_progress_handler(lambda: 1, 100_000)  # a damaged tree can have a circle
        names = base.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (name,) in names[:9]:
            quoted = name.decode("utf-8", "replace").replace('"', '""')
            with suppress(sqlite3.Error):
                for row in islice(base.execute(f'select * from "{quoted}"'), _MOST_ROWS):
                    yield from (value for value in row if isinstance(value, bytes))


def _seeds() -> Iterable[bytes]:
    for size in (512, 1024):
        with closing(sqlite3.connect(":memory:")) as base:
            base.execute(f"pragma page_size = {size}")
            base.execute("create table t (a, b)")
            base.execute("insert into t values (1, ?)", (PLANTED.decode(),))
            base.execute("insert into t values (2, ?)", (NOISE,))
            base.execute("insert into t values (?, 3)", (NOISE + PLANTED,))
            base.commit()
            yield base.serialize()


TARGETS: Final = (Target("sqlite", "values that SQLite reads are seen", _one, _seeds, 8192),)
