"""The checks of an access key ID: its structure, and what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.placeholders import placeholder
from scanner.aws.typed import words_in
from scanner.explain.interface import Check
from scanner.explain.pattern import no_placeholder
from scanner.kinds.access_key_id import inside_encoded_data, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.content import Layer
    from scanner.kinds.interface import Match
    from scanner.rulebook.model import Rule


def checks(rule: Rule, layer: Layer, match: Match) -> Iterator[Check]:
    """Yield the checks of `scanner.kinds.access_key_id.detect`."""
    del rule
    value = layer.data[match.start : match.end]
    try:
        parsed = parse(value)
    except ValueError:
        yield Check(False, "not 20 characters after a known prefix")
        return
    yield Check(True, f"20 characters, prefix {value[:4].decode()}: {parsed.kind}")

    reason = placeholder(value)
    yield Check(not reason, no_placeholder(reason))
    if reason:
        return

    inside = inside_encoded_data(layer.data, match)
    yield Check(not inside, "a piece of encoded data" if inside else "not a piece of encoded data")
    if inside:
        return

    if parsed.impossible:
        yield Check(True, f"AWS cannot have issued it, so low confidence: {parsed.impossible}")
    elif parsed.generation == 1:
        yield Check(True, "structure of a key ID issued before 2019")
    else:
        yield Check(True, f"structure of a key ID issued since 2019, account {parsed.account_id}")

    if typed := words_in(value[4:]):
        yield Check(True, f"made of words, so low confidence: {' '.join(typed)}")
