"""Presigned URLs, and the tokens for databases and for clusters of EKS that are made of one.

Anyone who has a presigned URL can do what it allows until it expires. A token is `k8s-aws-v1.` and
base64 of a presigned URL of STS, by which a cluster asks who signed it.
"""

from __future__ import annotations

import re

from scanner.aws.encoded import decode
from scanner.expressions import compile_later
from scanner.findings import Confidence, Forensics
from scanner.kinds import interface, signed_query
from scanner.kinds.interface import Aside, Kind, Match, Part, only
from scanner.kinds.signed_query import SignedQuery, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_REACH: Final = 16_384
"""How far, in bytes, a URL is followed to either side; a session token in it is 1 to 4 KiB."""

# What no URL holds; a backslash only as the JSON form of `&`, `=`, `?` or `/`.
_END: Final = compile_later(rb"[\x00-\x20\x7f-\xff\"'<>`|^{}]|\\(?!u00(?:26|3[dDfF])|/)")
_SCHEME: Final = compile_later(rb"https?:(?:\\?/){2}", re.IGNORECASE)
_HOST_OF_TOKEN: Final = compile_later(
    rb"(?<![A-Za-z0-9.-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?/?\?"
)
"""The host of a token for a database, which has no scheme, up to its query."""
_AROUND: Final = b"()[],.;:!*_"  # punctuation of the sentence or the markup around a URL
_NEAR_LOOKS: Final = (256, 2048, _REACH)
"""Bytes looked at before a key ID, in turn: most URLs are short, and text is full of borders."""

_EKS_MINUTES: Final = 15
"""How long a cluster accepts a token, whatever `X-Amz-Expires` says: `pkg/token/token.go` of
kubernetes-sigs/aws-iam-authenticator."""


DATABASES: Final[Mapping[str, str]] = {
    "rds-db": "RDS",
    "dsql": "Aurora DSQL",
    "elasticache": "ElastiCache",
    "memorydb": "MemoryDB",
    "kafka-cluster": "MSK",
}
"""What a signed request logs in to, by the service in its scope.

Sources: `signers.py` of botocore; "Authenticating with IAM" in the user guides of ElastiCache and
MemoryDB; aws-msk-iam-sasl-signer.
"""


