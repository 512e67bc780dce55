"""Databases of SQLite: whatever SQLite reads from damaged pages, a scan sees."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, compare
from fuzz.readers import in_database

if TYPE_CHECKING:
    from collections.abc import Iterable


def _one(data: bytes) -> None:
    compare(data, in_database(data), "SQLite")


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
