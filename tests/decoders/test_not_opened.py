"""What nothing here opens is counted under a reason."""

from __future__ import annotations

import pytest

from scanner.decoders.interface import Budget
from scanner.engine.examine import Examiner
from scanner.reports.wording import REASONS
from scanner.rulebook.compiled import shipped_rules

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PACKAGE = "EncryptedPackage".encode("utf-16-le")
FILES = {
    "a.7z": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(40), "unsupported-archive", "7z: content"),
    "a.rar": (b"Rar!\x1a\x07\x01\0" + bytes(40), "unsupported-archive", "RAR: content"),
    "a.lz4": (b"\x04\x22\x4d\x18" + bytes(40), "unsupported-archive", "LZ4: content"),
    "a.Z": (b"\x1f\x9d\x90" + bytes(40), "unsupported-archive", "compress: content"),
    "a.lz": (b"LZIP\1\x0c" + bytes(40), "unsupported-archive", "lzip: content"),
    "a.lzo": (b"\x89LZO\0\r\n\x1a\n" + bytes(40), "unsupported-archive", "lzop: content"),
    "a.cab": (b"MSCF\0\0\0\0" + bytes(40), "unsupported-archive", "cabinet: content"),
    "a.asc": (b"-----BEGIN PGP MESSAGE-----\n\nx", "encrypted-file", "OpenPGP: content"),
    "a.age": (b"age-encryption.org/v1\n-> x", "encrypted-file", "age: content"),
    "a.docx": (OLE + PACKAGE, "encrypted-file", "Office document: content"),
    "a.key": (b"\0GITCRYPT\0" + bytes(40), "encrypted-file", "git-crypt: content"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_counted_with_its_reason(name):
    data, reason, detail = FILES[name]
    (notice,) = Examiner(shipped_rules()).examine(name, data).tally.notices
    assert (notice.reason, notice.detail) == (reason, detail)
    # What nobody can read without a key hides nothing from us alone.
    assert notice.hides is (reason == "unsupported-archive")
    assert reason in REASONS


def test_a_member_is_counted_by_its_path(peel, make_zip):
    budget = Budget()
    list(peel(make_zip({"in/a.7z": FILES["a.7z"][0]}), budget))
    assert budget.left == [("unsupported-archive", "7z: in/a.7z")]


def test_what_only_begins_alike_is_no_reason(peel):
    budget = Budget()
    for data in (
        OLE,
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
        b"7z is a format",
        b"Rar!",
        b"LZIP files",
    ):
        list(peel(data, budget))
    assert budget.left == []
