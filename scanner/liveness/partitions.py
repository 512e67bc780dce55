"""Where STS is asked: a fixed list of hosts, or the one endpoint that an option names.

Hosts never come from what was scanned, from the environment or from a configuration of AWS tools:
whoever chooses the host is given the session tokens. Source: botocore 1.43, `endpoints.json`. The
air-gapped partitions (aws-iso and its sisters) are not in the list: they can be reached from inside
only, which is what the option is for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.aws.partitions import of_region
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


class Endpoint(NamedTuple):
    """One STS."""

    partition: str
    url: str
    region: str
    """The region that requests are signed for."""


ENDPOINTS: Final = (
    Endpoint("aws", "https://sts.amazonaws.com/", "us-east-1"),
    Endpoint("aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
    Endpoint("aws-cn", "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
    Endpoint("aws-eusc", "https://sts.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"),
)
"""In the order in which they are asked where nothing tells the partition."""

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,40}"
    r"|\[[0-9a-fA-F:]{2,39}\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[A-Za-z0-9._~/-]*)?"
)
_REGION: Final = re.compile(r"(?:^|\.)sts(?:-fips)?\.([a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9])\.")
_BYTE: Final = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_LOOPBACK: Final = re.compile(rf"localhost|127(?:\.{_BYTE}){{3}}|\[::1\]")


def ordered(endpoints: Sequence[Endpoint], hints: Sequence[str]) -> list[Endpoint]:
    """Return `endpoints` with those of the partitions `hints` first, in the order of these."""
    ranks = {name: rank for rank, name in enumerate(hints)}
    return sorted(endpoints, key=lambda endpoint: ranks.get(endpoint.partition, len(hints)))


def private(url: str) -> Endpoint:
    """Return the endpoint at `url`, which an option names; raises UsageError.

    The region is that of a host such as `vpce-1.sts.eu-west-1.vpce.amazonaws.com`, else us-east-1.
    Without TLS nothing but this machine itself is asked.
    """
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) < 1 << 16:
        # What stands before an @ may be a password, what stands behind a ? a signature.
        shown = "this" if set("@?#") & set(url) else printable(url)
        raise UsageError(
            f"--liveness-endpoint: {shown} is not an address such as "
            "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com"
        )
    if match["scheme"] == "http" and not is_loopback(match["host"]):
        raise UsageError("--liveness-endpoint: must begin with https://, unless it is on localhost")
    region = _REGION.search(match["host"])
    name = region[1] if region else "us-east-1"
    return Endpoint(of_region(name), url if match["path"] else f"{url}/", name)


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine."""
    return _LOOPBACK.fullmatch(host) is not None
