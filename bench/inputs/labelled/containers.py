# ruff: noqa: E501 -- a row of a table in one line is read at once
"""Archives, databases and other binary files that hold a document or the values of a credential."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.util
import io
import lzma
import marshal
import pickle
import sqlite3
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from bench.inputs.labelled.case import Document, File, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FILLER: Final = "".join(f"option_{number} = {number * 37 % 101}\n" for number in range(40))


# -- archives, which have members with lines ------------------------------------------------------


def _zip(document: Document, method: int, inside: str = "config/") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        # A ZipInfo has a constant date; given a name alone, zipfile takes that of today.
        for name, text in (("readme.txt", _FILLER), (inside + document.name, document.text)):
            archive.writestr(zipfile.ZipInfo(name), text, compress_type=method)
    return packed.getvalue()


def _tar(document: Document) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in (("readme.txt", _FILLER), ("config/" + document.name, document.text)):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return packed.getvalue()


def _gzip(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def _ar(document: Document) -> bytes:
    """Return a Debian package: an `ar` archive whose last member is a compressed tar archive."""
    members = (("debian-binary", b"2.0\n"), ("data.tar.gz", _gzip(_tar(document))))
    packed = b"!<arch>\n"
    for name, content in members:
        head = f"{name + '/':<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
        packed += head.encode() + content + b"\n" * (len(content) % 2)
    return packed


def _office(document: Document) -> bytes:
    """Return a Word file with a paragraph for each line."""
    from html import escape

    lines = "".join(
        f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in document.text.splitlines()
    )
    body = f"<w:document><w:body>{lines}</w:body></w:document>"
    part = Document("document.xml", (document.pieces[0]._replace(text=body, role=""),))
    return _zip(part, zipfile.ZIP_DEFLATED, "word/")


def _workbook(document: Document) -> bytes:
    from html import escape

    lines = "".join(f"<si><t>{escape(line)}</t></si>" for line in document.text.splitlines())
    part = Document(
        "sharedStrings.xml", (document.pieces[0]._replace(text=f"<sst>{lines}</sst>", role=""),)
    )
    return _zip(part, zipfile.ZIP_DEFLATED, "xl/")


def _git_object(document: Document) -> bytes:
    raw = document.text.encode()
    return zlib.compress(b"blob %d\0" % len(raw) + raw)


def _git_bundle(document: Document) -> bytes:
    """Return a bundle with a pack of one object (gitformat-pack, gitformat-bundle)."""
    raw = document.text.encode()
    # The head of an entry: type 3, a blob, and the size in groups of 4 and then 7 bits.
    size, head = len(raw) >> 4, [3 << 4 | len(raw) & 15]
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    pack = b"PACK" + (2).to_bytes(4, "big") + (1).to_bytes(4, "big")
    pack += bytes(head) + zlib.compress(raw)
    # SHA-1, since that is what ends a pack.
    pack += hashlib.sha1(pack, usedforsecurity=False).digest()
    name = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
    return f"# v2 git bundle\n{name} refs/tags/site\n\n".encode() + pack


def _pdf(document: Document) -> bytes:
    shown = "\n".join(f"({line}) Tj T*" for line in document.text.splitlines())
    stream = zlib.compress(shown.encode())
    return (
        b"%%PDF-1.4\n1 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n"
        % (len(stream), stream)
    )


def _drawio(document: Document) -> bytes:
    import base64
    from urllib.parse import quote

    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(quote(document.text, safe="~()*!.'").encode()) + packer.flush()
    body = base64.b64encode(raw).decode()
    return f'<mxfile><diagram name="Page-1">{body}</diagram></mxfile>\n'.encode()


def _after_script(document: Document) -> bytes:
    return b"#!/bin/sh\ntail -n +4 $0 | tar xz\nexit 0\n" + _gzip(_tar(document))


_PREFIX: Final = b"#!/usr/bin/env python3\n"

ARCHIVES: Final[dict[str, tuple[str, Callable[[Document], bytes]]]] = {
    "zip": (".zip", lambda document: _zip(document, zipfile.ZIP_DEFLATED)),
    "zip, stored": (".zip", lambda document: _zip(document, zipfile.ZIP_STORED)),
    "zip, LZMA": (".zip", lambda document: _zip(document, zipfile.ZIP_LZMA)),
    "jar": (".jar", lambda document: _zip(document, zipfile.ZIP_DEFLATED, "META-INF/")),
    "zip after a line": (".pyz", lambda document: _PREFIX + _zip(document, zipfile.ZIP_DEFLATED)),
    "zip in zip": (".zip", lambda document: _nested(_zip(document, zipfile.ZIP_DEFLATED))),
    "tar": (".tar", _tar),
    "tar.gz": (".tar.gz", lambda document: _gzip(_tar(document))),
    "tar.bz2": (".tar.bz2", lambda document: bz2.compress(_tar(document))),
    "tar.xz": (".tar.xz", lambda document: lzma.compress(_tar(document))),
    "tar.gz after a script": (".run", _after_script),
    "gzip": (".gz", lambda document: _gzip(document.text.encode())),
    "gzip twice": (".gz.gz", lambda document: _gzip(_gzip(document.text.encode()))),
    "bzip2": (".bz2", lambda document: bz2.compress(document.text.encode())),
    "xz": (".xz", lambda document: lzma.compress(document.text.encode())),
    "zlib": (".zz", lambda document: zlib.compress(document.text.encode())),
    "deb": (".deb", _ar),
    "git object": (".object", _git_object),
    "git bundle": (".bundle", _git_bundle),
    "Word": (".docx", _office),
    "Excel": (".xlsx", _workbook),
    "PDF": (".pdf", _pdf),
    "draw.io": (".drawio", _drawio),
}
"""A name to the extension and the maker of the bytes."""

_WITH_LINES: Final = frozenset((
    "zip", "zip, stored", "zip, LZMA", "jar", "zip after a line", "tar", "tar.gz", "tar.bz2",
    "tar.xz", "tar.gz after a script", "gzip", "gzip twice", "bzip2", "xz", "zlib", "deb",
    "zip in zip",
))  # fmt: skip
"""Those in which a finding has the line of the member."""


def packed(name: str, document: Document) -> File:
    """Return `document` in the archive called `name`."""
    extension, make = ARCHIVES[name]
    stem = document.name.lstrip(".").partition(".")[0] or "config"
    places = plain(document).places if name in _WITH_LINES else {}
    return File(stem + extension, make(document), places)


def _nested(raw: bytes) -> bytes:
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("inner.zip"), raw)
    return outer.getvalue()


# -- files of values ------------------------------------------------------------------------------


def _sqlite(values: Mapping[str, str], layout: str) -> bytes:
    database = sqlite3.connect(":memory:")
    if layout == "columns":
        names = ", ".join(f"{name} TEXT" for name in values)
        database.execute(f"CREATE TABLE accounts (id INTEGER PRIMARY KEY, {names}, region TEXT)")
        marks = ", ".join("?" * (len(values) + 2))
        database.execute(
            f"INSERT INTO accounts VALUES ({marks})", (7, *values.values(), "eu-west-1")
        )
    elif layout == "bare columns":
        names = ", ".join(f"c{number}" for number in range(len(values)))
        database.execute(f"CREATE TABLE t ({names})")
        database.execute(
            f"INSERT INTO t VALUES ({', '.join('?' * len(values))})", (*values.values(),)
        )
    else:
        database.execute("CREATE TABLE settings (name TEXT, value TEXT)")
        database.executemany("INSERT INTO settings VALUES (?, ?)", values.items())
    database.commit()
    raw = database.serialize()
    database.close()
    return raw


def _compiled(source: str) -> bytes:
    # PEP 552: the magic number, no flags, no time and no size.
    code = compile(source, "settings.py", "exec", dont_inherit=True, optimize=0)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def _settings(values: Mapping[str, str]) -> str:
    return "".join(f"{name.upper()} = {value!r}\n" for name, value in values.items())


def _attributes(values: Mapping[str, str]) -> str:
    return "class Config:\n" + "".join(
        f"    {name} = {value!r}\n" for name, value in values.items()
    )


def _arguments(values: Mapping[str, str]) -> str:
    inside = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return f"def connect(client):\n    return client('s3', {inside})\n"


def _java(values: Mapping[str, str]) -> bytes:
    """Return serialized strings (Java Object Serialization Specification, section 6.4)."""
    raw = b"\xac\xed\x00\x05"
    for name, value in values.items():
        for text in (name, value):
            raw += b"t" + len(text).to_bytes(2, "big") + text.encode()
    return raw


def _varint(number: int) -> bytes:
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    return bytes((*raw, number))


def _protobuf(values: Mapping[str, str]) -> bytes:
    raw = b""
    for field, value in enumerate(values.values(), 1):
        raw += _varint(field << 3 | 2) + _varint(len(value)) + value.encode()
    return raw


def _avro(values: Mapping[str, str]) -> bytes:
    # Zig-zag: a length that is not negative is doubled.
    return b"".join(_varint(len(value) * 2) + value.encode() for value in values.values())


def _cbor(values: Mapping[str, str]) -> bytes:
    """Return a map of text strings (RFC 8949, section 3.1)."""

    def text(value: str) -> bytes:
        size = len(value)
        if size < 24:
            return bytes((0x60 + size,)) + value.encode()
        head = b"\x78" + bytes((size,)) if size < 256 else b"\x79" + size.to_bytes(2, "big")
        return head + value.encode()

    return bytes((0xA0 + len(values),)) + b"".join(map(text, sum(values.items(), ())))


def _bencode(values: Mapping[str, str]) -> bytes:
    words = sum(sorted(values.items()), ())
    return b"d" + b"".join(b"%d:%s" % (len(word), word.encode()) for word in words) + b"e"


def _message_pack(values: Mapping[str, str]) -> bytes:
    def text(value: str) -> bytes:
        size = len(value)
        if size < 32:
            return bytes((0xA0 + size,)) + value.encode()
        head = b"\xd9" + bytes((size,)) if size < 256 else b"\xda" + size.to_bytes(2, "big")
        return head + value.encode()

    return bytes((0x80 + len(values),)) + b"".join(map(text, sum(values.items(), ())))


def _bson(values: Mapping[str, str]) -> bytes:
    body = b"".join(
        b"\x02%s\0%s%s\0" % (name.encode(), (len(value) + 1).to_bytes(4, "little"), value.encode())
        for name, value in values.items()
    )
    return (len(body) + 5).to_bytes(4, "little") + body + b"\0"


def _pickled(protocol: int) -> Callable[[Mapping[str, str]], bytes]:
    return lambda values: pickle.dumps(dict(values), protocol)


BINARY: Final[dict[str, tuple[str, Callable[[Mapping[str, str]], bytes]]]] = {
    "SQLite, columns": ("app.db", lambda values: _sqlite(values, "columns")),
    "SQLite, bare columns": ("cache.sqlite3", lambda values: _sqlite(values, "bare columns")),
    "SQLite, rows": ("settings.sqlite", lambda values: _sqlite(values, "rows")),
    "pyc, settings": ("settings.pyc", lambda values: _compiled(_settings(values))),
    "pyc, attributes": ("config.pyc", lambda values: _compiled(_attributes(values))),
    "pyc, arguments": ("client.pyc", lambda values: _compiled(_arguments(values))),
    **{
        f"pickle {protocol}": (f"state{protocol}.pickle", _pickled(protocol))
        for protocol in range(6)
    },
    "marshal": ("state.marshal", lambda values: marshal.dumps(dict(values))),
    "Java": ("state.ser", _java),
    "Protocol Buffers": ("state.pb", _protobuf),
    "Avro": ("row.avro", _avro),
    "CBOR": ("state.cbor", _cbor),
    "bencode": ("state.bencode", _bencode),
    "MessagePack": ("state.msgpack", _message_pack),
    "BSON": ("dump.bson", _bson),
}
"""A name to a file name and the maker of the bytes from values by the names of their fields."""
