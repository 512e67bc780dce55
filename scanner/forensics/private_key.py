"""Private keys of EC2 key pairs: what sort of key it is, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.private_key import rsa_bits
from scanner.findings import Forensics
from scanner.forensics.interface import only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.secret import Secret


def read(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a private key in PEM."""
    bits = rsa_bits(only(values))
    return Forensics(f"RSA {kind} of {bits} bits" if bits else kind)
