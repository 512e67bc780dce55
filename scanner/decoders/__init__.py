"""The decoders, in the order in which the engine asks them.

A decoder is a module with a `DECODER`; adding one is that module, a line here and a test. This
package is imported by every scan, so a member imports what it needs inside its functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders import (
    base64_text,
    bzip2,
    gzip_file,
    json_string,
    percent,
    tar_archive,
    utf16,
    xz,
    zip_archive,
)

if TYPE_CHECKING:
    from scanner.decoders.interface import Decoder

DECODERS: tuple[Decoder, ...] = (
    utf16.DECODER,
    percent.DECODER,
    json_string.DECODER,
    base64_text.DECODER,
    zip_archive.DECODER,
    tar_archive.DECODER,
    gzip_file.DECODER,
    bzip2.DECODER,
    xz.DECODER,
)
