"""The engine: from bytes to findings.

anchors -> decoders and detectors -> parts -> pairing -> judging. `scan_bytes` is the whole of it
for one piece of content; `scanner.engine.run` drives it over many.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.findings import Finding
    from scanner.rulebook.model import Rule


def scan_bytes(data: bytes, path: str, rules: Sequence[Rule]) -> list[Finding]:
    """Return the findings of `rules` in the content `data` called `path`, in order of position."""
    from scanner.engine.examine import Examiner

    return Examiner(rules).examine(path, data).findings
