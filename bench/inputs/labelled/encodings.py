# ruff: noqa: E501 -- a row of a table in one line is read at once
"""Encodings: escapes of a value in its place, values in pieces, whole files that are encoded."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import json
import quopri
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bench.inputs.labelled.case import Document, File, Piece, plain, roles_of, stretch

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.rulebook.generator import Generator


# -- a value, in a place whose language has such an escape ---------------------------------------


def _replace(table: dict[str, str]) -> Callable[[str], str]:
    codes = {ord(character): text for character, text in table.items()}
    return lambda value: value.translate(codes)


def _all(form: str) -> Callable[[str], str]:
    return lambda value: "".join(form.format(ord(character)) for character in value)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_C_LIKE: Final = ("Python", "JavaScript", "TypeScript", "Java", "Go", "C#", "Rust", "JSON")
_MARKUP: Final = ("XML, elements", "XML, attributes", "HTML", "plist")
_MANY: Final = ("env", "YAML, quoted", "JSON", "INI", "Python", "properties", "log", "SQL")

ESCAPES: Final[dict[str, tuple[Callable[[str], str], tuple[str, ...]]]] = {
    "escaped slash": (_replace({"/": "\\/"}), ("JSON", "JSON, one line", "JavaScript")),
    "unicode escape": (_replace({"/": "\\u002f", "+": "\\u002B"}), (*_C_LIKE[:-2], "JSON")),
    "unicode escape, all": (_all("\\u{:04x}"), ("JSON", "JavaScript", "Java", "Python")),
    "unicode escape, braces": (
        _replace({"/": "\\u{2f}", "+": "\\u{2B}"}), ("JavaScript", "Rust", "PHP")
    ),
    "hex escape": (_replace({"/": "\\x2f", "+": "\\x2B"}), ("Python", "JavaScript", "C", "Perl")),
    "hex escape, all": (_all("\\x{:02x}"), ("Python", "C", "PHP", "Go")),
    "octal escape": (_replace({"/": "\\057", "+": "\\053"}), ("C", "Python", "shell", "Perl")),
    "percent": (lambda value: quote(value, safe=""), ("URL query", "log", "chat", "env")),
    "percent, all": (_all("%{:02X}"), ("log", "chat")),
    "percent twice": (
        lambda value: quote(quote(value, safe=""), safe=""), ("URL query", "log", "chat")
    ),
    "entities": (_replace({"&": "&amp;", "/": "&#47;", "+": "&#43;", "=": "&#61;"}), _MARKUP),
    "entities, hex": (_replace({"&": "&amp;", "/": "&#x2F;", "+": "&#x2B;", "=": "&#x3D;"}), _MARKUP),
    "entities, named": (_replace({"&": "&amp;", "/": "&sol;", "+": "&plus;", "=": "&equals;"}), _MARKUP),
    "entities, all": (_all("&#{};"), _MARKUP),
    "base64": (_b64, ("Kubernetes stringData", *_MANY)),
    "base64 twice": (lambda value: _b64(_b64(value)), _MANY),
    "base64, one before": (lambda value: _b64(":" + value), _MANY),
    "base64, two before": (lambda value: _b64("x:" + value), _MANY),
    "base64 for URLs": (
        lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="), _MANY
    ),
    "base32": (lambda value: base64.b32encode(value.encode()).decode(), _MANY),
    "hex": (lambda value: value.encode().hex(), _MANY),
    "hex in capitals": (lambda value: value.encode().hex().upper(), _MANY),
}  # fmt: skip
"""A name to the encoder of a value, and the places in which it is natural."""


# -- a value in pieces ----------------------------------------------------------------------------

JOINS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "joined by +": ('" + "', ("Python", "TypeScript", "Java", "Go", "C#")),
    "joined by + over lines": ('" +\n    "', ("Java", "C#", "Go")),
    "joined by . ": ("' . '", ("PHP", "PHP, define", "Perl")),
    "joined by ..": ('" .. "', ("Lua",)),
    "joined by &": ('" & "', ("Visual Basic",)),
    "joined by <>": ('" <> "', ("Elixir",)),
    "next to each other": ('" "', ("Python", "C", "Python, arguments")),
    "next to each other, lines": ('"\n    "', ("Python, arguments", "C")),
    "broken by a backslash": ("\\\n", ("Python", "shell", "C")),
    "array join": ("', '", ("JavaScript",)),
}
"""A name to the text between two pieces, and the places whose quotes it uses."""


LEAST_PIECE: Final = 4
"""Characters of the first and the last piece: people cut after the prefix or in the middle."""


def in_pieces(document: Document, made: Generator, join: str) -> Document:
    """Return the document with each value cut into two to four pieces, `join` between them."""
    pieces = []
    for piece in document.pieces:
        if not piece.role:
            pieces.append(piece)
            continue

        count = 2 + made.number(3)
        room = len(piece.text) - 2 * LEAST_PIECE + 1
        cuts = sorted({LEAST_PIECE + made.number(room) for _ in range(count - 1)})
        ends = [*cuts, len(piece.text)]
        parts = [piece.text[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
        pieces.append(piece._replace(text=join.join(parts)))
    return document._replace(pieces=tuple(pieces))


def as_arrays(document: Document) -> Document:
    """Return a document whose values are in pieces, with each as an array that is joined."""
    pieces = list(document.pieces)
    for number, piece in enumerate(pieces):
        if piece.role:
            before, after = pieces[number - 1], pieces[number + 1]
            pieces[number - 1] = before._replace(text=before.text[:-1] + "['")
            pieces[number + 1] = Piece("'].join('')" + after.text[1:])
    return document._replace(pieces=tuple(pieces))


def wrapped(document: Document, width: int, indent: str) -> Document:
    """Return the document with values cut into lines, as a long token in YAML `>-` or XML is."""
    return document.mapped(
        lambda value: ("\n" + indent).join(
            value[at : at + width] for at in range(0, len(value), width)
        )
    )


# -- a whole file ---------------------------------------------------------------------------------


def _utf(codec: str, mark: bytes = b"") -> Callable[[Document], File]:
    def encode(document: Document) -> File:
        file = plain(document, codec)
        return file._replace(content=mark + file.content)

    return encode


def _in_base64(before: int = 0, times: int = 1, width: int = 0) -> Callable[[Document], File]:
    def encode(document: Document) -> File:
        content = "#" * before + document.text
        for _ in range(times):
            content = _b64(content)
        if width:
            content = "\n    ".join(
                content[at : at + width] for at in range(0, len(content), width)
            )
        head = "apiVersion: v1\nkind: Secret\ndata:\n  config: " + ("|\n    " if width else "")
        return stretch("secret.yaml", head, content, "\n", roles_of(document))

    return encode


def _in_mail(document: Document) -> File:
    raw = document.text.encode()
    head = "MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n"
    return stretch("mail.eml", head, base64.encodebytes(raw).decode(), "", roles_of(document))


def _zipped(document: Document) -> File:
    body = base64.b64encode(gzip.compress(document.text.encode(), mtime=0)).decode()
    head = 'resource "aws_instance" "web" {\n  user_data_base64 = "'
    return stretch("main.tf", head, body, '"\n}\n', roles_of(document))


def _zipped_over_lines(document: Document) -> File:
    body = base64.encodebytes(gzip.compress(document.text.encode(), mtime=0)).decode()
    return stretch("user-data.b64", "", body, "", roles_of(document))


def _as_hex(document: Document) -> File:
    return stretch(
        "dump.sql", "INSERT INTO files VALUES (0x", document.text.encode().hex(), ");\n",
        roles_of(document),
    )  # fmt: skip


def _as_hex_dump(document: Document) -> File:
    raw = document.text.encode()
    lines = []
    for at in range(0, len(raw), 16):
        row = raw[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}: {row.hex(' ', 2):<39}  {shown}\n")
    return stretch("dump.txt", "", "".join(lines), "", roles_of(document))


def _as_json_string(times: int) -> Callable[[Document], File]:
    def encode(document: Document) -> File:
        for _ in range(times):
            document = document.escaped(lambda text: json.dumps(text)[1:-1])
        return plain(document._replace(name="event.json").around('{"body": "', '"}\n'))

    return encode


def _as_percent(document: Document) -> File:
    document = document.escaped(lambda text: quote(text, safe=""))
    return plain(document._replace(name="form.txt").around("config=", "\n"))


def _as_html(document: Document) -> File:
    document = document.escaped(
        lambda text: html.escape(text).replace("/", "&#x2F;").replace("=", "&#x3D;")
    )
    return plain(document._replace(name="page.html").around("<pre>", "</pre>\n"))


def _as_quoted_printable(document: Document) -> File:
    body = quopri.encodestring(document.text.encode()).decode()
    head = "MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n"
    return stretch("mail.eml", head, body, "\n", roles_of(document))


def _as_unicode(document: Document) -> File:
    document = document.escaped(_all("\\u{:04x}"))
    return plain(document._replace(name="messages.properties").around("text=", "\n"))


def _in_data_uri(document: Document) -> File:
    return stretch(
        "page.html", '<a href="data:text/plain;base64,', _b64(document.text), '">x</a>\n',
        roles_of(document),
    )  # fmt: skip


def _in_powershell(document: Document) -> File:
    body = base64.b64encode(document.text.encode("utf-16-le")).decode()
    return stretch("run.cmd", "powershell -EncodedCommand ", body, "\r\n", roles_of(document))


FILES: Final[dict[str, Callable[[Document], File]]] = {
    "UTF-8 with mark": _utf("utf-8-sig"),
    "UTF-16": _utf("utf-16"),
    "UTF-16, big end": _utf("utf-16-be", codecs.BOM_UTF16_BE),
    "UTF-16 without mark": _utf("utf-16-le"),
    "UTF-16, big end, without mark": _utf("utf-16-be"),
    "UTF-32": _utf("utf-32"),
    "UTF-32 without mark": _utf("utf-32-le"),
    "UTF-32, big end, without mark": _utf("utf-32-be"),
    "file in base64": _in_base64(),
    "file in base64, one before": _in_base64(1),
    "file in base64, two before": _in_base64(2),
    "file in base64, 76": _in_base64(width=76),
    "file in base64, 64": _in_base64(width=64),
    "file in base64 twice": _in_base64(times=2),
    "file in base64 three times": _in_base64(times=3),
    "mail in base64": _in_mail,
    "data URI": _in_data_uri,
    "PowerShell command": _in_powershell,
    "gzip in base64": _zipped,
    "gzip in base64, lines": _zipped_over_lines,
    "file in hex": _as_hex,
    "hex dump": _as_hex_dump,
    "JSON string": _as_json_string(1),
    "JSON string twice": _as_json_string(2),
    "file in percent": _as_percent,
    "file in entities": _as_html,
    "mail in quoted-printable": _as_quoted_printable,
    "file in unicode escapes": _as_unicode,
}
"""A name to the encoder of a document."""
