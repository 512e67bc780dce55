"""Credentials of a scan of files, found again: encodings, archives, names, links, hostile paths."""

from __future__ import annotations

import base64
import errno
import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.commands import main
from scanner.findings import Confidence, Finding, Tally, fingerprint_of
from scanner.reports.interface import View
from scanner.reports.json_report import render
from scanner.response.again import Recovered, Source, find_again
from scanner.response.again_reading import Log, Missing, Watched, words
from scanner.rulebook.examples import expand
from scanner.rulebook.model import Rule
from scanner.saved.report import SavedReport, read
from scanner.secret import Secret
from scanner.sources.interface import TooLarge, Unread, Window

Scan = Callable[..., SavedReport]
VIEW = View(
    show_secrets=False, color=False, verbosity=0, fail_on=Confidence.MEDIUM, rules=(), exit_code=1
)


@pytest.fixture
def scan(
    clean_environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> Scan:
    """Scan in `src` below the temporary directory, and read the report."""
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")

    def run(*arguments: str) -> SavedReport:
        main(["scan", *arguments, "--format", "json"])
        return read(capsys.readouterr().out.encode())

    return run


def pair(seed: str = "again") -> str:
    template = (
        "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
    )
    return expand(template, seed)


def values_of(text: str) -> dict[str, Secret]:
    key_id, secret = (line.rpartition(" ")[2] for line in text.splitlines())
    return {"key_id": Secret(key_id.encode()), "secret": Secret(secret.encode())}


def only(recovered: Recovered) -> Finding:
    assert not recovered.missing
    (finding,) = recovered.findings.values()
    return finding


def reason(recovered: Recovered) -> str:
    assert not recovered.findings
    (why,) = recovered.missing.values()
    assert words(why)
    return str(why)


def crafted(report: SavedReport, path: str, **changes: Any) -> SavedReport:
    """Return the only finding of `report` as if it stood in the file at `path`."""
    (finding,) = report.findings
    locations = tuple(at._replace(path=path, **changes) for at in finding.locations)
    return report._replace(findings=(finding._replace(locations=locations),))


# -- what is found again -------------------------------------------------------------------------


def test_a_pair_as_it_was(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    assert "****" in report.findings[0].values["secret"]
    found = only(again(report))
    assert found.values == values_of(pair())
    assert found.fingerprint == report.findings[0].fingerprint
    assert found.locations == report.findings[0].locations


def test_a_pair_on_other_lines(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").write_text(f"# one\n# two\nregion = eu-west-1\n{pair()}")
    found = only(again(report))
    assert [at.start_line for at in found.locations] == [4, 5]


def test_a_report_with_its_secrets_needs_the_source_all_the_same(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".", "--show-secrets")
    assert "****" not in report.findings[0].values["secret"]
    assert only(again(report)).values == values_of(pair())
    Path("a.env").unlink()
    assert reason(again(report)) == "source-gone"


def test_the_partition_of_the_text_is_known_again(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(f"region = cn-north-1\n{pair()}")
    assert only(again(scan("."))).partition == "aws-cn"


def test_a_copy_with_a_partition_is_preferred(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    Path("b.env").write_text(f"region = cn-north-1\n{pair()}")
    assert only(again(scan("."))).partition == "aws-cn"


@pytest.mark.parametrize("shown", [(), ("--show-secrets",)])
def test_halves_of_a_pair_in_two_files_are_joined(
    shown: tuple[str, ...], scan: Scan, again: Any
) -> None:
    """As they are after a file was divided: what a scan takes for two credentials by now."""
    Path("a.env").write_text(pair())
    report = scan(".", *shown)
    first, second = pair().splitlines()
    Path("b.env").write_text(second)
    Path("a.env").write_text(f"region = cn-north-1\n{first}")
    (finding,) = report.findings
    key_id, secret = finding.locations
    places = (key_id, secret._replace(path="b.env"))
    divided = report._replace(findings=(finding._replace(locations=places),))
    found = only(again(divided))
    assert found.values == values_of(pair())
    assert (found.rule_id, found.partition) == ("aws-access-key-pair", "aws-cn")
    assert [(at.role, at.path) for at in found.locations] == [
        ("key_id", "a.env"),
        ("secret", "b.env"),
    ]
    # Without the file of the other half there is no pair.
    assert reason(again(report)) == "changed"


def test_halves_of_different_pairs_are_not_joined(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair("one"))
    Path("b.env").write_text(pair("two"))
    report = scan(".")
    one, two = report.findings
    values = {"key_id": one.values["key_id"], "secret": two.values["secret"]}
    known = {"key_id": values_of(pair("one"))["key_id"], "secret": values_of(pair("two"))["secret"]}
    mixed = one._replace(
        fingerprint="0" * 32, values=values, locations=(*one.locations, *two.locations)
    )
    assert reason(again(report._replace(findings=(mixed,)))) == "changed"
    # Who knows both halves, and so has the fingerprint, can have them joined.
    mixed = mixed._replace(fingerprint=fingerprint_of(known))
    assert only(again(report._replace(findings=(mixed,)))).values == known


def test_a_lone_key_id_stays_alone_when_its_secret_has_come(scan: Scan, again: Any) -> None:
    first, _ = pair().splitlines()
    Path("a.env").write_text(first)
    report = scan(".")
    Path("a.env").write_text(pair())
    found = only(again(report))
    assert list(found.values) == [at.role for at in found.locations] == ["key_id"]


def test_only_files_that_the_report_names_are_read(
    scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.sources.files import FileBlob

    Path("a.env").write_text(pair())
    report = scan(".")
    Path("b.env").write_text(pair("other"))
    opened: list[str] = []
    real = FileBlob.read
    monkeypatch.setattr(FileBlob, "read", lambda self: opened.append(self.path) or real(self))
    only(again(report))
    assert [os.path.basename(path) for path in opened] == ["a.env"]


def test_a_large_file(scan: Scan, again: Any) -> None:
    Path("a.log").write_text("nothing to see here\n" * (1 << 20) + pair())
    report = scan(".")
    found = only(again(report))
    assert found.locations[0].start_line == (1 << 20) + 1
    Path("a.log").write_text("nothing to see here\n" * (1 << 20))
    assert reason(again(report)) == "changed"


def test_a_blob_that_fails_when_half_of_it_is_read() -> None:
    class Half:
        path, object, shareable = "a.log", "", False

        def read(self) -> bytes:
            raise TooLarge

        def windows(self) -> Iterator[Window]:
            raise Unread("unreadable", "no more", hides=True)
            yield

    log = Log()
    blob = Watched("a.log", Half(), "key", log)
    with pytest.raises(TooLarge):
        blob.read()
    assert log.read == {"key"}
    with pytest.raises(Unread):
        next(blob.windows())
    assert (log.read, log.failed) == (set(), {"key": Missing.UNREADABLE})


def zipped(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/a.env", text)
    return file.getvalue()


def tarred(text: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("inner/a.env")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return file.getvalue()


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "base64": base64.b64encode,
    "base64 block": base64.encodebytes,
    "gzip": lambda text: gzip.compress(text, mtime=0),
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text, mtime=0)),
    "zip": zipped,
    "tar": tarred,
    "zip in zip": lambda text: zipped(zipped(text)),
    "utf-16": lambda text: text.decode().encode("utf-16"),
    "json": lambda text: json.dumps({"file": text.decode()}).encode(),
    "percent": lambda text: b"".join(
        b"%%%02X" % each if each in b"/+=\n " else bytes((each,)) for each in text
    ),
    "escapes": lambda text: b"".join(
        b"\\u%04x" % each if each in b"/+=" else bytes((each,)) for each in text
    ),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding(name: str, scan: Scan, again: Any) -> None:
    Path("a.bin").write_bytes(ENCODINGS[name](pair().encode()))
    report = scan(".")
    assert report.findings, "the scan has to find it"
    recovered = again(report)
    assert not recovered.missing
    assert recovered.findings.keys() == {each.fingerprint for each in report.findings}


NAMES = st.sampled_from(["a.env", "b/c.txt", "b/d e.json", "\u00fcml\u00e4ut.py", "b/e/f.bin"])
SNIPPETS = st.sampled_from(
    [
        "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n",
        "{{access_key_id}}",
        "aws_secret_access_key: {{secret_access_key}}",
        "key = {{access_key_id}}\n\n# see below\nsecret = '{{secret_access_key}}'\n",
        "smtp_password: {{ses_smtp_password}}\n",
    ]
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    tree=st.dictionaries(
        NAMES,
        st.lists(
            st.tuples(SNIPPETS, st.sampled_from(sorted(ENCODINGS)), st.integers(0, 9)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
    )
)
def test_whatever_a_scan_finds_is_found_again(
    tree: dict[str, list[tuple[str, str, int]]],
    rules: tuple[Rule, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from scanner.engine.run import ScanJob, run
    from scanner.sources import tree as source

    root = tmp_path_factory.mktemp("tree")
    for name, pieces in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = [ENCODINGS[how](expand(text, str(seed)).encode()) for text, how, seed in pieces]
        whole = [each for each in content if each[:2] in (b"PK", b"\x1f\x8b", b"\xff\xfe")]
        path.write_bytes(whole[0] if whole else b"\n".join(content))
    tally = Tally()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        found = run("scan", source.blobs(["."], tally), tally, ScanJob(rules, jobs=1))
    report = read("".join(render(found, VIEW)).encode())
    recovered = find_again(report, Source(rules, [str(root)], named=True))
    assert not recovered.missing
    assert {key: each.values for key, each in recovered.findings.items()} == {
        each.fingerprint: each.values for each in found.findings
    }


# -- what is not found again ---------------------------------------------------------------------


def test_a_file_that_was_changed(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").write_text(pair("another"))
    assert reason(again(report)) == "changed"


def test_a_file_that_is_gone(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").unlink()
    assert reason(again(report)) == "source-gone"


def test_one_of_two_copies_is_enough(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    Path("b.env").write_text(pair())
    report = scan(".")
    Path("a.env").unlink()
    assert {at.path for at in only(again(report)).locations} == {"b.env"}
    Path("b.env").write_text("nothing")
    # Of several reasons that is told which can be done something about.
    assert reason(again(report)) == "source-gone"
    (finding,) = report.findings
    places = tuple(
        at._replace(path="../b.env") if at.path == "b.env" else at for at in finding.locations
    )
    assert reason(again(report._replace(findings=(finding._replace(locations=places),)))) == (
        "outside"
    )


def test_a_fingerprint_that_nothing_has(scan: Scan, again: Any) -> None:
    """Neither its place nor its redacted values make a credential the one of the report."""
    Path("a.env").write_text(pair())
    report = scan(".")
    (finding,) = report.findings
    made_up = report._replace(findings=(finding._replace(fingerprint="0" * 32),))
    assert reason(again(made_up)) == "changed"


def test_standard_input(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    assert reason(again(crafted(report, "<stdin>"))) == "stdin"
    # What is a file after all is read.
    Path("a.env").rename("<stdin>")
    only(again(crafted(report, "<stdin>")))


def test_a_mark_that_was_set_since(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").write_text(pair().replace("\n", " # keycatch:allow decided\n"))
    assert reason(again(report)) == "allowed"


def test_a_file_that_the_configuration_excludes(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    asked: list[str] = []

    def is_excluded(path: str) -> bool:
        asked.append(path)
        return True

    assert reason(again(report, is_excluded=is_excluded)) == "excluded"
    assert asked == [os.path.abspath("a.env")]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PermissionError(errno.EACCES, "no"), "unreadable"),
        (FileNotFoundError(errno.ENOENT, "no"), "source-gone"),
        (IsADirectoryError(errno.EISDIR, "no"), "not-a-file"),
    ],
)
def test_a_file_that_cannot_be_opened(
    error: OSError, why: str, scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")

    def refuse(*_arguments: Any, **_options: Any) -> int:
        raise error

    with monkeypatch.context() as patch:  # root may read everything
        patch.setattr(os, "open", refuse)
        assert reason(again(report)) == why


def test_a_defect_of_ours_costs_one_file(
    scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.sources.files import FileBlob

    Path("a.env").write_text(pair())
    report = scan(".")
    monkeypatch.setattr(FileBlob, "read", lambda _blob: 1 / 0)
    assert reason(again(report)) == "unreadable"


def test_a_report_of_another_kind(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    assert reason(again(scan(".")._replace(kind="dream"))) == "other-kind"


def test_a_report_without_findings(scan: Scan, again: Any) -> None:
    assert again(scan(".")) == Recovered({}, {})


def test_an_interrupt_ends_the_search_only(
    scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.sources.files import FileBlob

    Path("a.env").write_text(pair())
    report = scan(".")

    def interrupt(_blob: FileBlob) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(FileBlob, "read", interrupt)
    recovered = again(report)
    assert recovered.is_interrupted
    assert reason(recovered) == "interrupted"


# -- where the source is -------------------------------------------------------------------------


def test_another_directory(scan: Scan, again: Any, tmp_path: Path) -> None:
    Path("sub").mkdir()
    Path("sub/a.env").write_text(pair())
    report = scan(".")
    os.chdir(tmp_path)
    assert reason(again(report)) == "source-gone"
    only(again(report, "src"))
    only(again(report, tmp_path / "src"))


def test_absolute_paths_below_the_source(scan: Scan, again: Any, tmp_path: Path) -> None:
    Path("a.env").write_text(pair())
    report = scan(os.path.abspath("a.env"))
    assert os.path.isabs(report.findings[0].locations[0].path)
    only(again(report))
    (tmp_path / "elsewhere").mkdir()
    assert reason(again(report, tmp_path / "elsewhere")) == "outside"
    # A further directory is one more that may be read.
    only(again(report, tmp_path / "elsewhere", tmp_path / "src"))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_source_that_is_a_link(scan: Scan, again: Any, tmp_path: Path) -> None:
    Path("a.env").write_text(pair())
    report = scan(os.path.realpath("a.env"))
    os.symlink("src", tmp_path / "link")
    only(again(report, tmp_path / "link"))
    only(again(crafted(report, "a.env"), tmp_path / "link"))


def test_paths_that_lead_up_and_back(scan: Scan, again: Any) -> None:
    Path("sub").mkdir()
    Path("a.env").write_text(pair())
    report = scan(os.path.join("sub", "..", "a.env"))
    assert ".." in report.findings[0].locations[0].path
    only(again(report))


def test_paths_of_windows(scan: Scan, again: Any) -> None:
    Path("sub").mkdir()
    Path("sub/a.env").write_text(pair())
    report = scan(".")
    only(again(crafted(report, "sub\\a.env")))
    assert reason(again(crafted(report, "..\\a.env"))) == "outside"
    assert reason(again(crafted(report, "C:\\sub\\a.env"))) in ("source-gone", "outside")


@pytest.mark.skipif(os.name == "nt", reason="there a backslash is no part of a name")
def test_a_backslash_in_a_name(scan: Scan, again: Any) -> None:
    Path("sub\\a.env").write_text(pair())
    only(again(scan(".")))


@pytest.mark.skipif(os.name != "posix", reason="there names are Unicode")
def test_names_that_are_no_unicode(scan: Scan, again: Any) -> None:
    with open(b"caf\xe9.env", "w") as file:
        file.write(pair())
    report = scan(".")
    assert report.findings[0].locations[0].path == "caf\udce9.env"
    only(again(report))


# -- names with credentials in them --------------------------------------------------------------


def test_a_credential_in_the_name_of_a_file(scan: Scan, again: Any) -> None:
    first, _ = pair().splitlines()
    key_id = first.rpartition(" ")[2]
    Path(f"dir-{key_id}").mkdir()
    Path(f"dir-{key_id}/{key_id}.txt").write_text("text")
    Path(f"dir-{key_id}/other.txt").write_text("text")
    report = scan(".")
    assert all("****" in at.path for at in report.findings[0].locations)
    assert only(again(report)).values["key_id"] == Secret(key_id.encode())


def test_a_credential_in_a_file_with_a_credential_in_its_name(scan: Scan, again: Any) -> None:
    first, _ = pair("name").splitlines()
    Path(f"{first.rpartition(' ')[2]}.env").write_text(pair())
    report = scan(".")
    recovered = again(report)
    assert not recovered.missing
    assert len(recovered.findings) == 2


def test_a_credential_in_the_name_of_a_member(scan: Scan, again: Any) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{pair().split()[2]}.txt", b"text")
    Path("a.zip").write_bytes(file.getvalue())
    only(again(scan(".")))


def test_a_masked_name_is_matched_in_little_time(scan: Scan, again: Any) -> None:
    """Names of 255 characters against a pattern that would take a regular expression for ever."""
    Path("a" * 250).write_text("text")
    Path("a.env").write_text(pair())
    report = scan(".")
    assert reason(again(crafted(report, "a" + "****a" * 40 + "b"))) == "source-gone"
    assert reason(again(crafted(report, "a.env****v"))) == "source-gone"
    only(again(crafted(report, "a.e****v")))


# -- paths that somebody has made up -------------------------------------------------------------

HOSTILE = [
    "../secret.env",
    "./../secret.env",
    "sub/../../secret.env",
    "../src-beside/secret.env",
    "{parent}/secret.env",
    "//{parent}/secret.env",
    "..",
    "../****.env",
    "link/secret.env",
    "link/****.env",
    "link.env",
    "loop/loop/loop",
]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_outside_of_the_source_is_opened(
    path: str, scan: Scan, again: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").unlink()
    Path("sub").mkdir()
    (tmp_path / "secret.env").write_text(pair())
    (tmp_path / "src-beside").mkdir()
    (tmp_path / "src-beside" / "secret.env").write_text(pair())
    os.symlink("..", "link")
    os.symlink("../secret.env", "link.env")
    os.symlink("loop", "loop")
    opened = _opened(monkeypatch)
    recovered = again(crafted(report, path.format(parent=tmp_path)))
    assert reason(recovered) in ("outside", "source-gone")
    inside = os.path.realpath(".")
    real = [os.path.realpath(each) for each in opened]
    assert [each for each in real if each != inside and not each.startswith(f"{inside}/")] == []
    # What the user names may be read.
    if path != "loop/loop/loop" and path != "..":
        only(again(crafted(report, path.format(parent=tmp_path)), ".", tmp_path))


def _opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by whatever is opened or listed."""
    opened: list[str] = []
    for name in ("open", "listdir", "scandir"):
        real = getattr(os, name)

        def watched(path: Any, *arguments: Any, _real: Any = real, **options: Any) -> Any:
            result = _real(path, *arguments, **options)
            opened.append(os.fsdecode(path))
            return result

        monkeypatch.setattr(os, name, watched)
    return opened


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_that_stay_inside(scan: Scan, again: Any) -> None:
    """As a scan: of a link that it comes across the text, of one that is given the file."""
    Path("a.env").write_text(pair())
    os.symlink("a.env", "link.env")
    report = scan("link.env")
    assert report.findings[0].locations[0].path == "link.env"
    only(again(report))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_a_file_that_is_excluded(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair())
    os.symlink("a.env", "link.env")
    report = scan("link.env")
    recovered = again(report, is_excluded=lambda path: path.endswith("/a.env"))
    assert reason(recovered) == "excluded"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_the_text_of_a_link_that_leads_somewhere(scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair("link").split()[2])
    report = scan(".")
    Path("a.env").rename(f"{pair('link').split()[2]}")
    Path(pair("link").split()[2]).write_text("text")
    os.symlink(pair("link").split()[2], "link")
    only(again(crafted(report, "link")))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_the_text_of_a_link(scan: Scan, again: Any) -> None:
    os.symlink(f"x/{pair('link').split()[2]}", "dangling")
    report = scan(".")
    assert only(again(report)).locations[0].path == "dangling"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_pipes_devices_and_directories_are_not_opened(
    scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.env").write_text(pair())
    report = scan(".")
    Path("a.env").unlink()
    os.mkfifo("pipe")
    os.symlink("pipe", "link")
    Path("sub").mkdir()
    opened = _opened(monkeypatch)
    for path in ("pipe", "link", "sub", "sub/", "."):
        assert reason(again(crafted(report, path))) in ("not-a-file", "outside"), path
    assert [each for each in opened if os.path.basename(each) in ("pipe", "sub")] == []
    monkeypatch.undo()
    assert reason(again(crafted(report, "/dev/zero"), "/dev")) == "not-a-file"


@pytest.mark.parametrize(
    "path", ["", "a\0b", "\ud800", "x" * 5000, "a.env/b", "con", "nul", "****", "****/\0/****"]
)
def test_names_that_no_file_can_have(path: str, scan: Scan, again: Any) -> None:
    Path("a.env").write_text(pair("elsewhere"))
    report = scan(".")
    Path("a.env").write_text("nothing")
    assert reason(again(crafted(report, path))) in ("source-gone", "outside", "changed")


def test_every_reason_has_words_and_is_documented() -> None:
    assert len({words(each) for each in Missing}) == len(Missing)
    page = (Path(__file__).resolve().parents[2] / "docs" / "liveness.md").read_text("utf-8")
    assert [each for each in Missing if f"\n| `{each}` |" not in page] == []
