"""What a labelled case is, and how the place of a value is kept while text is encoded around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FIELD: Final = re.compile(r"<<(\w+)>>")


class Piece(NamedTuple):
    """A stretch of text; `role` names the value that it stands for, and is empty for other text."""

    text: str
    role: str = ""
    is_url: bool = False
    """Whether the value has a query, however it is encoded."""


class Document(NamedTuple):
    """A text file of which it is known where its values are."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(piece.text for piece in self.pieces)

    def mapped(self, change: Callable[[str], str]) -> Document:
        """Return the document with each value written as `change` returns it."""
        return self._replace(
            pieces=tuple(
                piece._replace(text=change(piece.text)) if piece.role else piece
                for piece in self.pieces
            )
        )

    def escaped(self, change: Callable[[str], str]) -> Document:
        """Return the document with all text changed, piece by piece, as an escape does."""
        return self._replace(
            pieces=tuple(piece._replace(text=change(piece.text)) for piece in self.pieces)
        )

    def around(self, before: str, after: str = "") -> Document:
        """Return the document with text before and after it."""
        return self._replace(pieces=(Piece(before), *self.pieces, Piece(after)))


class Place(NamedTuple):
    """Where a value may be said to begin: from one line and column to another, both from 1."""

    first: tuple[int, int]
    last: tuple[int, int]

    def __contains__(self, at: object) -> bool:
        """Return whether `at`, a line and a column, is inside."""
        return isinstance(at, tuple) and self.first <= at <= self.last


class File(NamedTuple):
    """A file of a case."""

    name: str
    content: bytes
    places: Mapping[str, Sequence[Place]]
    """By role; without an entry where no place means anything, as in a database."""


class Expected(NamedTuple):
    """A finding that a case must give."""

    roles: tuple[str, ...]
    """The values that are one credential."""
    rules: tuple[str, ...] = ()
    """The rules of keycatch that may name it; empty for any."""
    confidence: str = "medium"
    """The least one."""


class Case(NamedTuple):
    """Files, and what must be reported in them."""

    kind: str
    place: str
    encoding: str
    files: tuple[File, ...]
    values: Mapping[str, str]
    """By role, decoded."""
    expected: tuple[Expected, ...] = ()
    """Empty where nothing may be reported."""
    besides: tuple[str, ...] = ()
    """Values that may be reported as well, such as the key ID in a presigned URL."""
    foreign: bool = False
    """Whether it is a credential, though not one of AWS: a scanner for all of them reports it."""

    @property
    def label(self) -> str:
        """Return the name that `--only` takes."""
        return f"{self.kind}/{self.place}/{self.encoding}"


def fill(name: str, template: str, values: Mapping[str, str]) -> Document:
    """Return the document of `template`, in which `<<role>>` is replaced by the value of a role."""
    pieces = []
    for number, part in enumerate(_FIELD.split(template)):
        # The split has text and names of fields by turns.
        pieces.append(Piece(values[part], part, "?" in values[part]) if number % 2 else Piece(part))
    return Document(name, tuple(pieces))


def plain(document: Document, codec: str = "ascii", *, loose: bool = False) -> File:
    """Return `document` as a file; a value begins exactly where it is written.

    Of a URL, and with `loose` of all values, it is enough to name a place inside: what counts of a
    URL may be its query, and encoded text may hold more than the value.
    """
    at, places = 0, dict[str, list[Place]]()
    text = document.text
    for piece in document.pieces:
        if piece.role:
            begin = position(text, at)
            end = position(text, at + len(piece.text)) if loose or piece.is_url else begin
            places.setdefault(piece.role, []).append(Place(begin, end))
        at += len(piece.text)
    return File(document.name, text.encode(codec), places)


def stretch(name: str, before: str, encoded: str, after: str, roles: Sequence[str]) -> File:
    """Return a file in which `roles` are anywhere in `encoded`."""
    text = before + encoded + after
    place = Place(position(text, len(before)), position(text, len(before) + len(encoded)))
    return File(name, text.encode("ascii"), {role: [place] for role in roles})


def roles_of(document: Document) -> list[str]:
    """Return the roles of the values in `document`, each once."""
    return list(dict.fromkeys(piece.role for piece in document.pieces if piece.role))


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of `offset`, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
