"""Places in which 40 random characters are a piece of something longer, a hash or a ciphertext.

What is next to the value shows it: the prefix of a password hash or of a ciphertext, a chunk of
base64 before it, an escape, the address before the path of a URL. Each test reads a bounded number
of bytes.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.aws import randomness
from scanner.content import line_end, line_start

_BEFORE: Final = 240
"""Bytes before a value that are read: a hash of 86 characters, its salt and its parameters."""

# As URLs, markup, JSON, programs and shells write these signs.
_SIGNS: Final = (
    (b"$", re.compile(rb"(?i)%(?:25)*24|&(?:#36|#x24|dollar);|\\+(?:u0024|x24|044|u\{24\}|\$)")),
    (b"{", re.compile(rb"(?i)%(?:25)*7B|&(?:#123|#x7B|l(?:cub|brace));|\\+(?:u007B|x7B|173)")),
    (b"}", re.compile(rb"(?i)%(?:25)*7D|&(?:#125|#x7D|r(?:cub|brace));|\\+(?:u007D|x7D|175)")),
)

# The identifiers of crypt(5), of passlib and of OpenLDAP; `$` may be doubled, as in a Compose file.
_PASSWORD_HASH: Final = re.compile(
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
_CIPHERTEXT: Final = re.compile(
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
_DIGEST: Final = re.compile(
    rb"(?i)(?<![a-z])sha[-_]?(?:1|224|256|384|512)[=:-](?P<first>[A-Za-z0-9_-]{0,90})\Z"
)
_NEXT_PART: Final = re.compile(rb"--[A-Za-z0-9+/]{16,24}={0,2}--")
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

_ESCAPE: Final = re.compile(
    rb"(?<=%)(?:0[9AaDd]|[2-7][0-9A-Fa-f])|(?<=\\)(?:[nrt]|u00[0-9A-Fa-f]{2}|x[0-9A-Fa-f]{2}|[01][0-7]{2})"
)
"""What follows a percent sign or a backslash where that is an escape, of a character of ASCII."""
_ESCAPED: Final = (b"2F", b"2B", b"2f", b"2b", b"252F", b"252B", b"252f", b"252b")
"""What follows a percent sign for `/` and `+` (RFC 3986, section 2.1), encoded once or twice."""
_CHUNK: Final = re.compile(
    rb"[A-Za-z0-9+/]{48,128}(?:[ \t]{1,4}|(?:\\{1,2}r)?\\{1,2}n|&\#(?:10|x0?[aA]);|%0[aA])\Z"
)
_OF_ADDRESS: Final = re.compile(rb"""//[^\s"'`<>@?\\]*\Z""")
_KEY_ID: Final = re.compile(rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}")
# Indentation, a mark of a comment or of a list, a quote; a quote, a comma, an operator.
_BARE: Final = re.compile(
    rb"[ \t#*>|;\"'-]{0,40}(?:(?<![A-Za-z0-9+/])(?://|\+)[ \t\"'])?[ \t\"']{0,40}"
    rb"([A-Za-z0-9+/]{2,}={0,2})(?:\\n)?[ \t\"',;)}\]]{0,12}[+\\.]?[ \t]{0,4}\Z"
)
_LONGEST_LINE: Final = 128
_WITH_NAME: Final = re.compile(
    rb"""[\s"'=:(`>]([A-Za-z0-9+/]{2,}={0,2})(?:\\n)?[ \t"',;)}\]]{0,12}[+\\.]?[ \t]{0,4}\Z"""
)
"""A line that ends with a value, whatever is before it."""

# What joins lines to one: spaces, or an escape or markup for a line end.
_JOINT: Final = re.compile(
    rb"[ \t]{1,4}|(?:\\{1,4}r)?\\{1,4}n|(?:&#(?:13|x0?[dD]);)?&#(?:10|x0?[aA]);"
    rb"|(?:%0[dD])?%0[aA]|<br ?/?>"
)
_JOINT_BEFORE: Final = re.compile(rb"(?:%s)\Z" % _JOINT.pattern)
_LONGEST_JOINT: Final = 24
_LINE: Final = 40
"""Characters of a secret."""
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


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
        for sign, written in _SIGNS:
            text = written.sub(sign, text)
    return text


