"""SQLite: pairs in databases of every layout, in logs and journals, and files that lie."""

from __future__ import annotations

import random
import re
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import sqlite_file
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator


def database(path, statements, pragmas=()) -> bytes:
    """Return the file of a database in which `statements` (text, values) were executed."""
    made = sqlite3.connect(path, isolation_level=None)
    for pragma in pragmas:
        made.execute(f"pragma {pragma}")
    for statement, *values in statements:
        made.execute(statement, *values)
    made.close()
    return path.read_bytes()


def encode(content: bytes) -> bytes:
    """Return a database with `content` in a row, for test_registry.py."""
    made = sqlite3.connect(":memory:")
    made.execute("create table t (note text)")
    made.execute("insert into t values (?)", (content.decode("utf-8", "replace"),))
    made.commit()
    data = made.serialize()
    made.close()
    return data


SOURCE = encode(b"VALUE")
BEFORE = re.split(r"\r\n?|\n", SOURCE[: SOURCE.index(b"VALUE")].decode("utf-8", "surrogateescape"))
EXAMPLE = (
    SOURCE,
    b"VALUE",
    (len(BEFORE), len(BEFORE[-1]) + 1, len(BEFORE), len(BEFORE[-1]) + 6),
)


def pairs(data: bytes) -> set[tuple[str, str]]:
    return {
        (finding.values["key_id"].reveal().decode(), finding.values["secret"].reveal().decode())
        for finding in scan_bytes(data, "", shipped_rules())
        if finding.rule_id == "aws-access-key-pair" and finding.confidence.name == "HIGH"
    }


def credential(seed: object) -> tuple[str, str]:
    made = Generator(str(seed))
    return made.access_key_id(), made.secret_access_key()


def account(seed: int, key_id: str, secret: str, *, end: str = "", long: int = 0):
    """Yield the statements of a table with columns in some order, of which one row has a pair."""
    chance = random.Random(seed)
    kinds = {
        "name": "text", "access": "text", "secret": "varchar(40)", "created": "datetime",
        "active": "boolean", "ratio": "real", "note": "text",
    }  # fmt: skip
    order = chance.sample(sorted(kinds), len(kinds))
    columns = ", ".join(f"{name} {kinds[name]}" for name in order)
    key = "text" if end else "integer"
    yield (f"create table accounts (id {key} primary key, {columns}){end}",)
    if seed % 3 == 0:
        yield ("create index by_secret on accounts (secret, access)",)
    at = chance.randrange(5)
    for row in range(5):
        values = {
            "name": f"user {row}", "access": key_id if row == at else None,
            "secret": secret if row == at else "", "created": 1_700_000_000 + row,
            "active": row % 2, "ratio": row / 2, "note": "a b " * long or "short",
        }  # fmt: skip
        marks = ", ".join("?" * 8)
        yield f"insert into accounts values ({marks})", [row, *(values[name] for name in order)]


