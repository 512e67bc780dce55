"""API keys of single AWS services: Bedrock, Claude Platform on AWS, CloudWatch Logs.

A long-term key is base64 of three framing bytes (or none) and `<user>-at-<account>:<secret>`: the
secret of an IAM service-specific credential after its public alias. So the IAM user and the account
can be read from the key. The framing bytes encode to the four characters that each key begins with:
`ABSK` for Bedrock, `AEAA` for Claude Platform. Sources: the public key samples and tools listed on
the pages of the rules; the alias is described in the IAM API Reference, ServiceSpecificCredential.

A short-term key is a prefix and base64 of a presigned URL of the action `CallWithBearerToken`.
Source: aws/aws-bedrock-token-generator-python.
"""

from __future__ import annotations

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Forensics
from scanner.kinds import interface, signed_query
from scanner.kinds.interface import Kind, only
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.kinds.signed_query import SignedQuery
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

SHORTEST: Final = 64
"""Characters of base64: a user of one letter and a secret of 32."""

BEDROCK: Final = b"\x00\x14\x8a"
CLAUDE_PLATFORM: Final = b"\x00\x40\x00"
SERVICES: Final = {BEDROCK: "bedrock", CLAUDE_PLATFORM: "claude-platform"}
"""The option `service` of a rule by the framing bytes of a key; all others are `other`."""

# The framing bytes are known for two services only; no frame begins with a character of a name.
_KEY: Final = compile_later(
    rb"(?s)(?P<frame>[^A-Za-z0-9_+=,.@-].{2}|)(?P<user>[A-Za-z0-9_+=,.@-]{1,64})-at-(?P<account>[0-9]{12})"
    rb":(?P<secret>[A-Za-z0-9+/=_-]{16,512})"
)
_ACTION: Final = "CallWithBearerToken"
_MARK: Final = b"-api-key-"
_LONGEST_SHORT_TERM: Final = 43_200  # seconds: 12 hours, the maximum of a short-term key


class ServiceKey(NamedTuple):
    """The parts of a long-term key."""

    frame: bytes
    user: str
    """The IAM user that the key belongs to, as far as the alias says."""
    account_id: str
    secret: bytes


def parse(text: bytes) -> ServiceKey | None:
    """Split the long-term key `text`, with or without its padding; None where it is not one."""
    if len(text) < SHORTEST:
        return None
    raw = decode(text)
    match = _KEY.fullmatch(raw) if raw else None
    if match is None:
        return None

    return ServiceKey(
        match["frame"], match["user"].decode(), match["account"].decode(), match["secret"]
    )


def parse_short_term(text: bytes) -> SignedQuery | None:
    """Return the signed request inside the short-term key `text`; None where there is none."""
    url = decode(text.partition(_MARK)[2])
    return signed_query.parse(url) if url else None


def detect_long_term(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that is long enough for such a key."""
    text = layer.data[match.start : match.end]
    key = parse(text)
    if key is None or SERVICES.get(key.frame, "other") != rule.options.get("service"):
        return None
    reason = placeholder(text) or placeholder(key.secret)
    if reason:
        return interface.aside(rule, layer, match, reason)

    evidence = [f"decodes to an API key of IAM user {key.user} in account {key.account_id}"]
    return interface.part(rule, layer, match, evidence, account_id=key.account_id, user=key.user)


def detect_short_term(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value that begins like such a key; the option `service` is the host in its URL."""
    request = parse_short_term(layer.data[match.start : match.end])
    if request is None or request.action != _ACTION:
        return None
    if request.host.partition(".")[0] != rule.options.get("service"):
        return None
    reason = signed_query.made_up(request)
    if reason:
        return interface.aside(rule, layer, match, reason)

    signer = signed_query.signer(request)
    region = f"decodes to a request signed for {request.service} in {request.region}"
    return interface.part(
        rule,
        layer,
        match,
        [region, signed_query.times(request), signer.evidence],
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        account_id=signer.account_id,
    )


def tell_short_term(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the request that a short-term key is made of."""
    request = parse_short_term(only(values))
    return signed_query.tell(noun, request) if request else Forensics(noun)


def make_bedrock_key(
    made: Generator, account_id: str | None = None, user: str | None = None
) -> str:
    """Return a long-term key of Bedrock, as the console makes it unless `user` is given."""
    return _make(made, BEDROCK, user or f"BedrockAPIKey-{made.word(4)}", account_id)


def make_claude_platform_key(made: Generator, account_id: str | None = None) -> str:
    """Return a long-term key of Claude Platform on AWS."""
    return _make(made, CLAUDE_PLATFORM, f"AeaApiKey-{made.word(4)}", account_id)


def make_service_key(
    made: Generator, account_id: str | None = None, user: str = "log-shipper"
) -> str:
    """Return a long-term key with framing bytes that no known service has."""
    return _make(made, b"\x00\x21\x5f", user, account_id)


def _make(made: Generator, frame: bytes, user: str, account_id: str | None) -> str:
    account = account_id or made.account_id()
    return made.encode(frame + f"{user}-at-{account}:{made.base64(44)}".encode())


def make_short_term_key(made: Generator, service: str, region: str = "us-east-1") -> str:
    """Return a short-term key for the host `service`, valid for 12 hours."""
    query = signed_query.make_query(
        made, service, region, seconds=_LONGEST_SHORT_TERM, action=_ACTION, temporary=True
    )
    url = f"{service}.amazonaws.com/?{query}&Version=1"
    return f"{service}-api-key-" + made.encode(url.encode())


LONG_TERM: Final = Kind(
    detect_long_term,
    options=frozenset(("service",)),
    examples={
        "bedrock_api_key": make_bedrock_key,
        "claude_platform_api_key": make_claude_platform_key,
        "service_api_key": make_service_key,
    },
)
SHORT_TERM: Final = Kind(
    detect_short_term,
    tell_short_term,
    options=frozenset(("service",)),
    examples={
        "bedrock_short_term_api_key": lambda made: make_short_term_key(made, "bedrock"),
        "claude_platform_short_term_api_key": lambda made: make_short_term_key(
            made, "aws-external-anthropic"
        ),
    },
)
