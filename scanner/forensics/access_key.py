"""Access keys and session tokens: what the ID and the head of the token tell.

The ID tells what it is of, its generation, and whether AWS can have issued it
(`scanner.aws.key_id`); the token, in which region (`scanner.aws.session_token`). Neither tells
when it was issued or until when it is good. A secret access key tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.aws import key_id
from scanner.aws.partitions import is_region
from scanner.aws.session_token import read_head
from scanner.findings import Forensics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.secret import Secret

_PROVED: Final = (b"AKIA", b"ASIA")


def read(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read an access key, with or without its secret and session token, or a session token."""
    token = values.get("session_token")
    told = Forensics(kind, region=_region(token) if token else "")
    identifier = values.get("key_id")
    if identifier is None:
        return told
    parsed = read_key_id(identifier.reveal())
    if parsed is None:
        return told
    return told._replace(
        kind=parsed.kind, generation=parsed.generation, impossible=parsed.impossible
    )


def read_key_id(value: bytes) -> key_id.KeyId | None:
    """Read an access key ID as far as there are facts; None for what has not the form of one.

    That the IDs of bearer tokens and of service-specific credentials are built like those of access
    keys is assumed where they are looked for, and nobody has shown it. So only their kind is told.
    """
    try:
        parsed = key_id.parse(value)
    except ValueError:
        return None
    return parsed if value.startswith(_PROVED) else key_id.KeyId(parsed.kind, 0, "", "")


def _region(token: Secret) -> str:
    head = read_head(token.reveal())
    return head.region if head and is_region(head.region) else ""
