"""Long-term API keys of single AWS services (Bedrock, Claude Platform on AWS, CloudWatch Logs).

Such a key is base64 of three framing bytes (or none) and `<user>-at-<account>:<secret>`: the secret
of an IAM service-specific credential after its public alias. So the IAM user and the account can
be read from the key. The framing bytes encode to the four characters that each key begins with:
`ABSK` for Bedrock, `AEAA` for Claude Platform. Sources: the public key samples and tools listed in
the documentation of the rules; the alias is described in the IAM API, ServiceSpecificCredential.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from scanner.aws.encoded import decode

SHORTEST: Final = 64
"""Characters of base64: a user of one letter and a secret of 32."""

_KEY = re.compile(
    rb"(?s)(?P<frame>[^A-Za-z0-9_+=,.@-].{2}|)(?P<user>[A-Za-z0-9_+=,.@-]{1,64})-at-(?P<account>[0-9]{12})"
    rb":(?P<secret>[A-Za-z0-9+/=_-]{16,512})"
)

BEDROCK: Final = b"\x00\x14\x8a"
CLAUDE_PLATFORM: Final = b"\x00\x40\x00"


class ServiceApiKey(NamedTuple):
    """The parts of a key."""

    frame: bytes
    user: str
    """The IAM user that the key belongs to, as far as the alias tells."""
    account_id: str
    secret: bytes


def parse(text: bytes) -> ServiceApiKey | None:
    """Take the key `text` apart, with or without its padding; None where it is not such a key."""
    if len(text) < SHORTEST:
        return None
    raw = decode(text)
    match = _KEY.fullmatch(raw) if raw else None
    if match is None:
        return None
    return ServiceApiKey(
        match["frame"], match["user"].decode(), match["account"].decode(), match["secret"]
    )
