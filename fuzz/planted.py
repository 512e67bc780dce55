"""The credential that is planted in inputs, and whether a scan has seen it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from fuzz.interface import require
from scanner.decoders.interface import Pool
from scanner.engine.defects import INTERNAL
from scanner.engine.examine import Examiner
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.engine.examine import Examined

_PAIR: Final = (
    "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
)
PLANTED: Final = expand(_PAIR, "planted").encode()
SECRET: Final = PLANTED.split()[-1]
"""The secret access key of the pair: what must be in no message and no report."""
KEY_ID: Final = PLANTED.split()[2]
NOISE: Final = bytes(range(256)) * 3
"""Content without a credential that deflate cannot make much smaller."""

_LAYERS, _BYTES = 3000, 16 << 20
"""What one input may cost beyond its share: an input of a fuzzer is small, and a bomb has to reach
a limit soon."""


@cache
def examiner() -> Examiner:
    """Return the examiner with the shipped rules."""
    return Examiner(load_rules((), ()))


def examine(data: bytes, path: str = "file") -> Examined:
    """Return what a scan of `data` comes to; a defect that it has caught is raised."""
    found = examiner()
    found.catalogue.pool = Pool(_LAYERS, _BYTES)
    examined = found.examine(path, data)
    for notice in examined.tally.notices:
        require(notice.reason != INTERNAL, f"no exception: {notice.detail}")
    return examined


def verdict(examined: Examined) -> str:
    """Return what a scan comes to: `found`, `incomplete` or `clean`.

    `found` means that the planted credential is, whatever else is.
    """
    values = (value for finding in examined.findings for value in finding.values.values())
    if any(value.reveal() in (SECRET, KEY_ID) for value in values):
        return "found"
    return "incomplete" if any(each.hides for each in examined.tally.notices) else "clean"


def compare(data: bytes, shown: Iterable[bytes], reader: str) -> None:
    """Scan `data`; raise if `reader` has `shown` the credential in it and the scan has not seen it.

    `shown` is only read up to the credential.
    """
    is_shown = any(PLANTED in content for content in shown)
    seen = verdict(examine(data)) != "clean"
    require(seen or not is_shown, f"what {reader} shows is found, or said to be unread")


def require_masked(text: str, where: str) -> None:
    """Raise where `text`, which keycatch has written, has the planted secret in it."""
    require(SECRET.decode() not in text, f"no value in {where}")
