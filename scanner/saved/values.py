"""The values of a saved report: redacted, unless it was made with `--show-secrets`."""

from __future__ import annotations

from scanner.secret import MASK, Secret


class SavedValue(Secret):
    """A value as a saved report shows it.

    It is a `Secret`, since a report made with `--show-secrets` has the credential itself: nothing
    that prints one by accident gives it away. `shown(True)` is the text of the report.
    """

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> SavedValue:
        """Return the value that a report shows as `text`."""
        # JSON can spell half a surrogate pair, which no encoding has: such a text is no credential.
        return cls(text.encode(errors="replace"))

    def redacted(self) -> str:
        """Return the text of the report if that is redacted, else its redacted form."""
        text = self.shown(True)
        return text if MASK in text else super().redacted()
