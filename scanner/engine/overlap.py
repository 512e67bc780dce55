"""Which parts at one place are the same credential: what repeats or is inside of another is left.

The key ID in a presigned URL is no lone key ID, and what is a credential for another reason is no
misshapen access key.
"""

from __future__ import annotations

from itertools import islice

from scanner.engine.join import KEY_ID, SECRET
from scanner.findings import Confidence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set
    from typing import Final

    from scanner.engine.join import Occurrence
    from scanner.secret import Secret

MISSHAPEN: Final = "aws-misshapen-key"
"""The rule of values that are named as an access key and cannot be one: it knows least of all."""


def apart(occurrences: list[Occurrence], of_users: Set[str] = frozenset()) -> list[Occurrence]:
    """Return `occurrences` without those that are a part of another one.

    They are ordered by text and start; of those with one start the larger one comes first, then the
    less decoded one. `of_users` are the IDs of the users' rules: a repository brings its own, so
    what one of these finds takes nothing away that a shipped rule finds.
    """
    if not any(o.part.rule_id in of_users for o in occurrences):
        return _without_absorbed(_unique(_without_misshapen(occurrences)))

    # What is only a guess is no reason to take a misshapen key for something else.
    sure = [o for o in occurrences if not _is_guess(o, of_users)]
    shipped = [o for o in _without_misshapen(sure) if o.part.rule_id not in of_users]
    kept = {id(o) for o in _without_absorbed(_unique(shipped))}
    own = [o for o in occurrences if o.part.rule_id in of_users]
    kept |= {id(o) for o in _without_absorbed(_unique(own))}
    both = [o for o in occurrences if id(o) in kept]
    return _without_absorbed_of_users(both, of_users)


def taken(occurrences: list[Occurrence], of_users: Set[str]) -> list[Occurrence]:
    """Return those of `occurrences` that `apart` leaves out for what a user's rule finds there.

    A misshapen key can be that. What the rule says of it, such as its severity, is not what the
    shipped one says, so that the report has to name it.
    """
    if not any(o.part.rule_id in of_users for o in occurrences):
        return []
    shipped = _without_misshapen([o for o in occurrences if o.part.rule_id not in of_users])
    kept = {id(o) for o in apart(occurrences, of_users)}
    return [o for o in shipped if o.part.rule_id == MISSHAPEN and id(o) not in kept]


def _is_guess(occurrence: Occurrence, of_users: Set[str]) -> bool:
    part = occurrence.part
    return part.rule_id in of_users and part.confidence is Confidence.LOW


def _without_absorbed_of_users(
    occurrences: list[Occurrence], of_users: Set[str]
) -> list[Occurrence]:
    kept: list[Occurrence] = []
    outer: Occurrence | None = None  # what goes furthest of that which may have others inside
    for occurrence in occurrences:
        if occurrence.part.rule_id in of_users:
            if outer is not None and _absorbs(outer, occurrence):
                continue
        elif occurrence.part.role not in (KEY_ID, SECRET) and (
            outer is None or outer.text is not occurrence.text or outer.end < occurrence.end
        ):
            outer = occurrence
        kept.append(occurrence)
    return kept


def _unique(occurrences: list[Occurrence]) -> list[Occurrence]:
    # Two ways of decoding can lead to one value at one place; the first, shallower one is kept.
    seen: dict[tuple[int, str, int, int, Secret], Occurrence] = {}
    for occurrence in occurrences:
        part = occurrence.part
        key = (id(occurrence.text), part.role, occurrence.start, occurrence.end, part.value)
        seen.setdefault(key, occurrence)
    return list(seen.values())


def _without_misshapen(occurrences: list[Occurrence]) -> list[Occurrence]:
    """Return `occurrences` without the misshapen values at whose place something else is found."""
    if not any(o.part.rule_id == MISSHAPEN for o in occurrences):
        return occurrences

    kept: list[Occurrence] = []
    reach: dict[int, int] = {}  # by the identity of the text: how far what is certain goes
    for number, occurrence in enumerate(occurrences):
        text = id(occurrence.text)
        if occurrence.part.rule_id != MISSHAPEN:
            reach[text] = max(occurrence.end, reach.get(text, 0))
            kept.append(occurrence)
        elif reach.get(text, 0) <= occurrence.start and not _is_taken(occurrences, number):
            kept.append(occurrence)
    return kept


def _is_taken(occurrences: list[Occurrence], number: int) -> bool:
    """Return whether something certain begins inside of the misshapen value with that number."""
    misshapen = occurrences[number]
    for other in islice(occurrences, number + 1, None):
        if other.text is not misshapen.text or other.start >= misshapen.end:
            return False
        if other.part.rule_id != MISSHAPEN:
            return True
    return False


def _without_absorbed(occurrences: list[Occurrence]) -> list[Occurrence]:
    # Sorted by start and then by descending end, a larger span comes before what is inside of it,
    # so that a comparison with the last one that was kept is enough.
    kept: list[Occurrence] = []
    for occurrence in occurrences:
        if not kept or not _absorbs(kept[-1], occurrence):
            kept.append(occurrence)
    return kept


def _absorbs(outer: Occurrence, inner: Occurrence) -> bool:
    if outer.text is not inner.text or not outer.start <= inner.start <= inner.end <= outer.end:
        return False
    if outer.part.rule_id != inner.part.rule_id:
        # A token or a signed URL holds a key ID; a secret or a key ID holds no other credential, so
        # that one which seems to be inside of it was found by another rule for good reason.
        return outer.part.role not in (KEY_ID, SECRET)

    if outer.part.role not in (KEY_ID, SECRET) or outer[2:4] == inner[2:4]:
        return True  # such as a signed URL, before and after its escapes were undone

    # In `a%2Fb...` both the decoded value and the 40 characters from `2F` on look like a secret.
    # The one that needed more decoding is the value.
    return outer.part.layer.depth > inner.part.layer.depth
