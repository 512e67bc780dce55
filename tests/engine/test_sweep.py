"""Reading many blobs: small ones together, large ones in windows, broken ones without a crash."""

from __future__ import annotations

import gzip
import importlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import kinds
from scanner.content import Layer
from scanner.engine import anchors, gather
from scanner.engine import sweep as sweeping
from scanner.engine.examine import Examiner
from scanner.engine.run import ScanJob, run
from scanner.engine.sweep import BATCH, SMALL, sweep
from scanner.findings import Tally
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.sources.interface import TooLarge, Unread
from scanner.sources.windows import OVERLAP, windows

RULES = load_rules((), ())
EXAMINER = Examiner(RULES)
SIZE = 2 * OVERLAP + 1000


class FakeBlob:
    """Content in memory, read like a file."""

    object = ""
    shareable = True

    def __init__(self, path, data, *, large=False, size=SIZE):
        self.path, self.data, self.large, self.size = path, data, large, size

    def read(self):
        if isinstance(self.data, Exception):
            raise self.data
        if self.large:
            raise TooLarge
        return self.data

    def windows(self):
        stream = io.BytesIO(self.data)
        yield from windows(stream.read, self.size)


def places(findings):
    return sorted(
        (at.path, at.role, at.start_line, at.start_column) for f in findings for at in f.locations
    )


def report_of(*blobs):
    return run("scan", list(blobs), Tally(), ScanJob(RULES, jobs=1))


# -- batches --------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "x\n", "A" * 39, "word " * 900]), st.booleans()), max_size=8
    )
)
@settings(max_examples=60, deadline=None)
def test_small_files_are_told_apart(contents):
    made = Generator(3)
    blobs, expected = [], []
    for number, (before, planted) in enumerate(contents):
        key_id = made.access_key_id()
        text = before + (f"\n{key_id}" if planted else "")
        blobs.append(FakeBlob(f"f{number}", text.encode()))
        if planted:
            expected.append((f"f{number}", "key_id", 1 + text.count("\n"), 1))
    swept = sweep(EXAMINER, blobs)
    assert places(swept.findings) == sorted(expected)
    assert swept.tally.blobs == len(blobs)
    assert swept.tally.bytes == sum(len(blob.data) for blob in blobs)


