"""Requests that are signed in their query string, and the tokens made of them.

The region is that of the scope of the signature. The times are those that were signed: a request
that was signed with temporary credentials ends with these, if that is earlier. Facts about the
parameters: `scanner.aws.presigned_url`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.key_id import KINDS
from scanner.aws.partitions import is_region
from scanner.aws.presigned_url import parse
from scanner.findings import Forensics
from scanner.forensics.access_key import read_key_id
from scanner.forensics.interface import only
from scanner.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.aws.presigned_url import SignedQuery

_EKS_MINUTES: Final = 15
"""How long a cluster takes a token, whatever `X-Amz-Expires` says: `pkg/token/token.go` of
kubernetes-sigs/aws-iam-authenticator."""
_KEY_ID: Final = re.compile(rb"(?:%s)[A-Z0-9]{16}" % b"|".join(KINDS))
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def read_url(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a presigned URL, or what else has a signature in its query."""
    request = parse(only(values))
    return _read(kind, request) if request else Forensics(kind)


def read_api_key(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a short-term API key: a prefix, and base64 of a presigned URL."""
    url = decode(only(values).partition(b"-api-key-")[2])
    request = parse(url) if url else None
    return _read(kind, request) if request else Forensics(kind)


def read_eks_token(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a token for a cluster of EKS: a prefix, and base64 of a presigned URL of STS."""
    url = decode(only(values).partition(b".")[2])
    request = parse(url) if url else None
    if request is None:
        return Forensics(kind)
    told = _read(kind, request)
    # The region is that of an endpoint of STS, and the global one says nothing of where it is good.
    region = told.region if told.region in request.host.split(".") else ""
    return told._replace(region=region, expires=_later(told.issued, _EKS_MINUTES))


def _read(kind: str, request: SignedQuery) -> Forensics:
    generation, impossible = _signer(request.key_id)
    dated = request.version == 2 or request.days_agree
    return Forensics(
        kind,
        generation=generation,
        impossible=impossible,
        region=request.region if is_region(request.region) else "",
        issued=_time(request.signed_at) if dated else "",
        expires=_time(request.expires_at) if dated else "",
        signed_by=_shown(request.key_id),
    )


def _signer(identifier: bytes) -> tuple[int, str]:
    parsed = read_key_id(identifier)
    if parsed is None:
        return 0, ""
    why = f"the key ID that signed it: {parsed.impossible}" if parsed.impossible else ""
    return parsed.generation, why


def _shown(identifier: bytes) -> str:
    return Secret(identifier).redacted() if _KEY_ID.fullmatch(identifier) else ""


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""  # not beyond the year 9999


def _later(time: str, minutes: int) -> str:
    if not time:
        return ""
    from datetime import datetime, timedelta

    try:
        later = datetime.fromisoformat(time) + timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return ""
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")
