"""Numbers as options take them."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """Return the number that an option takes, from 1 on."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {text!r}")
    return number
