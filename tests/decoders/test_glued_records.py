"""Pairs in binary records: databases, compiled Python, and what serializers write."""

from __future__ import annotations

import marshal
import pickle
import py_compile
import sqlite3

import pytest

from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator


def credential(seed: object) -> tuple[str, str]:
    made = Generator(str(seed))
    return made.access_key_id(), made.secret_access_key()


def pairs(data: bytes) -> set[tuple[str, str]]:
    return {
        (finding.values["key_id"].reveal().decode(), finding.values["secret"].reveal().decode())
        for finding in scan_bytes(data, "", shipped_rules())
        if finding.rule_id == "aws-access-key-pair" and finding.confidence.name == "HIGH"
    }


@pytest.mark.parametrize("seed", range(40))
def test_columns_of_sqlite(tmp_path, seed):
    key_id, secret = credential(seed)
    columns = [*["a", "b"][: seed % 3], "id", *["m"][: seed % 2], "secret", *["y"][: seed % 4]]
    if seed % 5 < 2:
        columns.reverse()
    row = [{"id": key_id, "secret": secret}.get(name, f"text{seed}") for name in columns]
    path = tmp_path / "a.db"
    database = sqlite3.connect(path)
    database.execute(f"create table t ({','.join(f'{name} text' for name in columns)})")
    if seed % 3 == 0:
        database.execute("create index i on t (id)")
    marks = ",".join("?" * len(columns))
    for number in range(seed % 4):
        database.execute(f"insert into t values ({marks})", [f"row{number}"] * len(columns))
    database.execute(f"insert into t values ({marks})", row)
    database.commit()
    database.close()
    assert pairs(path.read_bytes()) == {(key_id, secret)}


SOURCES = {
    "settings": 'DEBUG = True\nA_KEY = "{i}"\nA_SECRET = "{s}"\nREGION = "eu-west-1"\n',
    "class": 'class C:\n    key = "{i}"\n    secret = "{s}"\n    region = None\n',
    "arguments": 'def f():\n    return client("s3", key_id="{i}", secret_key="{s}", region="x")\n',
}


@pytest.mark.parametrize("source", SOURCES)
def test_constants_of_compiled_python(tmp_path, source):
    for seed in range(40):
        key_id, secret = credential((source, seed))
        path = tmp_path / "m.py"
        path.write_text(SOURCES[source].format(i=key_id, s=secret), "utf-8")
        compiled = py_compile.compile(str(path), str(tmp_path / "m.pyc"), doraise=True)
        assert pairs((tmp_path / "m.pyc").read_bytes()) == {(key_id, secret)}, compiled


def _cbor(text: bytes) -> bytes:
    return (bytes((0x60 + len(text),)) if len(text) < 24 else bytes((0x78, len(text)))) + text


def _zigzag(text: bytes) -> bytes:
    return bytes((2 * len(text),)) + text


SERIALIZERS = {
    **{f"pickle-{n}": lambda v, n=n: pickle.dumps([x.decode() for x in v], n) for n in range(6)},
    "pickle-U": lambda v: b"\x80\x02](" + b"".join(b"U%c%bq\1" % (len(x), x) for x in v) + b"e.",
    "marshal": lambda v: marshal.dumps([x.decode() for x in v]),
    "java": lambda v: b"\xac\xed\0\5" + b"".join(b"t\0%c%b" % (len(x), x) for x in v) + b"x",
    "protobuf": lambda v: b"".join(b"%c%c%b" % (66 + 8 * n, len(x), x) for n, x in enumerate(v)),
    "cbor": lambda v: bytes((0x80 + len(v),)) + b"".join(map(_cbor, v)),
    "avro": lambda v: b"Obj\1\0" + b"".join(map(_zigzag, v)) + b"\0",
    "bencode": lambda v: b"l" + b"".join(b"%d:%b" % (len(x), x) for x in v) + b"e",
    "msgpack": lambda v: (
        b"\x94"
        + b"".join((b"%c" % (0xA0 + len(x)) if len(x) < 32 else b"\xd9%c" % len(x)) + x for x in v)
        + b"A"
    ),
    "nothing": lambda v: b"\x7fELF\2\1\1\0text of a program " + b"".join(v) + b"not in stack\0",
}


@pytest.mark.parametrize("name", SERIALIZERS)
@pytest.mark.parametrize("swapped", [False, True])
def test_serializers(name, swapped):
    for seed in range(10):
        key_id, secret = credential((name, seed))
        values = [key_id.encode(), secret.encode()]
        if swapped:
            values.reverse()
        data = SERIALIZERS[name]([b"prod", *values, b"eu-west-1"])
        assert pairs(data) == {(key_id, secret)}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_avro_without_any_control_character(swapped, seed):
    key_id, secret = credential(("avro", seed))
    values = [secret, key_id] if swapped else [key_id, secret]
    assert pairs(b"".join(_zigzag(value.encode()) for value in values)) == {(key_id, secret)}


NAME = "aws_secret_access_key"
ALONE = {
    **{f"pickle-{n}": lambda s, n=n: pickle.dumps({NAME: s}, n) for n in range(6)},
    "marshal": lambda s: marshal.dumps({NAME: s}),
    "bencode": lambda s: b"d21:%b40:%be" % (NAME.encode(), s.encode()),
    "bson": lambda s: b"\2%b\0\x29\0\0\0%b\0" % (NAME.encode(), s.encode()),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_secret_without_a_key_id(name):
    for seed in range(10):
        _, secret = credential((name, seed))
        (finding,) = scan_bytes(ALONE[name](secret), "", shipped_rules())
        assert finding.values["secret"].reveal() == secret.encode()
        assert name == "pickle-0" or finding.rule_id == "aws-secret-access-key"


@pytest.mark.parametrize(
    "text", ["call({}x)", "p1\nX{}q\n", "a 40 {}x", "x(\n{}x)", "1\nV{}\n", "key:{}xy\n"]
)
def test_text_has_no_lengths(text):
    for seed in range(10):
        _, secret = credential((text, seed))
        found = scan_bytes(text.format(secret).encode(), "", shipped_rules())
        assert [f for f in found if f.confidence.name != "LOW"] == []


def test_a_session_token_in_a_pickle_of_protocol_0():
    made = Generator("pickled token")
    values = made.temporary_access_key_id(), made.secret_access_key(), made.session_token()
    names = "aws_access_key_id", NAME, "aws_session_token"
    data = pickle.dumps(dict(zip(names, values, strict=True)), 0)
    (finding,) = scan_bytes(data, "", shipped_rules())
    assert {value.reveal().decode() for value in finding.values.values()} >= set(values)
