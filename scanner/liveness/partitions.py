"""Where STS is asked: a fixed list of hosts, or the one endpoint that an option names.

Hosts never come from what was scanned, from the environment or from the configuration of AWS tools:
the session tokens are sent to the host. Source: botocore 1.43, `endpoints.json`. The air-gapped
partitions (aws-iso and others) are not in the list. They can be reached only from inside, which is
what the option is for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.partitions import of_region
from scanner.errors import UsageError
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


class Endpoint(NamedTuple):
    """One endpoint of STS."""

    partition: str
    url: str
    region: str
    """The region for which requests are signed; STS refuses any other one."""


ENDPOINTS: Final = (
    Endpoint("aws", "https://sts.amazonaws.com/", "us-east-1"),
    Endpoint("aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
    Endpoint("aws-cn", "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
    Endpoint("aws-eusc", "https://sts.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"),
)
"""In the order in which they are asked if nothing shows the partition: the largest first."""

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,40}"
    r"|\[[0-9a-fA-F:]{2,39}\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[A-Za-z0-9._~/-]*)?"
)
# The host of a VPC endpoint has the region after `sts.`, as in
# `vpce-1-2.sts.eu-west-1.vpce.amazonaws.com` (AWS PrivateLink guide).
_REGION: Final = re.compile(r"(?:^|\.)sts(?:-fips)?\.([a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9])\.")
# Spelt out: `127.0.0.1.example.com` and `127.0.0.1e` are other hosts.
_BYTE: Final = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_LOOPBACK: Final = re.compile(rf"localhost|127(?:\.{_BYTE}){{3}}|\[::1\]")


def ordered(endpoints: Sequence[Endpoint], hints: Sequence[str]) -> list[Endpoint]:
    """Return `endpoints`, first those of the partitions `hints`, in the order of the hints."""
    ranks = {name: rank for rank, name in enumerate(hints)}
    return sorted(endpoints, key=lambda endpoint: ranks.get(endpoint.partition, len(hints)))


def private(url: str) -> Endpoint:
    """Return the endpoint at `url`, which an option names. Raises UsageError.

    The region is that of a host such as `vpce-1.sts.eu-west-1.vpce.amazonaws.com`, else us-east-1.
    Only a server on this machine, such as a mock, may be asked without TLS.
    """
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) < 1 << 16:
        # What is before an @ may be a password, and what is after a ? a signature.
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
    """Return whether `host` is this machine; an IPv6 address is in brackets."""
    return _LOOPBACK.fullmatch(host) is not None
