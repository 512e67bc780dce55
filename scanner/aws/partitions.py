"""Partitions of AWS: which one a region, an ARN or a host name belongs to.

A key is valid in the partition that issued it and unknown in every other one. Neither key IDs nor
secrets show which it is, but the text around them often does. Names: botocore 1.43,
`partitions.json` and `endpoints.json`.
"""

from __future__ import annotations

import re
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
_NAME: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:"
    rb"arn:(?P<arn>aws(?:-[a-z]{1,4}){0,2}):"
    rb"|(?P<region>(?:us-gov|[a-z]{2}(?:-iso[a-z]?)?|eusc-[a-z]{2})-[a-z]{4,9}-[1-9])(?![A-Za-z0-9])"
    rb"|(?:[a-z0-9-]+\.)*(?P<host>%s)(?![A-Za-z0-9])"
    rb")" % b"|".join(map(re.escape, _HOSTS))
)
_REGION: Final = re.compile(
    r"(?:[a-z]{2}|[a-z]{2}-(?:gov|iso[a-z]?)|eusc-[a-z]{2})"
    r"-(?:(?:north|south)(?:east|west)?|east|west|central)-[1-9]"
)


def of_region(region: str) -> str:
    """Return the partition of `region`, such as `eu-west-2`."""
    return next((name for prefix, name in _PREFIXES if region.startswith(prefix)), AWS)


def is_region(name: str) -> bool:
    """Return whether `name` has the form of all regions so far: area, direction, number."""
    return _REGION.fullmatch(name) is not None


def near(text: bytes, start: int, end: int) -> str:
    """Return the partition that is named nearest to `text[start:end]`, or an empty string."""
    first = max(0, start - _NEAR)
    best: tuple[int, str] | None = None
    for match in _NAME.finditer(text, first, min(len(text), end + _NEAR)):
        distance = max(start - match.end(), match.start() - end, 0)
        if best is None or distance < best[0]:
            best = distance, _partition(match)
    return best[1] if best else ""


def _partition(match: re.Match[bytes]) -> str:
    if match["arn"]:
        return match["arn"].decode("ascii")
    if match["region"]:
        return of_region(match["region"].decode("ascii"))
    return _HOSTS[match["host"]]
