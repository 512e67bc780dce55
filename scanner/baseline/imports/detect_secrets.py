"""detect-secrets: `.secrets.baseline`, JSON with the SHA-1 of each value below its file.

Source: `detect_secrets/core/potential_secret.py` and `baseline.py` of detect-secrets 1.5. What it
filters out besides, such as files and words, is in `filters_used`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.baseline.imports.interface import (
    UNREADABLE,
    WHOLE_PATHS,
    Claim,
    Imported,
    Importer,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from scanner.baseline.imports.interface import Content

_SHA1: Final = re.compile("[0-9a-f]{40}")
_OF_PATHS: Final = "should_exclude_file"
"""The filter that `--exclude-files` leaves in a baseline, with its patterns."""


def read(content: Content) -> Imported | None:
    """Return what is in a baseline; None for anything else."""
    document = content.document
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict) or not ({"plugins_used", "version"} & document.keys()):
        return None

    found = Imported([], {})
    for path, secrets in results.items():
        for each in secrets if isinstance(secrets, list) else [None]:
            digest = text_of(each, "hashed_secret")
            if not _SHA1.fullmatch(digest):
                found.lose(UNREADABLE)
                continue
            line = number_of(each, "line_number")
            found.claims.append(Claim(path=path, line=line, sha1=digest))

    filters = document.get("filters_used")
    for each in filters if isinstance(filters, list) else []:
        if text_of(each, "path").endswith(_OF_PATHS):
            patterns = each.get("pattern")
            found.lose(WHOLE_PATHS, len(patterns) if isinstance(patterns, list) else 1)
    return found


IMPORTER = Importer("detect-secrets", "`.secrets.baseline`", read)