_ENDS: Final = (b":", b"[", b"(", b",", b"}")
"""The characters that end the prefix of a ciphertext."""


def begins_in_escape(data: bytes, start: int) -> bool:
    r"""Return whether the first characters of the run at `start` belong to an escape before it.

    Such a run of 40 is a value of fewer characters: `\n` and 39, `\u0024` and 35, `%24` and 38.
    """
    return _ESCAPE.match(data, start) is not None


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


def in_wrapped_lines(data: bytes, start: int, end: int) -> bool:
    """Return whether the line of the value is one of base64 that is wrapped at its length.

    That needs three bare lines: the value's, and the two before or after it, of which the last may
    be shorter; or one on each side. The first of them may have a name before it. So may pieces of
    the same length be joined on one line, by an escaped line end or by spaces.
    """
    if _are_wrapped(_joined_above(data, start), _joined_below(data, end), end - start):
        return True
    begin, finish = line_start(data, start, max(0, start - 64)), line_end(data, end, end + 64)
    if not _bare(data[start:finish]):
        return False
    above = _lines_above(data, begin) if _bare(data[begin:finish]) else []
    return _are_wrapped(above, _lines_below(data, finish), end - start)


def _are_wrapped(above: list[int], below: list[int], length: int) -> bool:
    if above and below and above[0] == length and 0 < below[0] <= length:
        return True
    return above == [length, length] or (
        len(below) == 2 and below[0] == length and 0 < below[1] <= length
    )


def _joined_above(data: bytes, start: int) -> list[int]:
    lengths: list[int] = []
    for _ in range(2):
        window = data[max(0, start - _LONGEST_JOINT) : start]
        joint = _JOINT_BEFORE.search(window)
        if joint is None:
            break
        end = start - len(window) + joint.start()
        line = data[max(0, end - _LONGEST_LINE) : end]
        start = end - len(line) + len(line.rstrip(_BASE64))
        # The first letters may be those of the joint before it.
        escape = _ESCAPE.match(data, start)
        start = escape.end() if escape else start
        lengths.append(end - start)
    return lengths


def _joined_below(data: bytes, end: int) -> list[int]:
    lengths: list[int] = []
    for _ in range(2):
        joint = _JOINT.match(data, end)
        if joint is None:
            break
        line = data[joint.end() : joint.end() + _LONGEST_LINE]
        run = len(line) - len(line.lstrip(_BASE64))
        # After spaces a shorter one is the next word.
        lengths.append(run if run == _LINE or not joint[0].isspace() else 0)
        end = joint.end() + run
    return lengths


def _bare(line: bytes) -> int:
    """Return the length of the base64 that alone makes up `line`, with quotes or a comment mark."""
    found = _BARE.match(line)
    return len(found[1].rstrip(b"=")) if found else 0


def _lines_above(data: bytes, begin: int) -> list[int]:
    lengths = []
    for _ in range(2):
        if begin == 0 or data[begin - 1 : begin] not in (b"\n", b"\r"):
            break
        end = begin - (2 if data[begin - 2 : begin] == b"\r\n" else 1)
        begin = line_start(data, end, max(0, end - 2 * _LONGEST_LINE))
        line = data[begin:end]
        named = _WITH_NAME.search(line)
        lengths.append(len(named[1].rstrip(b"=")) if named else _bare(line))
    return lengths


def _lines_below(data: bytes, finish: int) -> list[int]:
    lengths = []
    for _ in range(2):
        if data[finish : finish + 1] not in (b"\n", b"\r"):
            break
        begin = finish + (2 if data[finish : finish + 2] == b"\r\n" else 1)
        finish = line_end(data, begin, begin + 2 * _LONGEST_LINE)
        lengths.append(_bare(data[begin:finish]))
    return lengths
