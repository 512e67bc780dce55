"""Requests that are signed outside of their query: presigned POST policies and signed headers.

A form for S3 has the fields `x-amz-credential`, `policy` (base64 of JSON with `expiration` and
`conditions`) and `x-amz-signature`: Amazon S3 API Reference, "Authenticating requests in
browser-based uploads". A signed header is `Authorization: AWS4-HMAC-SHA256 Credential=...,
SignedHeaders=..., Signature=...`: IAM User Guide, "Signature Version 4". A request with such a
header is accepted for 15 minutes; what remains in a log is the key ID.
"""

from __future__ import annotations

import json

from scanner.aws.encoded import decode
from scanner.aws.partitions import is_region
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Forensics
from scanner.kinds import access_key_id, interface
from scanner.kinds.interface import Kind, Match, only
from scanner.kinds.json_web_token import json_object
from scanner.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping
    from typing import Any, Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 8192
"""Bytes before and after a credential in which the other fields are looked for: among them a policy
and, of a session, its token. The rule's `reach` has to cover it."""

_POLICY: Final = compile_later(
    rb"(?i:policy)[^A-Za-z0-9+/]{1,12}(?:(?i:value)[^A-Za-z0-9+/]{1,8})?(?P<value>eyJ[A-Za-z0-9+/]{80,16000}={0,2})"
)
_SIGNATURE: Final = compile_later(
    rb"(?i:x-amz-signature)[^A-Za-z0-9]{1,12}(?:(?i:value)[^A-Za-z0-9]{1,8})?(?P<value>[0-9a-f]{64})(?![0-9a-f])"
)
_SCOPE: Final = compile_later(
    rb"(?P<key_id>[A-Z0-9]{16,128})/(?P<date>[0-9]{8})/(?P<region>[a-z0-9-]{1,32})"
    rb"/(?P<service>[a-z0-9-]{1,40})/aws4_request"
)
_HEX: Final = compile_later(rb"Signature=([0-9a-f]{64})$")
_TIME: Final = compile_later(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")


def read_policy(text: bytes) -> dict[str, Any] | None:
    """Return the policy in the base64 `text`; None where it is something else."""
    content = json_object(decode(text))
    if content is None or not isinstance(content.get("conditions"), list):
        return None
    return content if isinstance(content.get("expiration"), str) else None


def _expiry(policy: Mapping[str, Any]) -> str:
    match = _TIME.fullmatch(policy["expiration"])
    return f"{match[1]}Z" if match else ""


def detect_post(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Look for the policy and the signature that belong to the credential of a form."""
    data = layer.data
    floor, ceiling = max(0, match.start - _REACH), match.end + _REACH
    scope = _SCOPE.fullmatch(data[match.start : match.end])
    policies = [each for each in _POLICY.finditer(data, floor, ceiling) if read_policy(each[1])]
    signatures = list(_SIGNATURE.finditer(data, floor, ceiling))
    if scope is None or not policies or not signatures:
        return None

    found = min(policies, key=lambda each: abs(each.start() - match.start))
    signature = min(signatures, key=lambda each: abs(each.start() - match.start))
    # The form as a whole is the credential, so that the key ID in it is none by itself.
    spans = (match, found.span("value"), signature.span("value"))
    place = Match(min(span[0] for span in spans), max(span[1] for span in spans))
    reason = placeholder(scope["key_id"]) or placeholder(signature["value"])
    if reason:
        return interface.aside(rule, layer, place, reason)

    expires = _expiry(read_policy(found["value"]) or {"expiration": ""})
    evidence = [
        f"signed form for S3 uploads in {scope['region'].decode()}",
        f"expires {expires}" if expires else "",
    ]
    return _part(rule, layer, place, evidence, scope["key_id"], found["value"])


def detect_header(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the value of an `Authorization` header."""
    text = layer.data[match.start : match.end]
    scope, signature = _SCOPE.search(text), _HEX.search(text)
    if scope is None or signature is None:
        return None
    reason = placeholder(scope["key_id"]) or placeholder(signature[1])
    if reason:
        return interface.aside(rule, layer, match, reason)

    service, region = scope["service"].decode(), scope["region"].decode()
    evidence = [
        f"header of a request signed for {service} in {region}",
        "valid for 15 minutes after signing; the key ID remains readable",
    ]
    return _part(rule, layer, match, evidence, scope["key_id"], text)


def _part(
    rule: Rule, layer: Layer, place: Match, evidence: list[str], key_id: bytes, value: bytes
) -> Part:
    parsed = access_key_id.parse_proved(key_id)
    impossible = parsed.impossible if parsed else "it is not in a form that AWS issues today"
    signer = f"signed with a {parsed.kind}" if parsed and not impossible else ""
    doubt = f"AWS cannot have issued the key ID: {impossible}" if impossible else ""
    return interface.part(
        rule,
        layer,
        place,
        [*evidence, signer, doubt],
        value=value,
        confidence=Confidence.LOW if impossible else rule.confidence,
        account_id=parsed.account_id if parsed and not impossible else "",
    )


def tell_post(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the policy of a form: when it expires, and who signed it."""
    text = only(values)
    policy = read_policy(text)
    if policy is None:
        return Forensics(noun)
    told = _tell_scope(noun, _SCOPE.search(decode(text) or b""))
    return told._replace(expires=_expiry(policy))


def tell_header(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read who signed a request, and for which region."""
    return _tell_scope(noun, _SCOPE.search(only(values)))


def _tell_scope(noun: str, scope: re.Match[bytes] | None) -> Forensics:
    if scope is None:
        return Forensics(noun)
    region = scope["region"].decode()
    parsed = access_key_id.parse_proved(scope["key_id"])
    impossible = parsed.impossible if parsed else ""
    return Forensics(
        noun,
        generation=parsed.generation if parsed else 0,
        impossible=f"the signing key ID: {impossible}" if impossible else "",
        region=region if is_region(region) else "",
        signed_by=Secret(scope["key_id"]).redacted() if parsed else "",
    )


def make_form(made: Generator) -> str:
    """Return the fields of a made-up form in JSON, as boto3 gives them; it expires in 2026."""
    scope = f"{made.access_key_id()}/20260214/eu-west-1/s3/aws4_request"
    policy = {
        "expiration": "2026-02-14T10:30:00Z",
        "conditions": [{"bucket": "uploads"}, {"x-amz-credential": scope}],
    }
    fields = {
        "key": "incoming/${filename}",
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": scope,
        "x-amz-date": "20260214T093000Z",
        "policy": made.encode(json.dumps(policy).encode()),
        "x-amz-signature": made.hex(64),
    }
    return json.dumps({"url": "https://uploads.s3.amazonaws.com/", "fields": fields})


def make_html_form(made: Generator) -> str:
    """Return the same as hidden fields of HTML."""
    fields = json.loads(make_form(made))["fields"]
    return "\n".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())


def make_header(made: Generator, *, temporary: bool = False) -> str:
    """Return the value of a made-up header of a request to DynamoDB."""
    key_id = made.temporary_access_key_id() if temporary else made.access_key_id()
    return (
        f"AWS4-HMAC-SHA256 Credential={key_id}/20260214/eu-west-1/dynamodb/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={made.hex(64)}"
    )


POST: Final = Kind(
    detect_post, tell_post, examples={"post_form": make_form, "html_post_form": make_html_form}
)
HEADER: Final = Kind(
    detect_header,
    tell_header,
    examples={
        "signed_header": make_header,
        "temporary_signed_header": lambda made: make_header(made, temporary=True),
    },
)