def test_nothing_is_found_across_two_files(made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    blobs = [key_id[:10], key_id[10:], "", secret[:20], secret[20:], "AK", "IA"]
    assert (
        sweep(EXAMINER, [FakeBlob(str(n), part.encode()) for n, part in enumerate(blobs)]).findings
        == []
    )


@pytest.mark.parametrize("size", [0, SMALL - 21, SMALL, SMALL + 1, BATCH, anchors.PIECE + 7])
def test_a_credential_at_the_end_of_a_file_of_any_size(size, made):
    key_id = made.access_key_id()
    data = b"." * size + b"\n" + key_id.encode()
    around = [FakeBlob("a", b"a"), FakeBlob("b", data), FakeBlob("c", b"c")]
    assert places(sweep(EXAMINER, around).findings) == [("b", "key_id", 2, 1)]


# -- windows --------------------------------------------------------------------------------------


@given(
    st.integers(0, 4 * SIZE - 500),
    st.sampled_from(["words of text ", "line\n", "\u00e9\U0001f511\r\n", "a/b/c-"]),
)
@settings(max_examples=40, deadline=None)
def test_a_pair_anywhere_in_a_large_file_is_found_once(offset, filler):
    made = Generator(offset)
    key_id, secret = made.access_key_id(), made.secret_access_key()
    planted = f'\nid = "{key_id}"\nsecret = "{secret}"\n'
    unit = filler.encode()
    count = offset // len(unit)
    data = unit * count + planted.encode() + unit * ((4 * SIZE) // len(unit) - count)
    swept = sweep(EXAMINER, [FakeBlob("big", data, large=True)])
    [found] = swept.findings
    assert found.rule_id == "aws-access-key-pair"
    layer = Layer(data)
    expected = {
        (role, *layer.place(data.index(value.encode()), data.index(value.encode()) + len(value)))
        for role, value in (("key_id", key_id), ("secret", secret))
    }
    assert {(at.role, *at[2:6]) for at in found.locations} == expected
    assert swept.tally.bytes == len(data)
    assert swept.tally.blobs == 1


def test_archives_larger_than_a_window_are_decoded_whole(made):
    text = f"aws_access_key_id={made.access_key_id()}\n"
    text += f"aws_secret_access_key={made.secret_access_key()}\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("noise.bin", made.raw(SIZE))
        archive.writestr("conf/aws.ini", text)
    for data in (packed.getvalue(), gzip.compress(made.raw(SIZE) + b"\n" + text.encode())):
        blob = FakeBlob("big", data, large=True, size=SIZE // 2 + OVERLAP)
        assert len(data) > blob.size
        swept = sweep(EXAMINER, [blob])
        assert [found.rule_id for found in swept.findings] == ["aws-access-key-pair"]
        assert swept.tally.notices == []
        assert swept.tally.bytes == len(data)


def test_an_archive_too_large_to_be_decoded_whole_makes_the_scan_incomplete(monkeypatch, made):
    monkeypatch.setattr(sweeping, "MAX_LAYER_BYTES", SIZE)
    packed = gzip.compress(made.raw(3 * SIZE))
    key = f"\n{made.access_key_id()}\n".encode()
    swept = sweep(EXAMINER, [FakeBlob("big.gz", packed + key, large=True)])
    assert "decoder-limit" in [notice.reason for notice in swept.tally.notices if notice.hides]
    # What stands in the open is still found.
    assert [found.rule_id for found in swept.findings] == ["aws-access-key-id"]
    assert swept.tally.bytes == len(packed + key)


# -- what cannot be read --------------------------------------------------------------------------


def test_unread_blobs_are_counted_by_reason(made):
    partial = made.access_key_id().encode()
    report = report_of(
        FakeBlob("a", Unread("vanished", "gone", hides=False)),
        FakeBlob("b", Unread("unreadable", "Permission denied", hides=True)),
        FakeBlob("c", Unread("changed-while-read", "changed", hides=True, partial=partial)),
        FakeBlob("d", b"clean"),
    )
    assert report.tally.skipped == {"vanished": 1, "unreadable": 1, "changed-while-read": 1}
    assert [notice.path for notice in report.incomplete] == ["b", "c"]
    assert places(report.findings) == [("c", "key_id", 1, 1)]
    assert report.tally.blobs == 2


def test_a_stream_that_breaks_off_keeps_what_was_found(made):
    class Broken(FakeBlob):
        def windows(self):
            yield from super().windows()
            raise Unread("unreadable", "Input/output error", hides=True)

    data = made.access_key_id().encode() + b"\n" + b"x " * SIZE
    report = report_of(Broken("b", data, large=True))
    assert places(report.findings) == [("b", "key_id", 1, 1)]
    assert [notice.reason for notice in report.incomplete] == ["unreadable"]


SECRET_MESSAGE = "wrong value: " + "x" * 12


@pytest.fixture
def broken_detector(monkeypatch):
    """Make the detector of key IDs fail with a message that quotes content."""
    real = kinds.load

    def load(name):
        if name != "access_key_id":
            return real(name)

        def fail(rule, layer, match):
            raise RuntimeError(f"cannot judge {layer.data[match.start : match.end]!r}")

        return real(name)._replace(detect=fail)

    monkeypatch.setattr(gather, "load", load)


def test_a_crash_in_a_detector_is_a_notice_without_content(broken_detector, made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    text = f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n{key_id}\n".encode()
    for blob in (FakeBlob("x", text), FakeBlob("x", text, large=True)):
        report = report_of(blob, FakeBlob("y", f"secret_access_key={secret[::-1]}".encode()))
        # It costs what that detector would have found, and nothing else.
        assert [found.rule_id for found in report.findings] == ["aws-secret-access-key"] * 2
        [notice] = report.incomplete
        assert (notice.reason, notice.path) == ("internal-error", "x")
        assert "RuntimeError at test_sweep.py:" in notice.detail
        assert key_id[:12] not in notice.detail


def test_a_crash_anywhere_else_costs_one_file(monkeypatch, made):
    # The module is of the same name as the function in it.
    judging = importlib.import_module("scanner.engine.judge")
    judge = judging.judge

    def fail(path, *args):
        if path == "bad":
            raise ValueError(f"quotes {args!r}")
        return judge(path, *args)

    monkeypatch.setattr(judging, "judge", fail)
    key_id = made.access_key_id()
    report = report_of(*(FakeBlob(name, key_id.encode()) for name in ("a", "bad", "c")))
    assert places(report.findings) == [("a", "key_id", 1, 1), ("c", "key_id", 1, 1)]
    [notice] = report.incomplete
    assert notice.path == "bad"
    assert key_id[:12] not in notice.detail


def test_a_crash_while_reading_costs_one_file(made):
    key_id = made.access_key_id()
    report = report_of(FakeBlob("bad", OverflowError("boom")), FakeBlob("good", key_id.encode()))
    assert places(report.findings) == [("good", "key_id", 1, 1)]
    assert [(notice.reason, notice.path) for notice in report.incomplete] == [
        ("internal-error", "bad")
    ]


def test_a_crash_in_a_decoder_costs_that_decoder(monkeypatch, made):
    from scanner.decoders import DECODERS
    from scanner.engine import catalogue

    def fail(layer, offsets, budget):
        yield Layer(b"nothing", below=layer, decoder="gzip")
        raise RuntimeError(layer.data)

    broken = [d._replace(decode=fail) if d.name == "gzip" else d for d in DECODERS]
    monkeypatch.setattr(catalogue.Catalogue.__init__, "__defaults__", (broken,))
    data = gzip.compress(b"x") + b"\n" + made.access_key_id().encode()
    examined = Examiner(RULES).examine("x", data)
    assert [found.rule_id for found in examined.findings] == ["aws-access-key-id"]
    assert [notice.reason for notice in examined.tally.notices] == ["internal-error"]


# -- names ----------------------------------------------------------------------------------------


def test_a_credential_in_a_file_name_is_found_and_masked(made):
    key_id, secret = made.access_key_id(), made.secret_access_key().replace("/", "x")
    report = report_of(
        FakeBlob(f"backup/{key_id}.txt", b"clean"),
        FakeBlob(f"keys/{key_id}:{secret}", made.access_key_id().encode()),
        FakeBlob("other", b"clean"),
    )
    by_rule = {found.rule_id: found for found in report.findings}
    assert by_rule.keys() == {"aws-access-key-pair", "aws-access-key-id"}
    pair = by_rule["aws-access-key-pair"]
    assert {value.reveal().decode() for value in pair.values.values()} == {key_id, secret}
    assert {at.decoded for at in pair.locations} == {("path",)}
    assert {(at.start_line, at.start_column) for at in pair.locations} == {(1, 8), (1, 6), (1, 27)}
    everything = repr(report.findings)
    assert key_id not in everything
    assert secret not in everything
    assert f"keys/AKIA****{key_id[-4:]}:" in everything
    # The name of the file is masked for what was found in its content, too.
    assert by_rule["aws-access-key-id"].locations[0].path.startswith("keys/AKIA****")


@pytest.mark.parametrize(
    "encode", [lambda v: "".join(f"%{ord(c):02X}" if c in "/+" else c for c in v)]
)
def test_an_encoded_credential_in_a_name_is_masked(encode, made):
    secret = "/" + made.secret_access_key()[1:-1] + "+"
    name = f"s3a:,{made.access_key_id()}:{encode(secret)}@bucket"
    report = report_of(FakeBlob(name, b"clean"))
    [found] = report.findings
    assert found.values["secret"].reveal().decode() == secret
    assert encode(secret) not in repr(report.findings)


def test_names_of_what_cannot_be_read_are_masked(made):
    key_id = made.access_key_id()
    report = report_of(FakeBlob(f"a/{key_id}", Unread("unreadable", f"bad {key_id}", hides=True)))
    [notice] = report.incomplete
    assert key_id not in repr(notice)
    assert notice.path == f"a/AKIA****{key_id[-4:]}"
    assert [found.rule_id for found in report.findings] == ["aws-access-key-id"]


def test_a_value_found_in_content_is_masked_in_the_names_of_other_files(made):
    key_id, secret = made.access_key_id(), made.secret_access_key().replace("/", "x")
    text = f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n".encode()
    name = f"x{secret}y"  # a run of 42 characters: in itself it is nothing
    report = report_of(FakeBlob("conf", text), FakeBlob(name, made.access_key_id().encode()))
    assert secret not in repr(report.findings)


def test_names_in_archives(made):
    key_id = made.access_key_id()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"keys/{key_id}.txt", f"see {made.old_access_key_id()}")
    report = report_of(FakeBlob("a.zip", packed.getvalue()))
    assert len(report.findings) == 2
    assert key_id not in repr(report.findings)
    [name] = [f for f in report.findings if f.values["key_id"].reveal().decode() == key_id]
    assert name.locations[0].decoded == ("path",)
    assert name.locations[0].start_column == 6


def test_undecodable_names(made):
    key_id = made.access_key_id()
    report = report_of(FakeBlob(f"caf\udce9/{key_id}/\udcff", b"clean"))
    [found] = report.findings
    assert found.locations[0].path == f"caf\udce9/AKIA****{key_id[-4:]}/\udcff"


def test_ordinary_names_cost_no_precise_look(monkeypatch):
    looked = []
    monkeypatch.setattr(Examiner, "examine_name", lambda self, path: looked.append(path))
    report_of(*(FakeBlob(f"src/main/java/com/example/Thing{n}.java", b"") for n in range(100)))
    assert looked == []
