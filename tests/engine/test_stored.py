"""What an archive stores as it is: it is shown once, as a member."""

from __future__ import annotations

import bz2
import gzip
import io
import random
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.examine import Examiner
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

MAKE = Generator("stored")


def pair(mark: str = "") -> bytes:
    lines = (
        f"aws_access_key_id = {MAKE.access_key_id()}{mark}",
        f"aws_secret_access_key = {MAKE.secret_access_key()}{mark}",
    )
    return "\n".join((*lines, "")).encode()


def tar(members: dict[str, bytes], kind: int = tarfile.GNU_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def look(data: bytes) -> object:
    return Examiner(shipped_rules()).examine("x", data)


def places(data: bytes) -> list[tuple[str, int, int, str]]:
    """Return member, line, column and role of every location."""
    return sorted(
        (at.member, at.start_line, at.start_column, at.role)
        for finding in look(data).findings
        for at in finding.locations
    )


def halves(member: str) -> list[tuple[str, int, int, str]]:
    return [(member, 1, 21, "key_id"), (member, 2, 25, "secret")]


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_member_of_a_tar_archive_is_one_place(kind, pack):
    assert places(pack(tar({"conf/a.env": pair()}, kind))) == halves("conf/a.env")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_of_a_zip_archive_is_one_place(method):
    assert places(zipped({"conf/a.env": pair()}, method)) == halves("conf/a.env")


def test_gzip_that_stores_is_one_place():
    assert places(gzip.compress(pair(), compresslevel=0)) == halves("")


@pytest.mark.parametrize(
    "outer", [lambda data: tar({"in": data}), lambda data: zipped({"in": data})]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_in_an_archive_is_one_place(outer, pack):
    assert places(outer(pack(tar({"a.env": pair()})))) == halves("in!/a.env")


def test_members_with_the_same_credential_are_all_places():
    text = pair()
    data = tar({"a.env": text, "b.env": text, "c.txt": b"# a copy\n" + text})
    moved = [("c.txt", 2, 21, "key_id"), ("c.txt", 3, 25, "secret")]
    assert places(data) == [*halves("a.env"), *halves("b.env"), *moved]


def test_a_copy_before_the_archive_is_a_place_of_its_own():
    text = pair()
    found = places(b"#!/bin/sh\n" + text + zipped({"a.env": text}))
    assert {("", 2, 21, "key_id"), ("", 3, 25, "secret")} <= set(found)


def test_halves_in_two_members_are_a_pair_in_their_members():
    key_id, secret, _ = pair().split(b"\n")
    (found,) = look(tar({"a.env": key_id + b"\n", "b.env": secret + b"\n"})).findings
    assert found.rule_id == "aws-access-key-pair"
    assert {at.member for at in found.locations} == {"a.env", "b.env"}


def test_what_a_mark_allows_in_a_member_is_counted_once():
    tally = look(tar({"a.env": pair("  # keycatch:allow")})).tally
    assert tally.set_aside == {"allowed-on-line": 2}
    assert [(each.member, each.line, each.role) for each in tally.places] == [
        ("a.env", 1, "key_id"), ("a.env", 2, "secret"),
    ]  # fmt: skip


def test_the_finding_stays_the_same():
    text = pair()
    (packed,), (plain,) = look(tar({"a": text})).findings, look(text).findings
    assert packed.fingerprint == plain.fingerprint
    assert (packed.severity, packed.confidence) == (plain.severity, plain.confidence)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=6))
def test_each_member_is_a_place_and_nothing_else(members):
    texts = [pair() for _ in range(4)]
    packed = {
        f"{number}.env": b"\n" * blank + texts[which]
        for number, (which, blank) in enumerate(members)
    }
    expected = sorted(
        (f"{number}.env", line + blank, column, role)
        for number, (_, blank) in enumerate(members)
        for _, line, column, role in halves("")
    )
    assert places(tar(packed)) == expected


def test_many_copies_next_to_members_cost_no_quadratic_time():
    text = pair()
    lines = b"".join(b"%d %s" % (random.Random(n).getrandbits(256), text) for n in range(800))
    found = places(tar({"notes": lines, **{f"{n}.env": text for n in range(200)}}))
    assert {member for member, *_ in found} == {"notes", *(f"{n}.env" for n in range(200))}