LAYOUTS = {
    "plain": ({}, ()),
    "without rowid": ({"end": " without rowid"}, ()),
    "overflow": ({"long": 3000}, ()),
    "small pages": ({"long": 40}, ("page_size = 512",)),
    "UTF-16, little": ({}, ("encoding = 'UTF-16le'",)),
    "UTF-16, big": ({}, ("encoding = 'UTF-16be'",)),
    "vacuum": ({}, ("auto_vacuum = full",)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(6))
def test_separate_columns(tmp_path, layout, seed):
    key_id, secret = credential((layout, seed))
    options, pragmas = LAYOUTS[layout]
    statements = account(seed, key_id, secret, **options)
    assert pairs(database(tmp_path / "a.db", statements, pragmas)) == {(key_id, secret)}


ROWS = (
    "create table settings (name text primary key, value text)",
    "create table settings (name text primary key, value) without rowid",
)


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("seed", range(5))
def test_rows_of_names_and_values(tmp_path, table, seed):
    key_id, secret = credential((table, seed))
    rows = [("aws_access_key_id", key_id), ("aws_secret_access_key", secret), ("debug", "1")]
    random.Random(seed).shuffle(rows)
    statements = [(table,), *(("insert into settings values (?, ?)", row) for row in rows)]
    assert pairs(database(tmp_path / "a.db", statements)) == {(key_id, secret)}


def test_a_secret_alone_has_the_name_of_its_column(tmp_path):
    _, secret = credential("alone")
    statements = [
        ("create table a (id integer primary key, [aws_secret_access_key] text, region)",),
        ("insert into a values (7, ?, 'eu-west-1')", (secret,)),
    ]
    (finding,) = scan_bytes(database(tmp_path / "a.db", statements), "", shipped_rules())
    assert (finding.rule_id, finding.confidence.name) == ("aws-secret-access-key", "HIGH")


def test_a_write_ahead_log(tmp_path):
    key_id, secret = credential("log")
    path = tmp_path / "a.db"
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("pragma journal_mode = wal")
    for statement, *values in account(4, key_id, secret, long=3000):
        made.execute(statement, *values)
    log = (tmp_path / "a.db-wal").read_bytes()
    made.close()
    assert pairs(log) == {(key_id, secret)}


def test_a_journal_that_was_left(tmp_path):
    key_id, secret = credential("journal")
    path = tmp_path / "a.db"
    database(path, account(4, key_id, secret))
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("pragma journal_mode = persist")
    made.execute("pragma cache_spill = 1")
    made.execute("begin")
    made.execute("update accounts set access = '', secret = ''")
    made.execute("pragma cache_flush")
    journal = (tmp_path / "a.db-journal").read_bytes()
    made.close()
    if journal.startswith(bytes.fromhex("d9d505f920a163d7")):  # else it is still in memory
        assert pairs(journal) == {(key_id, secret)}


def test_positions_lead_to_the_values(tmp_path, peel):
    key_id, secret = credential("places")
    data = database(tmp_path / "a.db", account(1, key_id, secret))
    (layer,) = peel(data, decoders=(sqlite_file.DECODER,))
    for value in (key_id.encode(), secret.encode()):
        start = layer.data.index(value)
        ground, low, high = layer.ground(start, start + len(value))
        assert ground.data[low:high] == value
    assert b"\taccess=" + key_id.encode() + b"\t" in layer.data


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    path = tmp_path_factory.mktemp("a") / "a.db"
    return database(path, account(0, *credential("lies"), long=300))


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8191), st.binary(min_size=1, max_size=8)), max_size=6))
def test_a_file_that_lies(honest, changes):
    data = bytearray(honest)
    for at, piece in changes:
        data[at : at + len(piece)] = piece
    budget = Budget(size=1 << 20)
    for start in (b"", b"\x37\x7f\x06\x82", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"):
        for layer in sqlite_file.decode(Layer(start + bytes(data[len(start) :])), [], budget):
            layer.place(0, len(layer.data))


@pytest.mark.parametrize("size", [16, 19, 20, 59, 99, 100, 103, 511, 4100])
def test_a_file_that_is_cut_off(honest, size):
    list(sqlite_file.decode(Layer(honest[:size]), [], Budget()))


def test_rows_that_share_a_chain_of_pages_have_an_end(peel, reasons):
    # All pages are one page whose cells lead to the same long chain.
    size = 512
    head = b"SQLite format 3\0" + size.to_bytes(2, "big") + bytes(82)
    chain = b"".join((number + 1).to_bytes(4, "big") + bytes(size - 4) for number in range(3, 1000))
    cell = b"\xbf\x84\x3c\1\2\x0d" + bytes(50) + (3).to_bytes(4, "big")
    cells = 100
    leaf = b"\x0d\0\0" + cells.to_bytes(2, "big") + bytes(3)
    leaf += (400).to_bytes(2, "big") * cells
    leaf = leaf.ljust(400, b"\0") + cell
    page = (head[:100]).ljust(size, b"\0") + leaf.ljust(size, b"\0")
    budget = Budget()
    made = list(peel(page + chain, budget, (sqlite_file.DECODER,)))
    assert sum(len(layer.data) for layer in made) < 4 * len(page + chain)
