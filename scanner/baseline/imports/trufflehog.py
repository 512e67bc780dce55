"""trufflehog: the allow list of version 2, reports of version 3, and lists of paths.

An allow list is JSON: a name and a text, or an expression after `regex:` (pull request 223 of
trufflehog). A report is one object a line, with the value in `Raw` and where it is in
`SourceMetadata.Data`. A file for `--exclude-paths` has an expression on each line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.baseline.imports.interface import (
    OTHER_RULE,
    UNREADABLE,
    WHOLE_PATHS,
    Claim,
    Imported,
    Importer,
    number_of,
    one_line,
    text_of,
    value_of,
)
from scanner.secret import Secret

if TYPE_CHECKING:
    from scanner.baseline.imports.interface import Content

_REGEX: Final = "regex:"
_AWS: Final = ("aws", "amazon")


def read(content: Content) -> Imported | None:
    """Return what is in an allow list, a report or, if it is named, a list of paths."""
    document = content.document
    records = [document] if isinstance(document, dict) else content.records
    if records and all("SourceMetadata" in each for each in records):
        return _of_report(records)
    if isinstance(document, dict) and document:
        is_ours = all(isinstance(text, str) for text in document.values())
        return _of_allow_list(document) if is_ours else None
    if document is not None or not content.named:
        return None
    found = Imported([], {})
    found.lose(WHOLE_PATHS, sum(1 for _ in content.lines()))
    return found


def _of_allow_list(document: dict[str, str]) -> Imported:
    found = Imported([], {})
    for name, text in document.items():
        reason = one_line(name)
        if text.startswith(_REGEX):
            found.claims.append(Claim(pattern=text.removeprefix(_REGEX), reason=reason))
        elif text:
            value = Secret(text.encode("utf-8", "replace"))
            found.claims.append(Claim(value=value, reason=reason))
        else:
            found.lose(UNREADABLE)
    return found


def _of_report(records: list[dict[str, Any]]) -> Imported:
    found = Imported([], {})
    for each in records:
        detector = text_of(each, "DetectorName").lower()
        metadata = each.get("SourceMetadata")
        data = metadata.get("Data") if isinstance(metadata, dict) else None
        # One member, named after the source: `Git`, `Filesystem`, `Github` and so on.
        place = next(iter(data.values()), None) if isinstance(data, dict) else None
        claim = Claim(
            path=text_of(place, "file"),
            line=number_of(place, "line"),
            commit=text_of(place, "commit"),
            value=value_of(text_of(each, "Raw")),
        )
        if detector and not any(sign in detector for sign in _AWS):
            found.lose(OTHER_RULE)
        elif claim.value or (claim.path and claim.line):
            found.claims.append(claim)
        else:
            found.lose(UNREADABLE)
    return found


IMPORTER = Importer(
    "trufflehog",
    "the JSON of `--allow` (version 2) and of `--json` (version 3); of a file for "
    "`--exclude-paths` nothing can be carried over",
    read,
)
