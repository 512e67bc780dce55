"""Files that nothing here opens: counted under a reason, so that nobody takes them as read.

An encrypted file hides nothing from us that another reader of the repository could see. An archive
of a format that is not decoded does, so it makes the scan incomplete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

UNKNOWN = "unsupported-archive"
ENCRYPTED = "encrypted-file"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file ([MS-CFB], section 2.2), in which Office keeps an encrypted document."""
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""The stream of it that has the document ([MS-OFFCRYPTO], section 2.3.4.4)."""
_SIGNATURES = (
    (b"7z\xbc\xaf\x27\x1c", UNKNOWN, "7z"),  # 7zFormat.txt of the LZMA SDK
    (b"Rar!\x1a\x07", UNKNOWN, "RAR"),  # RAR 5.0 archive format, and RAR 4 with one byte less
    (b"\x04\x22\x4d\x18", UNKNOWN, "LZ4"),  # LZ4 Frame Format, "General Structure"
    (b"\x1f\x9d", UNKNOWN, "compress"),  # the magic of compress(1), as of `.Z`
    (b"LZIP\1", UNKNOWN, "lzip"),  # lzip manual, "File format"
    (b"\x89LZO\0\r\n\x1a\n", UNKNOWN, "lzop"),
    (b"MSCF\0\0\0\0", UNKNOWN, "cabinet"),  # [MS-CAB], section 2.1
    (b"-----BEGIN PGP MESSAGE-----", ENCRYPTED, "OpenPGP"),  # RFC 9580, section 6.2.1
    (b"age-encryption.org/v1\n", ENCRYPTED, "age"),  # C2SP, "The age file encryption format"
    (b"-----BEGIN AGE ENCRYPTED FILE-----", ENCRYPTED, "age"),
    (b"\0GITCRYPT\0", ENCRYPTED, "git-crypt"),
    (_OLE, ENCRYPTED, "Office document"),
)


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Leave a note about a file that is not opened; nothing ever comes out."""
    from scanner.decoders.layers import path_of

    data = layer.data
    for signature, reason, name in _SIGNATURES:
        if data.startswith(signature) and (signature is not _OLE or _PACKAGE in data):
            budget.leave(reason, f"{name}: {path_of(layer, '')}")
    yield from ()


DECODER = Decoder(
    "not-opened",
    tuple((0, signature) for signature, _, _ in _SIGNATURES),
    (),
    decode,
    Description(
        (
            "signature: 7z, RAR, LZ4, compress, lzip, lzop, cabinet; encrypted with OpenPGP, age "
            "or git-crypt, or an encrypted Office document"
        ),
        "nothing: the file is counted as not opened",
        "none",
    ),
)
