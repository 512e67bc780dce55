"""Several measurements of the same thing, and what may be said about them."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spread(NamedTuple):
    """The least, the middle and the greatest of several measurements."""

    least: float
    median: float
    greatest: float


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of `values`, of which there is at least one."""
    return Spread(min(values), median(values), max(values))


def ratios(values: Sequence[float], to: Sequence[float]) -> Spread:
    """Return the spread of `values` divided by `to`, pair by pair.

    What was measured right after one another saw the same load of the machine, so the ratio of a
    pair says more than the ratio of two medians.
    """
    return spread([value / base for value, base in zip(values, to, strict=True)])
