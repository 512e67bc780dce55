"""Dates of commits as points in time."""

from __future__ import annotations

from math import inf


def instant(date: str) -> float:
    """Return the time of an ISO 8601 date in seconds since 1970; infinity if it is not one."""
    from datetime import UTC, datetime  # here: nothing but a history compares dates

    try:
        parsed = datetime.fromisoformat(date)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return inf
