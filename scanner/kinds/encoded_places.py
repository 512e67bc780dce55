"""Places in which 40 random characters are a piece of something longer, a hash or a ciphertext.

What is next to the value shows it: the prefix of a password hash or of a ciphertext, a chunk of
base64 before it, an escape, the address before the path of a URL. Each test reads a bounded number
of bytes.
"""

from __future__ import annotations

import re
from functools import cache

from scanner.aws import randomness
from scanner.content import line_start
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_BEFORE: Final = 240
"""Bytes before a value that are read: a hash of 86 characters, its salt and its parameters."""

# The identifiers of crypt(5), of passlib and of OpenLDAP; `$` may be doubled, as in a Compose file.
_PASSWORD_HASH: Final = compile_later(
    rb"""
    (?:
        \${1,2}
        (?: (?:2[abxy]?|[1567]|y|gy|apr1|md5|sha1|argon2(?:id?|d)|scrypt|bcrypt(?:-sha256)?
              |pbkdf2(?:-sha\d{1,3})?) \$
          | [PHS]\${1,2} )
      | \{(?:S?(?:SHA|MD5)-?\d{0,3}|CRYPT|ARGON2|PBKDF2(?:-SHA\d{1,3})?|BCRYPT)\}
      | (?:pbkdf2|scrypt|bcrypt|argon2)[_:][\w:,=-]{1,40}\$
      | SCRAM-SHA-\d{1,3}\$
    )
    [^\s"'`<>;{}]{0,200}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)

# sops, eyaml, jasypt, Spring Cloud Config; Pulumi; Vault transit; encryption at rest of Kubernetes.
_CIPHERTEXT: Final = compile_later(
    rb"""
    (?: ENC[\[(][^\])\s]{0,200}
      | \{cipher\}
      | \b v\d:[A-Za-z0-9+/]{16}:
      | \b vault:v\d{1,4}:
      | \b k8s:enc:[\w:-]{1,80}:
    )\Z
    """,
    re.VERBOSE,
)
# The digest of a file in URL-safe base64, as in the RECORD of a wheel (PEP 376 and 427).
_DIGEST: Final = compile_later(
    rb"(?i)(?<![a-z])sha[-_]?(?:1|224|256|384|512)[=:-](?P<first>[A-Za-z0-9_-]{0,90})\Z"
)
_NEXT_PART: Final = compile_later(rb"--[A-Za-z0-9+/]{16,24}={0,2}--")
"""Initialisation vector and tag after a value that Rails encrypted (ActiveSupport)."""

# A random value begins with one of these in one case of ten million.
_HEADS: Final = (
    b"AQICAH", b"AQECAH", b"AQIDAH",  # ciphertexts of AWS KMS
    b"CiQA", b"CiUA",  # of Google Cloud KMS
    b"U2FsdGVkX1",  # `Salted__`, of OpenSSL
    b"gAAAAAB",  # Fernet, without its end
    b"H4sIA", b"iVBORw0KGgo", b"UEsDB", b"/9j/4", b"JVBERi0", b"rO0AB", b"AAAAB3NzaC1",
    b"AAAAC3NzaC1",
)  # fmt: skip

ESCAPE: Final = compile_later(
    rb"(?<=%)(?:0[9AaDd]|[2-7][0-9A-Fa-f])|(?<=\\)(?:[nrt]|u00[0-9A-Fa-f]{2}|x[0-9A-Fa-f]{2}|[01][0-7]{2})"
)
"""What follows a percent sign or a backslash where that is an escape, of a character of ASCII."""
_ESCAPED: Final = (b"2F", b"2B", b"2f", b"2b", b"252F", b"252B", b"252f", b"252b")
"""What follows a percent sign for `/` and `+` (RFC 3986, section 2.1), encoded once or twice."""
_CHUNK: Final = compile_later(
    rb"[A-Za-z0-9+/]{48,128}(?:[ \t]{1,4}|(?:\\{1,2}r)?\\{1,2}n|&\#(?:10|x0?[aA]);|%0[aA])\Z"
)
_OF_ADDRESS: Final = compile_later(rb"""//[^\s"'`<>@?\\]*\Z""")
_KEY_ID: Final = compile_later(rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}")
_LONGEST_LINE: Final = 128


def is_hash_or_ciphertext(data: bytes, start: int, end: int) -> bool:
    """Return whether the value is (a piece of) the hash of a password, or of encrypted data."""
    if data.startswith(_HEADS, start) or _NEXT_PART.match(data, end):
        return True
    before = data[max(0, start - _BEFORE) : start]
    digest = _DIGEST.search(before)
    if digest and (digest["first"] or data[end : end + 1] in (b"-", b"_")):
        return True
    signs = _without_escapes(before)
    if (b"$" in signs or b"}" in signs) and _PASSWORD_HASH.search(signs):
        return True
    return before[-1:] in _ENDS and _CIPHERTEXT.search(before) is not None


def _without_escapes(text: bytes) -> bytes:
    if b"%" in text or b"&" in text or b"\\" in text:
        for sign, written in _signs():
            text = written.sub(sign, text)
    return text


@cache
def _signs() -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """Return `$`, `{` and `}`, each with how URLs, markup, JSON, programs and shells write it."""
    return (
        (
            b"$",
            re.compile(rb"(?i)%(?:25)*24|&(?:#36|#x24|dollar);|\\+(?:u0024|x24|044|u\{24\}|\$)"),
        ),
        (b"{", re.compile(rb"(?i)%(?:25)*7B|&(?:#123|#x7B|l(?:cub|brace));|\\+(?:u007B|x7B|173)")),
        (b"}", re.compile(rb"(?i)%(?:25)*7D|&(?:#125|#x7D|r(?:cub|brace));|\\+(?:u007D|x7D|175)")),
    )


_ENDS: Final = (b":", b"[", b"(", b",", b"}")
"""The characters that end the prefix of a ciphertext."""


def begins_in_escape(data: bytes, start: int) -> bool:
    r"""Return whether the first characters of the run at `start` belong to an escape before it.

    Such a run of 40 is a value of fewer characters: `\n` and 39, `\u0024` and 35, `%24` and 38.
    """
    return ESCAPE.match(data, start) is not None


def is_percent_encoded(data: bytes, start: int, end: int) -> bool:
    """Return whether the value is a piece of base64 whose `/` and `+` are percent-encoded.

    `%2F` before the rest: its digits are in the alphabet, so that the run begins with them. The
    decoded text is searched as well, and the whole value found there.
    """
    return (data[start - 1 : start] == b"%" and data.startswith(_ESCAPED, start)) or (
        data[end : end + 1] == b"%" and data.startswith(_ESCAPED, end + 1)
    )


def follows_chunk(data: bytes, start: int) -> bool:
    """Return whether a longer chunk of base64 is right before the value, joined to it.

    The lines of a PEM file, joined by spaces or escaped line ends.
    """
    before = data[max(0, start - _LONGEST_LINE - 16) : start]
    found = _CHUNK.search(before)
    return found is not None and randomness.score(before[found.start() : found.start() + 48]) > 0


def in_address(data: bytes, start: int, end: int) -> bool:
    """Return whether the value is in the path of a URL, or in its fragment.

    A password in front of a host and a parameter are none, nor is what a key ID is next to.
    """
    begin = line_start(data, start, max(0, start - _BEFORE))
    found = _OF_ADDRESS.search(data, begin, start)
    if found is None or data[end : end + 1] == b"@":
        return False
    inside = data[found.start() + 2 : end]
    return b"/" in inside and not _KEY_ID.search(inside)
