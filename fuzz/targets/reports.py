"""Reports of any content under any name: whole in each format, and without a value."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from fuzz.interface import Target, require
from fuzz.planted import PLANTED, SECRET, examine, examiner, require_masked
from scanner.engine.run import concluded
from scanner.findings import Confidence, Report
from scanner.reports import FORMATS, load
from scanner.reports.interface import View

if TYPE_CHECKING:
    from collections.abc import Iterable

_JSON: Final = frozenset(("json", "sarif", "codequality", "gitlab"))
_CONTROLS: Final = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - set("\n\r\t")


def rendered(name: str, data: bytes, path: str = "file") -> str:
    """Return the report of `data` under `path` in the format called `name`."""
    return _all(data, path, (name,))[name]


def _all(data: bytes, path: str, names: Iterable[str]) -> dict[str, str]:
    examined = examine(data, path)
    name = examiner().examine_name(path)
    tally = examined.tally
    tally.add(name.tally)
    spellings = {**examined.spellings, **name.spellings}
    report = concluded(Report("scan", (*examined.findings, *name.findings), tally), spellings)
    rules = tuple(examiner().catalogue.rules.values())
    view = View(False, False, 1, Confidence.LOW, rules, 1)
    return {each: "".join(load(each).render(report, view)) for each in names}


def _one(data: bytes) -> None:
    """Read a name of up to 80 bytes, up to a null byte, and then the content."""
    head, _, content = data.partition(b"\0")
    path = head[:80].decode("utf-8", "surrogateescape") or "file"
    # A name alone may have the value as a part of a word, which is no credential there.
    found = (value for each in examine(content).findings for value in each.values.values())
    is_known = any(value.reveal() == SECRET for value in found)
    for name, text in _all(content, path, FORMATS).items():
        if is_known:
            require_masked(text, f"a report in {name}")
        require(not _CONTROLS.intersection(text), f"no control character in a report in {name}")
        text.encode()
        if name in _JSON:
            json.loads(text)
        elif name == "jsonl":
            for line in text.splitlines():
                json.loads(line)
        elif name == "junit":
            ElementTree.fromstring(text)
        elif name == "csv":
            widths = {len(row) for row in csv.reader(io.StringIO(text))}
            require(len(widths) == 1, "rows of a csv are equally long")


def _seeds() -> Iterable[bytes]:
    yield b"a.env\0" + PLANTED
    yield b"a%b.env\0" % SECRET + PLANTED
    yield SECRET.replace(b"/", b"%2F") + b"\0" + PLANTED
    yield "\u202e<b>\x1b[1m]]>|`=1,\u2028.env\0".encode() + PLANTED
    yield b"\xff\xfe:: ##vso[x]\0" + PLANTED + b"user = %b\n" % SECRET


TARGETS: Final = (
    Target("reports", "reports are whole and have no value in them", _one, _seeds, 1024),
)
