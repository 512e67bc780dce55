"""What a reader of credentials is: from the values of one to the facts that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.findings import Forensics
    from scanner.secret import Secret


class Reader(Protocol):
    """A function that reads one kind of credential; it never raises for strange values."""

    def __call__(self, kind: str, values: Mapping[str, Secret]) -> Forensics:
        """Return what `values` (the parts of a credential by role) tell.

        `kind` is what the rule says it is; the reader may know it more exactly. What `values` do
        not tell, or only if they were not damaged, stays empty.
        """
        ...


def only(values: Mapping[str, Secret]) -> bytes:
    """Return the value of a credential that has one part."""
    return next(iter(values.values())).reveal()
