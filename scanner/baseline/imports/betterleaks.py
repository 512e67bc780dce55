"""betterleaks: `.betterleaksignore` of version 2, and its reports as JSON or JSON lines.

Since version 2 an ignore file has the SHA-256 of a value on each line, and a report has one in
`match.fingerprint`, also where the value is redacted. Files of version 1 are those of gitleaks.
Source: docs/v2_migration.md of betterleaks, "Ignore files" and "Report changes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.baseline.imports import gitleaks
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

_SHA256: Final = re.compile("[0-9a-f]{64}")


def read(content: Content) -> Imported | None:
    """Return what is in an ignore file or a report; None for anything else."""
    if isinstance(content.document, dict) and isinstance(content.document.get("findings"), list):
        findings = content.document["findings"]
        return _of_findings(findings) if "scan" in content.document else None
    if isinstance(content.document, dict) and isinstance(content.document.get("finding"), dict):
        return _of_findings([content.document["finding"]])
    if content.records:
        findings = [each["finding"] for each in content.records if "finding" in each]
        is_ours = all("finding" in each or "scan" in each for each in content.records)
        return _of_findings(findings) if is_ours else None
    if content.document is not None:
        return gitleaks.read(content) if content.named else None
    return _of_ignore_file(content)


def _of_findings(findings: list[object]) -> Imported | None:
    found = Imported([], {})
    for each in findings:
        matches = [each]
        components = each.get("components") if isinstance(each, dict) else None
        if isinstance(components, list):
            matches += components
        elif isinstance(components, dict):
            matches += components.values()

        sums = {text_of(match, "match", "fingerprint") for match in matches}
        sums = {text for text in sums if _SHA256.fullmatch(text)}
        path, line = text_of(each, "location", "path"), number_of(each, "location", "start_line")
        if sums:
            found.claims.extend(Claim(sha256=text) for text in sorted(sums))
        elif path and line:
            commit = text_of(each, "attributes", "git.sha")
            found.claims.append(Claim(path=path, line=line, commit=commit))
        else:
            found.lose(UNREADABLE)
    return found


def _of_ignore_file(content: Content) -> Imported | None:
    lines = list(content.lines())
    if not any(_SHA256.fullmatch(line) for line, _ in lines):
        return gitleaks.of_ignore_file(content) if content.named else None
    found = Imported([], {})
    for line, comment in lines:
        match = gitleaks.IGNORED.fullmatch(line)
        if _SHA256.fullmatch(line):
            found.claims.append(Claim(sha256=line, reason=comment))
        elif match:
            found.claims.append(
                Claim(
                    path=match["path"],
                    line=int(match["line"][:9]),
                    commit=match["commit"] or "",
                    reason=comment,
                )
            )
        else:
            found.lose(UNREADABLE)
    return found


IMPORTER = Importer(
    "betterleaks",
    "`.betterleaksignore`, and reports in JSON or JSON lines, of versions 1 and 2",
    read,
)
