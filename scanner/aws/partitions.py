"""Partitions of AWS: which one a region, an ARN or a host name belongs to.

A key is valid in the partition that issued it and unknown in every other one. Neither key IDs nor
secrets show which it is, but the text around them often does. Names: botocore 1.43,
`partitions.json` and `endpoints.json`.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from scanner.expressions import compile_later
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

AWS: Final = "aws"
_PREFIXES: Final = (
    ("us-gov-", "aws-us-gov"),
    ("cn-", "aws-cn"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
)
AIR_GAPPED: Final = {
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
}
"""Partitions that can be reached from inside only, each with a region of it."""
_HOSTS: Final = {
    b"amazonaws.com.cn": "aws-cn",
    b"amazonaws.eu": "aws-eusc",
    b"c2s.ic.gov": "aws-iso",
    b"sc2s.sgov.gov": "aws-iso-b",
    b"cloud.adc-e.uk": "aws-iso-e",
    b"csp.hci.ic.gov": "aws-iso-f",
}
"""What the names of hosts end with; those of `aws` and `aws-us-gov` are alike."""
_NEAR: Final = 4096
"""Bytes on each side of a key in which a name is taken to be about it."""
_BLOCK: Final = 4096
"""Bytes that are searched for names at once, for all keys near them."""
_LONGEST: Final = 64
"""More bytes than an ARN's beginning, a region or the end of a host name have."""
_HOST: Final = 253
"""Bytes of a host name (RFC 1035, section 3.1, without the length of the root)."""
_NAME: Final = compile_later(
    rb"(?<![A-Za-z0-9])(?:"
    rb"arn:(?P<arn>aws(?:-[a-z]{1,4}){0,2}):"
    rb"|(?P<region>(?:us-gov|[a-z]{2}(?:-iso[a-z]?)?|eusc-[a-z]{2})-[a-z]{4,9}-[1-9])(?![A-Za-z0-9])"
    rb"|(?P<host>%s)(?![A-Za-z0-9])"
    rb")" % b"|".join(map(re.escape, _HOSTS))
)
_LABELS: Final = compile_later(rb"(?:\.[a-z0-9-]+)*+")
"""The labels before the end of a host name, read backwards: forwards, each label of a long row
could be the first one of a host, and the row would be read again from each."""
_REGION: Final = compile_later(
    r"(?:[a-z]{2}|[a-z]{2}-(?:gov|iso[a-z]?)|eusc-[a-z]{2})"
    r"-(?:(?:north|south)(?:east|west)?|east|west|central)-[1-9]"
)


def of_region(region: str) -> str:
    """Return the partition of `region`, such as `eu-west-2`."""
    return next((name for prefix, name in _PREFIXES if region.startswith(prefix)), AWS)


def is_region(name: str) -> bool:
    """Return whether `name` has the form of all regions so far: area, direction, number."""
    return _REGION.fullmatch(name) is not None


class _Name(NamedTuple):
    """A name that says a partition, and its bytes in the text."""

    start: int
    end: int
    partition: str


class _Names:
    """The names in one text, searched for block by block where a key asks for them.

    A file can have thousands of keys near one another, which would otherwise search the same bytes.
    """

    __slots__ = ("_blocks", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._blocks: dict[int, list[_Name]] = {}

    def block(self, number: int) -> list[_Name]:
        """Return the names that begin in a block, in order; a host begins where its end does."""
        found = self._blocks.get(number)
        if found is None:
            found = self._blocks[number] = self._search(number * _BLOCK)
        return found

    def _search(self, first: int) -> list[_Name]:
        found: list[_Name] = []
        text, last = self.text, first + _BLOCK
        for match in _NAME.finditer(text, first, min(len(text), last + _LONGEST)):
            start = match.start()
            if start >= last:
                break
            if match["host"]:
                floor = max(0, start - _HOST)
                labels = _LABELS.match(text[floor:start][::-1])
                start -= labels.end() if labels else 0
                while found and found[-1].start >= start:  # a region is a label of it
                    found.pop()
            found.append(_Name(start, match.end(), _partition(match)))
        return found


_latest = _Names(b"")


def near(text: bytes, start: int, end: int) -> str:
    """Return the partition that is named nearest to `text[start:end]`, or an empty string."""
    global _latest
    if _latest.text is not text:  # by identity: comparing a large file would cost more
        _latest = _Names(text)

    first, last = max(0, start - _NEAR), end + _NEAR
    best: tuple[int, str] | None = None
    for number in range(first // _BLOCK, min(last, len(text)) // _BLOCK + 1):
        names = _latest.block(number)
        # Names do not overlap, so that those around the key are the nearest ones of the block.
        at = bisect_left(names, (start,))
        for name in names[max(0, at - 1) : at + 2]:
            distance = max(start - name.end, name.start - end, 0)
            is_near = name.end > first and name.start < last
            if is_near and (best is None or distance < best[0]):
                best = distance, name.partition
    return best[1] if best else ""


def _partition(match: re.Match[bytes]) -> str:
    if match["arn"]:
        return match["arn"].decode("ascii")
    if match["region"]:
        return of_region(match["region"].decode("ascii"))
    return _HOSTS[match["host"]]