def detect_url(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the URL around a key ID that is a parameter of a signed request."""
    return _detect(rule, layer, match, of_database=False)


def detect_database_token(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the same where the request logs in to a database or a broker."""
    return _detect(rule, layer, match, of_database=True)


def _detect(rule: Rule, layer: Layer, match: Match, *, of_database: bool) -> Part | Aside | None:
    if _has_another_before(layer.data, match):
        return None  # the URL is judged by its first key ID
    place = _url_around(layer.data, match)
    if of_database:
        place = _from_its_host(layer.data, place, match)
    request = parse(layer.data[place.start : place.end])
    if request is None or (request.service in DATABASES) is not of_database:
        return None
    reason = signed_query.made_up(request)
    if reason:
        return interface.aside(rule, layer, place, reason)

    signer = signed_query.signer(request)
    evidence = [_what(request), signed_query.times(request), signer.evidence]
    return interface.part(
        rule,
        layer,
        place,
        evidence,
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        severity=signed_query.severity(request, rule.severity),
        account_id=signer.account_id,
    )


def _what(request: SignedQuery) -> str:
    if request.service in DATABASES:
        host = f" at {request.host}" if request.host else ""
        name = DATABASES[request.service]
        return f"signed login to {name}{host}, in {request.region}"
    target = f" to {request.host}" if request.host else ""
    region = f" in {request.region}" if request.region else ""
    token = ", with a session token" if request.temporary else ""
    signature = f"signed with version {request.version}"
    return f"request{target}, {signature} for {request.service}{region}{token}"


def _has_another_before(data: bytes, match: Match) -> bool:
    floor = max(0, match.start - _REACH)
    own = match.start - len(b"X-Amz-Credential=")
    other = max(data.rfind(name, floor, own) for name in (b"redential=", b"AccessKeyId="))
    return other >= 0 and not _END.search(data, other, match.start)


def _border_before(data: bytes, end: int) -> int:
    """Return where the text begins that runs up to `end` without a byte that ends a URL."""
    for size in _NEAR_LOOKS:
        start, floor = -1, max(0, end - size)
        for border in _END.finditer(data, floor, end):
            start = border.end()
        if start >= 0:
            return start
    return max(0, end - _REACH)


def _url_around(data: bytes, match: Match) -> Match:
    start = _border_before(data, match.start)
    for scheme in _SCHEME.finditer(data, start, match.start):
        start = scheme.start()

    if not _SCHEME.match(data, start):
        # A host without scheme (database tokens) or a bare query: leave `name=` and brackets out.
        query = data.rfind(b"?", start, match.start)
        if query >= 0:
            start = max(start, data.rfind(b"=", start, query) + 1)
        while start < match.start and data[start] in _AROUND:
            start += 1

    border_after = _END.search(data, match.end, match.end + _REACH)
    end = border_after.start() if border_after else min(len(data), match.end + _REACH)
    while end > match.end and data[end - 1] in _AROUND:
        end -= 1
    return Match(start, end)


def _from_its_host(data: bytes, place: Match, match: Match) -> Match:
    """Return `place` without what is before the host of a token: a name, a column, another URL."""
    hosts = list(_HOST_OF_TOKEN.finditer(data, place.start, match.start))
    if not hosts or data[hosts[-1].start() - 3 : hosts[-1].start()] == b"://":
        return place
    return Match(hosts[-1].start(), place.end)


def parse_eks_token(text: bytes) -> SignedQuery | None:
    """Return the signed request inside the cluster token `text`; None where there is none."""
    url = decode(text.partition(b".")[2])
    return parse(url) if url else None


def detect_eks_token(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value that begins like a cluster token."""
    request = parse_eks_token(layer.data[match.start : match.end])
    if request is None or request.action != "GetCallerIdentity":
        return None
    reason = signed_query.made_up(request)
    if reason:
        return interface.aside(rule, layer, match, reason)

    signer = signed_query.signer(request)
    evidence = [
        f"decodes to a presigned request to {request.host}",
        f"signed {request.signed_at}, accepted for {_EKS_MINUTES} minutes",
        signer.evidence,
    ]
    return interface.part(
        rule,
        layer,
        match,
        evidence,
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        account_id=signer.account_id,
    )


def tell_url(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a presigned URL, or anything else with a signature in its query."""
    request = parse(only(values))
    return signed_query.tell(noun, request) if request else Forensics(noun)


def tell_eks_token(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a cluster token."""
    request = parse_eks_token(only(values))
    if request is None:
        return Forensics(noun)

    told = signed_query.tell(noun, request)
    # The region is that of an endpoint of STS, and the global one does not say where it is valid.
    region = told.region if told.region in request.host.split(".") else ""
    return told._replace(region=region, expires=_later(told.issued, _EKS_MINUTES))


def _later(time: str, minutes: int) -> str:
    if not time:
        return ""
    from datetime import datetime, timedelta

    try:
        later = datetime.fromisoformat(time) + timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return ""
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def make_url(made: Generator, *, temporary: bool = False, seconds: int = 3600) -> str:
    """Return a made-up URL of S3, signed with version 4."""
    query = signed_query.make_query(made, seconds=seconds, temporary=temporary)
    return f"https://reports-{made.hex(6)}.s3.eu-west-1.amazonaws.com/2026/q1.pdf?{query}"


def make_old_url(made: Generator, expires: int = 2_075_494_478) -> str:
    """Return a made-up URL of S3, signed with version 2, valid until `expires` (Unix time)."""
    signature = signed_query.quoted(made.base64(20))
    return (
        f"https://reports-{made.hex(6)}.s3.amazonaws.com/2019/q1.pdf"
        f"?AWSAccessKeyId={made.access_key_id()}&Expires={expires}&Signature={signature}"
    )


def make_database_token(made: Generator, service: str = "rds-db", region: str = "eu-west-1") -> str:
    """Return a made-up token that logs in to a database: a request without a scheme."""
    query = signed_query.make_query(made, service, region, seconds=900, action="connect")
    host = f"orders.{made.word(12)}.{region}.rds.amazonaws.com:5432"
    return f"{host}/?DBUser=app&{query}"


def make_eks_token(made: Generator, region: str = "eu-west-1") -> str:
    """Return a made-up token for a cluster of EKS."""
    query = signed_query.make_query(
        made,
        "sts",
        region,
        seconds=60,
        action="GetCallerIdentity",
        headers="host;x-k8s-aws-id",
    )
    url = f"https://sts.{region}.amazonaws.com/?{query}&Version=2011-06-15"
    return "k8s-aws-v1." + made.encode_url(url.encode())


URL: Final = Kind(
    detect_url,
    tell_url,
    examples={
        "old_presigned_url": make_old_url,
        "presigned_url": make_url,
        "temporary_presigned_url": lambda made: make_url(made, temporary=True),
    },
)
DATABASE_TOKEN: Final = Kind(
    detect_database_token, tell_url, examples={"database_token": make_database_token}
)
EKS_TOKEN: Final = Kind(detect_eks_token, tell_eks_token, examples={"eks_token": make_eks_token})
