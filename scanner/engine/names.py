"""File names as content: a credential in a name is found, and no report prints it.

Names are searched like the text of a file. A finding in one has the decoder `path` and its place in
the name. Afterwards every found value is masked in every name and message that a report could
print: here, in the engine, so that no report can forget it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.content import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.findings import Finding, Notice

DECODER: Final = "path"
_SHORTEST: Final = 12
"""Bytes of a value that is looked for in names: a shorter one is a word that many names hold."""


def name_layer(name: str, below: Layer | None = None) -> Layer:
    """Return the layer of the name of a file, or of a member of the archive `below`."""
    data = name.encode("utf-8", "surrogateescape")
    return Layer(data, below=below or Layer(b""), decoder=DECODER)


class Masker:
    """Masks values in names and messages."""

    __slots__ = ("_known", "_values")

    def __init__(
        self,
        findings: Iterable[Finding],
        notices: Iterable[Notice],
        spellings: Mapping[str, str],
    ) -> None:
        """Collect what is to be masked.

        `spellings` are values as they stand in names, perhaps encoded, to their redacted forms; of
        the values of `findings` those that stand in any name of `findings` or `notices` are added.
        """
        values = dict(spellings)
        names = {name for f in findings for at in f.locations for name in (at.path, at.member)}
        names |= {text for notice in notices for text in (notice.path, notice.detail)}
        everything = "\0".join(names)
        for finding in findings:
            for value in finding.values.values():
                text = value.reveal().decode("utf-8", "surrogateescape")
                if len(text) >= _SHORTEST and text in everything:
                    values.setdefault(text, value.redacted())
        # The longest first: a value may hold another one.
        self._values = sorted(values.items(), key=lambda item: (-len(item[0]), item))
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anything to mask."""
        return bool(self._values)

    def mask(self, text: str) -> str:
        """Return `text` with every value in its redacted form."""
        masked = self._known.get(text)
        if masked is None:
            masked = text
            for value, redacted in self._values:
                masked = masked.replace(value, redacted)
            self._known[text] = masked
        return masked

    def finding(self, finding: Finding) -> Finding:
        """Return `finding` with its locations masked."""
        masked = (
            at._replace(path=self.mask(at.path), member=self.mask(at.member))
            for at in finding.locations
        )
        return finding._replace(locations=tuple(dict.fromkeys(masked)))

    def notice(self, notice: Notice) -> Notice:
        """Return `notice` with its path and detail masked."""
        return notice._replace(path=self.mask(notice.path), detail=self.mask(notice.detail))
