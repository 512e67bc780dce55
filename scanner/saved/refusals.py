"""Why content is not a report, as a clause that repeats nothing of the content."""

from __future__ import annotations

import json


def why_no_json(content: bytes, error: Exception) -> str:
    """Return what `content` is instead of JSON; `error` is that of parsing it."""
    if not content.strip():
        return "it is empty"
    if content.lstrip().startswith(b"{") and _is_cut_off(error):
        return "it ends in the middle: the scan may have been interrupted"
    return "it is not JSON"


def why_no_report(parsed: object) -> str:
    """Return what the `parsed` JSON is instead of a report."""
    schema = parsed.get("$schema") if isinstance(parsed, dict) else None
    is_sarif = isinstance(schema, str) and "sarif" in schema.lower()
    return "it is SARIF" if is_sarif else "it is not a JSON report of keycatch"


def _is_cut_off(error: Exception) -> bool:
    """Return whether `error` was raised where the content ends, so that more would follow."""
    if isinstance(error, UnicodeDecodeError):
        return error.reason == "unexpected end of data"
    if not isinstance(error, json.JSONDecodeError):
        return False

    # What is left at the end of a file that was cut off: the beginning of a literal, or nothing.
    rest = error.doc[error.pos :].strip()
    is_begun = any(word.startswith(rest) for word in ("true", "false", "null", "-"))
    return is_begun or error.msg.startswith(("Unterminated string", "Invalid \\u"))
