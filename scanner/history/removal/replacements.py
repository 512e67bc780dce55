"""What `git filter-repo --replace-text` needs to take credentials out of a history.

Its file has a line for each text: `literal:TEXT==>REPLACEMENT`, or `regex:` and a pattern, in which
a line feed can be written. The last `==>` of a line counts; literals are replaced before patterns,
each in the order of the file; a blob with a zero byte among its first 8,192 is left as it is. (From
the manual and the program, version 2.47: https://github.com/newren/git-filter-repo. Its
`--replace-message` takes the same file.)

A credential that was decoded is in the object in another form, so each text is cut out of the
object as it is there. Every object is then changed in memory as filter-repo would change it and
searched again, and what is found once more is reported: the file is no remedy for that.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.content import Layer
from scanner.engine.gather import gather
from scanner.git.objects import ObjectReader
from scanner.git.records import kinds
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from scanner.engine.catalogue import Catalogue
    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.kinds.interface import Part
    from scanner.secret import Secret

REPLACEMENT: Final = "***REMOVED-BY-KEYCATCH-{role}***"
_BINARY: Final = 8192
"""Bytes at the head of a blob among which filter-repo looks for a zero byte."""
_SHORTEST: Final = 12
"""A shorter text is in other places too, which must not be replaced."""
_LARGEST: Final = 64 << 20
"""Bytes of an object that is held in memory."""
_HEAD_END: Final = b"\n\n"
"""What separates the head of a commit or tag from its message."""

Value = tuple[str, "Secret"]
"""Role and value of a part of a credential."""


class Left(NamedTuple):
    """A value that the file does not replace."""

    where: str
    """`blob ID`, `commit ID`, `tag ID`, or a kind of name."""
    value: Secret
    why: str


class Replacements:
    """The texts to be replaced, in any number of repositories."""

    __slots__ = ("_holders", "_texts", "_values", "left")

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Collect the values of `findings`, which are to be removed."""
        self._values: dict[Value, None] = dict.fromkeys(
            (role, value) for finding in findings for role, value in finding.values.items()
        )
        self._texts: dict[bytes, str] = {}
        """Texts as they are in objects, to their roles."""
        self._holders: list[tuple[Repository, Catalogue, list[str]]] = []
        self.left: list[Left] = []
        # As they are: most are not encoded. Other forms are added by `look_at`.
        for role, value in self._values:
            self._add(value.reveal(), role, value)

    def _add(self, text: bytes, role: str, value: Secret) -> None:
        if len(text) >= _SHORTEST:
            self._texts.setdefault(text, role)
        else:
            self._leave("everywhere", value, "it is so short that it appears in other places too")

    def _leave(self, where: str, value: Secret, why: str) -> None:
        left = Left(where, value, why)
        if left not in self.left:
            self.left.append(left)

    def look_at(
        self, repository: Repository, findings: Iterable[Finding], catalogue: Catalogue
    ) -> None:
        """Look up how the values are written in the objects of `repository` that have them.

        `findings` are those of the search, with objects, before they are merged. Raises GitError.
        """
        objects: set[str] = set()
        for finding in findings:
            for at in finding.locations:
                value = finding.values[at.role]
                if (at.role, value) in self._values:
                    if at.object:
                        objects.add(at.object)
                    else:
                        why = "rename the file, directory or reference, in every commit that has it"
                        self._leave("a name", value, f"it is in a name: {why}")

        names = sorted(objects)
        self._holders.append((repository, catalogue, names))
        for _, _, data in self._contents(repository, names):
            for part, below in _parts(catalogue, data, self._values):
                if part.layer.depth and below:  # at depth 0 the text is the value itself
                    self._add(below, part.role, part.value)

    def check(self) -> None:
        """Add to `left` what is found again after the texts are replaced. Raises GitError."""
        for repository, catalogue, names in self._holders:
            for name, kind, data in self._contents(repository, names):
                changed = self._replaced(kind, data)
                for part, below in _parts(catalogue, changed, self._values):
                    why = _why(kind, changed, part, below)
                    self._leave(f"{kind} {name}", part.value, why)

    def lines(self) -> list[bytes]:
        """Return the lines of the file."""
        # Literals go first whatever their place, and would break a longer text with line feeds.
        form = _pattern if any(b"\n" in text for text in self._texts) else _literal
        return [form(text) + b"==>" + replacement for text, replacement in self._ordered()]

    def _ordered(self) -> list[tuple[bytes, bytes]]:
        """Return texts and replacements, the longest text first: a text can contain another one."""
        ordered = sorted(self._texts.items(), key=lambda item: (-len(item[0]), item))
        return [(text, REPLACEMENT.format(role=role).encode()) for text, role in ordered]

    def _replaced(self, kind: str, data: bytes) -> bytes:
        """Return what filter-repo makes of an object with the content `data`."""
        head = end = b""
        if kind != "blob":
            head, end, data = data.partition(_HEAD_END)
        elif b"\0" in data[:_BINARY]:
            return data
        for text, replacement in self._ordered():
            data = data.replace(text, replacement)
        return head + end + data

    def _contents(
        self, repository: Repository, names: list[str]
    ) -> Iterator[tuple[str, str, bytes]]:
        """Yield ID, kind and content of the objects `names`; those too large go to `left`."""
        kind_of = kinds(repository, names)
        asked = [name for name in names if name in kind_of]
        if not asked:
            return

        with closing(ObjectReader(repository, asked)) as reader:
            for name in asked:
                size = reader.next_size()
                if size is None or size > _LARGEST:
                    for _, value in self._values:
                        why = "it cannot be read: it is too large or damaged"
                        self._leave(f"{kind_of[name]} {name}", value, why)
                        break
                    continue
                pieces = iter(lambda: reader.read(1 << 20), b"")
                yield name, kind_of[name], b"".join(pieces)


def _parts(
    catalogue: Catalogue, data: bytes, values: Collection[Value]
) -> Iterator[tuple[Part, bytes]]:
    """Yield the parts of credentials in `data`, each with the text of `data` that it comes from.

    The text is empty where there is none, such as for a part in an archive.
    """
    for part in gather(catalogue, Layer(data)).parts:
        if (part.role, part.value) in values:
            text, start, end = part.layer.ground(part.start, part.end)
            yield part, b"" if text.below else text.data[start:end]


def _why(kind: str, data: bytes, part: Part, text: bytes) -> str:
    """Return why filter-repo leaves `part`, which is in an object as `text`, and what to do."""
    if kind != "blob":
        if text and text in data.partition(_HEAD_END)[0]:
            return "it is outside of the message, such as in a person's name: use --mailmap"
        return "it is in the message in another form: reword it"
    if b"\0" in data[:_BINARY]:
        what = " and ".join(part.layer.decoders) or "zero bytes"
        return f"git filter-repo treats the file as binary ({what}): use --strip-blobs-with-ids"
    what = " in ".join(reversed(part.layer.decoders)) or "another form"
    return f"it is there as {what}: use --strip-blobs-with-ids, or a --blob-callback"


def _literal(text: bytes) -> bytes:
    return b"literal:" + text


def _pattern(text: bytes) -> bytes:
    return b"regex:" + re.escape(text).replace(b"\\\n", b"\\n").replace(b"\\\r", b"\\r")


def paths_of(findings: Iterable[Finding]) -> Mapping[str, str]:
    """Return a path for each object for which `findings` have one."""
    return {
        at.object: at.path
        for finding in findings
        for at in finding.locations
        if at.object and at.path
    }
