"""The forms in which a private key is stored, and whether a passphrase protects it.

PEM (RFC 7468) around PKCS#1 (RFC 8017, A.1.2), SEC1 (RFC 5915), PKCS#8 plain and encrypted (RFC
5958), or the format of OpenSSH (PROTOCOL.key); and the key files of PuTTY (PuTTY manual, appendix
C). Only the outer structure is read, which separates a key from a shortened one in documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.kinds import der
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.rulebook.generator import Generator

_PEM: Final = re.compile(
    rb"-----BEGIN (?P<form>(?:RSA |EC |OPENSSH |ENCRYPTED )?)PRIVATE KEY-----(?P<body>.+)"
    rb"-----END (?P=form)PRIVATE KEY-----",
    re.DOTALL,
)
_PPK: Final = re.compile(
    rb"PuTTY-User-Key-File-[23]: (?P<type>[a-z0-9-]{3,40})\s{1,4}Encryption: (?P<cipher>[a-z0-9-]+)"
)
_PPK_BODY: Final = re.compile(rb"Private-Lines: [0-9]{1,3}\s+[A-Za-z0-9+/]{32}")

# Line ends, plain or escaped, and what joins the pieces of a string literal.
_HEADER: Final = re.compile(rb"(?:Proc-Type|DEK-Info): ?[A-Za-z0-9,-]+")
_JOINED: Final = re.compile(rb"[\"']\s{0,8}[+.&]\s{0,40}[\"']")
_BREAKS: Final = re.compile(rb"\\[nrt]|[\s\\\"',;>|#]")

_OPENSSH: Final = b"openssh-key-v1\0"
_RSA: Final = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"  # rsaEncryption: RFC 8017, appendix C
_CURVES: Final = b"\x2a\x86\x48\xce\x3d\x02\x01"  # id-ecPublicKey: RFC 5480, section 2.1.1
_ED25519: Final = b"\x2b\x65\x70"  # id-Ed25519: RFC 8410, section 3
_PBES2: Final = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"  # RFC 8018, appendix A.4
_ALGORITHMS: Final = {_RSA: "RSA", _CURVES: "EC", _ED25519: "Ed25519"}
_SSH_TYPES: Final = {"ssh-rsa": "RSA", "ssh-ed25519": "Ed25519"}
_RSA_NUMBERS: Final = 9  # version, modulus, two exponents, two primes, three for the remainders
_FEWEST_RSA_BYTES: Final = 64  # 512 bits, the shortest key that any tool still makes
_FEWEST_EC_BYTES: Final = 28  # of the private number on P-224, the smallest curve in use


class KeyForm(NamedTuple):
    """What the outer structure of a key says."""

    algorithm: str
    """`RSA`, `EC`, `Ed25519`, or empty where it is not readable."""
    form: str
    """`PKCS#1`, `SEC1`, `PKCS#8`, `OpenSSH` or `PuTTY`."""
    encrypted: bool


def parse(text: bytes) -> KeyForm | None:
    """Read the key `text`; None for what is no whole private key."""
    ppk = _PPK.match(text)
    if ppk:
        kind = ppk["type"].decode()
        algorithm = "EC" if kind.startswith("ecdsa") else _SSH_TYPES.get(kind, "")
        whole = _PPK_BODY.search(text)
        return KeyForm(algorithm, "PuTTY", ppk["cipher"] != b"none") if whole else None

    pem = _PEM.fullmatch(text)
    if pem is None:
        return None
    header = _HEADER.search(pem["body"])
    body = _BREAKS.sub(b"", _JOINED.sub(b"", _HEADER.sub(b"", pem["body"])))
    raw = decode(body)
    if raw is None:
        return None
    if header:  # RFC 1421, as OpenSSL writes it: the content is ciphertext
        algorithm, form = ("RSA", "PKCS#1") if pem["form"] == b"RSA " else ("EC", "SEC1")
        return KeyForm(algorithm, form, True) if len(raw) >= _FEWEST_EC_BYTES else None
    return _READERS[pem["form"]](raw)


def _pkcs1(raw: bytes) -> KeyForm | None:
    numbers = der.integers(raw)
    if len(numbers) != _RSA_NUMBERS or len(numbers[1]) < _FEWEST_RSA_BYTES:
        return None
    return KeyForm("RSA", "PKCS#1", False)


def _sec1(raw: bytes) -> KeyForm | None:
    outer = der.whole_sequence(raw)
    version = der.element(raw, outer[0], der.INTEGER) if outer else None
    number = der.element(raw, version[1], der.OCTETS) if version else None
    if number is None or not _FEWEST_EC_BYTES <= number[1] - number[0] <= len(raw):
        return None
    return KeyForm("EC", "SEC1", False)


def _pkcs8(raw: bytes) -> KeyForm | None:
    outer = der.whole_sequence(raw)
    version = der.element(raw, outer[0], der.INTEGER) if outer else None
    algorithm = der.element(raw, version[1], der.SEQUENCE) if version else None
    name = der.element(raw, algorithm[0], der.IDENTIFIER) if algorithm else None
    key = der.element(raw, algorithm[1], der.OCTETS) if algorithm else None
    if name is None or key is None or not key[0] < key[1] <= len(raw):
        return None
    return KeyForm(_ALGORITHMS.get(raw[name[0] : name[1]], ""), "PKCS#8", False)


def _encrypted(raw: bytes) -> KeyForm | None:
    outer = der.whole_sequence(raw)
    algorithm = der.element(raw, outer[0], der.SEQUENCE) if outer else None
    content = der.element(raw, algorithm[1], der.OCTETS) if algorithm else None
    return KeyForm("", "PKCS#8", True) if content and content[1] == len(raw) else None


def _openssh(raw: bytes) -> KeyForm | None:
    cipher = _ssh_text(raw, len(_OPENSSH)) if raw.startswith(_OPENSSH) else None
    derivation = _ssh_text(raw, cipher[1]) if cipher else None
    options = _ssh_text(raw, derivation[1]) if derivation else None
    # The number of keys, one, and then its public half, which begins with its type.
    public = _ssh_text(raw, options[1] + 4) if options else None
    kind = _ssh_text(raw, public[1] - len(public[0])) if public else None
    if cipher is None or kind is None:
        return None
    name = kind[0].decode("ascii", "replace")
    algorithm = "EC" if name.startswith("ecdsa") else _SSH_TYPES.get(name, "")
    return KeyForm(algorithm, "OpenSSH", cipher[0] != b"none") if algorithm else None


def _ssh_text(raw: bytes, at: int) -> tuple[bytes, int] | None:
    """Return the text at `at`, four bytes of length before it, and where it ends."""
    size = int.from_bytes(raw[at : at + 4], "big")
    end = at + 4 + size
    return (raw[at + 4 : end], end) if at + 4 <= len(raw) and end <= len(raw) else None


_READERS: Final = {
    b"RSA ": _pkcs1,
    b"EC ": _sec1,
    b"": _pkcs8,
    b"ENCRYPTED ": _encrypted,
    b"OPENSSH ": _openssh,
}


def armour(label: str, body: str, width: int = 64) -> str:
    """Return `body` in base64 as PEM with `label`, such as `EC PRIVATE KEY`."""
    dashes = "-" * 5
    lines = [body[at : at + width] for at in range(0, len(body), width)]
    return "\n".join([f"{dashes}BEGIN {label}{dashes}", *lines, f"{dashes}END {label}{dashes}"])


def make_ec_key(made: Generator) -> str:
    """Return PEM with the structure of an EC key of 256 bits (SEC1), but random numbers in it."""
    curve = der.encode(0xA0, der.encode(der.IDENTIFIER, b"\x2a\x86\x48\xce\x3d\x03\x01\x07"))
    public = der.encode(0xA1, der.encode(0x03, b"\0\4" + made.raw(64)))  # a bit string
    number = der.encode(der.OCTETS, made.raw(32))
    content = der.encode(der.INTEGER, b"\1") + number + curve + public
    return armour("EC PRIVATE KEY", made.encode(der.encode(der.SEQUENCE, content)))


def make_pkcs8_key(made: Generator) -> str:
    """Return PEM with the structure of an Ed25519 key (PKCS#8)."""
    algorithm = der.encode(der.SEQUENCE, der.encode(der.IDENTIFIER, _ED25519))
    number = der.encode(der.OCTETS, der.encode(der.OCTETS, made.raw(32)))
    content = der.encode(der.INTEGER, b"\0") + algorithm + number
    return armour("PRIVATE KEY", made.encode(der.encode(der.SEQUENCE, content)))


def make_encrypted_key(made: Generator) -> str:
    """Return PEM with the structure of an encrypted key (PKCS#8)."""
    algorithm = der.encode(
        der.SEQUENCE, der.encode(der.IDENTIFIER, _PBES2) + der.encode(der.SEQUENCE, made.raw(74))
    )
    content = algorithm + der.encode(der.OCTETS, made.raw(1232))
    return armour("ENCRYPTED PRIVATE KEY", made.encode(der.encode(der.SEQUENCE, content)))


def make_openssh_key(made: Generator, cipher: str = "none") -> str:
    """Return PEM with the structure of an Ed25519 key in the format of OpenSSH."""

    def text(content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + content

    derivation = b"none" if cipher == "none" else b"bcrypt"
    public = text(b"ssh-ed25519") + text(made.raw(32))
    raw = _OPENSSH + text(cipher.encode()) + text(derivation) + text(b"") + b"\0\0\0\1"
    raw += text(public) + text(made.raw(136))
    return armour("OPENSSH PRIVATE KEY", made.encode(raw), 70)


def make_ppk(made: Generator, cipher: str = "none") -> str:
    """Return a key file of PuTTY, version 3."""
    private = made.base64(36)
    public = made.encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + made.raw(29))
    return (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {cipher}\nComment: web\n"
        f"Public-Lines: 2\n{public}\n{made.base64(6)}\n"
        f"Private-Lines: 1\n{private}\nPrivate-MAC: {made.hex(64)}\n"
    )
