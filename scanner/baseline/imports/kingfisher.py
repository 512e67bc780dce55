"""kingfisher: the baseline that `--manage-baseline` writes, YAML with a path and a line an entry.

Its fingerprints are digests of a value with other facts, so an entry is found by path and line.
Source: docs/BASELINE.md and docs/FINGERPRINT.md of kingfisher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.baseline.imports.interface import (
    UNREADABLE,
    Claim,
    Imported,
    Importer,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from scanner.baseline.imports.interface import Content


def read(content: Content) -> Imported | None:
    """Return what is in a baseline; None for anything else."""
    if "ExactFindings" not in content.text:
        return None
    import yaml

    try:
        document = yaml.safe_load(content.text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    exact = document.get("ExactFindings") if isinstance(document, dict) else None
    matches = exact.get("matches") if isinstance(exact, dict) else None
    if not isinstance(matches, list):
        return None

    found = Imported([], {})
    for each in matches:
        path, line = text_of(each, "filepath").rstrip("/"), number_of(each, "linenum")
        if path and line:
            found.claims.append(Claim(path=path, line=line))
        else:
            found.lose(UNREADABLE)
    return found


IMPORTER = Importer("kingfisher", "the file of `--baseline-file`", read)
