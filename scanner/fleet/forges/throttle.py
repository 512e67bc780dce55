"""How long a server wants a client to wait that has asked too often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scanner.fleet.forges.exchange import Answer

_LEAST: Final = 1.0
_UNSAID: Final = 60.0
"""Seconds where the server does not say it (GitHub Docs, "Best practices for using the REST API":
at least one minute)."""
_RESETS: Final = ("X-RateLimit-Reset", "RateLimit-Reset")
"""Of GitHub and of GitLab: the time when requests are answered again, in seconds since 1970."""


def wanted_wait(answer: Answer, now: float) -> float:
    """Return the seconds to wait before the same is asked again; 0 for an answer that counts."""
    headers = answer.headers
    # A quota that is used up is HTTP 403 at GitHub too; one for something else has no such field.
    is_used_up = answer.status == 403 and headers.get("X-RateLimit-Remaining") == "0"
    asks = "Retry-After" in headers and answer.status in (403, 429, 503)
    if answer.status != 429 and not is_used_up and not asks:
        return 0

    stated = [_number(headers.get("Retry-After", ""))]
    stated += [_number(headers.get(name, "")) - now for name in _RESETS]
    longest = max(stated)
    return max(longest, _LEAST) if longest > 0 else _UNSAID


def _number(text: str) -> float:
    """Return a whole number; 0 for anything else, also for a date, which neither server sends."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0
