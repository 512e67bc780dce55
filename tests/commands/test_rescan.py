"""Scanning the source of a report again: what is found, and the reason for what is not."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import main
from scanner.commands.rescan import Rescan, rescan
from scanner.commands.source_scans import ReportSource
from scanner.errors import KeycatchError
from scanner.findings import Finding
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules
from scanner.saved.report import SavedReport, read
from scanner.secret import Secret
from scanner.settings import Settings
from scanner.sources.files import FileBlob

Scan = Callable[..., SavedReport]


@pytest.fixture
def scan(clean_environment: Path, repository: Any, monkeypatch: Any, capsys: Any) -> Scan:
    """Run a command in the repository, and read its report."""
    monkeypatch.chdir(repository.root)

    def run(*arguments: str) -> SavedReport:
        main([*arguments, "--format", "json"])
        return read(capsys.readouterr().out.encode())

    return run


def pair(seed: str = "rescan") -> str:
    return expand("aws_access_key_id = {{access_key_id}}\n"
                  "aws_secret_access_key = {{secret_access_key}}\n", seed)  # fmt: skip


def again(report: SavedReport, *directories: str | Path, **more: Any) -> Rescan:
    paths = [os.fspath(each) for each in directories] or ["."]
    settings = Settings(directory=os.getcwd(), exclude=tuple(more.pop("exclude", ())))
    named = bool(directories)
    return rescan(report, ReportSource(load_rules((), ()), settings, paths, is_named=named, **more))


def only(result: Rescan) -> Finding:
    assert not result.missing
    (finding,) = result.findings.values()
    return finding


def reason(result: Rescan) -> str:
    assert not result.findings
    (why,) = result.missing.values()
    return str(why)


def crafted(report: SavedReport, **changes: Any) -> SavedReport:
    """Return the only finding of `report` with other locations."""
    (finding,) = report.findings
    locations = tuple(at._replace(**changes) for at in finding.locations)
    return report._replace(findings=(finding._replace(locations=locations),))


def forget(repository: Any) -> None:
    """Let go of everything that no reference reaches."""
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")


# -- files ---------------------------------------------------------------------------------------


def test_a_credential_is_found_in_full_wherever_it_is_now(scan: Scan) -> None:
    Path("a.env").write_text(pair())
    report = scan("scan", ".")
    Path("a.env").rename("b.env")
    found = only(again(report))
    assert [found.values[role] for role in ("key_id", "secret")] == [
        Secret(each.encode()) for each in pair().split()[2::3]
    ]
    assert found.fingerprint == report.findings[0].fingerprint


def test_what_git_ignores_is_scanned_if_the_rest_does_not_have_it(
    scan: Scan, monkeypatch: Any
) -> None:
    Path(".gitignore").write_text("a.env\nbuild/\n")
    Path("build").mkdir()
    Path("a.env").write_text(pair("one"))
    Path("build/b.env").write_text(pair("two"))
    Path("c.env").write_text(pair("three"))
    reports = [scan("scan", "a.env"), scan("scan", "build"), scan("scan", ".")]
    opened: list[str] = []
    real = FileBlob.read
    monkeypatch.setattr(FileBlob, "read", lambda blob: opened.append(blob.path) or real(blob))
    for report in reports:
        only(again(report))
    assert {os.path.normpath(each) for each in opened} >= {"a.env", "c.env"}
    assert opened.count("c.env") == len(reports)  # once, and not again with what is ignored
    opened.clear()
    only(again(reports[-1]))
    assert "a.env" not in opened


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_and_pipes_are_not_followed(scan: Scan, tmp_path: Path) -> None:
    Path("a.env").write_text(pair())
    report = scan("scan", ".")
    Path("a.env").rename(tmp_path / "a.env")
    os.symlink(tmp_path / "a.env", "a.env")
    os.symlink(tmp_path, "link")
    os.mkfifo("pipe")
    assert reason(again(report)) == "changed"
    assert reason(again(crafted(report, path="link/a.env"))) == "source-gone"
    assert reason(again(crafted(report, path="pipe"))) == "source-gone"


def test_a_lone_part_is_found_when_the_rest_has_come(scan: Scan) -> None:
    Path("a.env").write_text(pair().splitlines()[0])
    report = scan("scan", ".")
    Path("a.env").write_text(pair())
    found = only(again(report))
    assert [*found.values] == ["key_id"]
    assert (found.rule_id, found.severity) == report.findings[0][:2]


def test_why_a_credential_is_not_found(scan: Scan, monkeypatch: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan("scan", ".")
    assert reason(again(report, exclude=["a.env"])) == "excluded"
    assert reason(again(report._replace(kind="dream"))) == "other-kind"
    Path("a.env").write_text(pair().replace("\n", " # keycatch:allow decided\n"))
    assert reason(again(report)) == "allowed"
    Path("a.env").write_text(pair("another"))
    assert reason(again(report)) == "changed"
    Path("a.env").unlink()
    assert reason(again(report)) == "source-gone"
    assert reason(again(crafted(report, path="<stdin>"))) == "stdin"
    assert again(report._replace(findings=())) == Rescan({}, {})


def test_what_cannot_be_read_is_not_said_to_be_gone(scan: Scan, monkeypatch: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan("scan", ".")

    def refuse(*_arguments: Any, **_options: Any) -> int:
        raise PermissionError(13, "no")

    with monkeypatch.context() as patch:  # root may read everything
        patch.setattr(os, "open", refuse)
        assert reason(again(report)) == "unreadable"
    monkeypatch.setattr(FileBlob, "read", lambda _blob: 1 / 0)
    assert reason(again(report)) == "unreadable"


@pytest.mark.parametrize("command", [("scan", "."), ("history",)])
def test_what_is_not_read_to_the_end_is_not_said_to_have_changed(
    command: tuple[str, ...], repository: Any, scan: Scan
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.env", "nothing")
    content = bytearray(file.getvalue())
    content[8] = content[content.index(b"PK\1\2") + 10] = 93  # a compression that nobody reads
    repository.write("a.zip", bytes(content))
    repository.write("a.env", pair())
    repository.commit()
    report = scan(*command)
    Path("a.env").unlink()
    name = repository.git("rev-parse", "HEAD:a.zip").strip()
    moved = {"path": "a.zip"} if command[0] == "scan" else {"object": name}
    made_up = crafted(report, **moved)
    (finding,) = made_up.findings
    other = made_up._replace(findings=(finding._replace(fingerprint="0" * 32),))
    assert reason(again(other)) == "unreadable"


def test_what_is_below_a_directory_that_cannot_be_listed(
    scan: Scan, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "plain" / "sub").mkdir(parents=True)
    (tmp_path / "plain" / "sub" / "a.env").write_text(pair())
    monkeypatch.chdir(tmp_path / "plain")
    report = scan("scan", ".")
    real = os.scandir

    def refuse(path: Any) -> Any:
        if os.path.basename(path) == "sub":
            raise PermissionError(13, "no")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert reason(again(report)) == "unreadable"
    assert reason(again(crafted(report, path="sub-other/a.env"))) == "source-gone"


def test_of_two_copies_the_reason_counts_that_helps_more(scan: Scan) -> None:
    for name in "ab":
        Path(f"{name}.env").write_text(pair())
    report = scan("scan", ".")
    Path("a.env").unlink()
    only(again(report))
    Path("b.env").write_text("nothing")
    assert reason(again(report)) == "source-gone"


def test_other_directories_are_scanned_too(scan: Scan, tmp_path: Path, monkeypatch: Any) -> None:
    Path("a.env").write_text(pair())
    report = scan("scan", os.path.abspath("a.env"))
    source = os.getcwd()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert reason(again(report)) == "source-gone"
    only(again(report, source))
    only(again(report, ".", os.path.relpath(source)))
    monkeypatch.chdir(tmp_path)
    only(again(report, "work", os.path.relpath(source)))
    assert os.getcwd() == os.path.realpath(tmp_path)


# -- git -----------------------------------------------------------------------------------------


def test_what_was_staged(repository: Any, scan: Scan) -> None:
    repository.commit("first")
    repository.write("a.env", pair())
    repository.git("add", "--all")
    report = scan("staged")
    repository.git("rm", "-q", "-f", "--cached", "a.env")
    Path("a.env").unlink()
    # Never committed, and no longer staged: git keeps the object for some weeks.
    only(again(report))
    forget(repository)
    assert reason(again(report)) == "source-gone"


@pytest.mark.parametrize("kind", ["range", "push", "ci", "receive", "history"])
def test_what_commits_brought(kind: str, repository: Any, scan: Scan) -> None:
    repository.commit("first")
    repository.write("sub/a.env", pair())
    repository.commit()
    repository.write("sub/a.env", "nothing")
    repository.commit()
    report = scan("range", "HEAD~2..HEAD")._replace(kind=kind)
    only(again(report))
    only(again(report, "sub"))
    only(again(report, ".git"))
    assert reason(again(report, exclude=["sub/"])) == "excluded"


def test_files_are_scanned_where_there_is_no_repository(
    repository: Any, scan: Scan, tmp_path: Path, monkeypatch: Any
) -> None:
    repository.commit("first")
    repository.write("a.env", pair())
    repository.commit()
    change = scan("range", "HEAD~1..HEAD")
    history = scan("history")
    (tmp_path / "export").mkdir()
    monkeypatch.chdir(tmp_path / "export")
    for content in ("nothing", pair("another")):  # a file at its path is not the object
        Path("a.env").write_text(content)
        assert reason(again(change)) == "source-gone"
    Path("a.env").write_text(pair())
    only(again(change))
    with pytest.raises(KeycatchError, match=r"not a git repository.*with --source"):
        again(history)


def test_content_of_lfs_is_found_in_the_store_and_in_the_files(repository: Any, scan: Scan) -> None:
    name = sha256(pair().encode()).hexdigest()
    stored = repository.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", pair())
    repository.commit("first")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(pair())}\n"
    repository.write("a.bin", pointer)
    repository.commit()
    report = scan("range", "HEAD~1..HEAD")
    only(again(report))
    stored.unlink()
    assert reason(again(report)) == "changed"
    Path("a.bin").write_text(pair())  # as after a checkout with git-lfs
    only(again(report))


def test_a_mark_in_an_object(repository: Any, make_repository: Any, scan: Scan) -> None:
    other = make_repository("other")
    other.write("a.env", pair())
    other.commit()
    report = scan("history", os.fspath(other.root))
    repository.write("a.env", pair().replace("\n", " # keycatch:allow decided\n"))
    repository.commit()
    marked = repository.git("rev-parse", "HEAD:a.env").strip()
    assert reason(again(crafted(report, object=marked))) == "allowed"


def test_names_and_messages(repository: Any, scan: Scan) -> None:
    repository.commit("first")
    key_ids = [pair(seed).split()[2] for seed in ("file", "branch", "message", "tag")]
    repository.write(f"dir/{key_ids[0]}.txt", "text")
    repository.git("add", "--all")
    staged = scan("staged")
    repository.git("commit", "-q", "-m", key_ids[2])
    repository.git("branch", f"try-{key_ids[1]}")
    repository.git("tag", "-a", "-m", key_ids[3], "v1")
    report = scan("history")
    assert len(again(report).findings) == 4
    only(again(staged))
    repository.git("branch", "-q", "-D", f"try-{key_ids[1]}")
    assert [str(each) for each in again(report).missing.values()] == ["changed"]


def test_an_object_that_is_lost_or_damaged(repository: Any, scan: Scan) -> None:
    for name in "ab":
        repository.write(f"{name}.env", pair(name))
    repository.commit()
    report = scan("history")
    name = repository.git("rev-parse", "HEAD:a.env").strip()
    path = repository.root / ".git" / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    result = again(report)
    assert len(result.findings) == 1
    assert [str(each) for each in result.missing.values()] == ["source-gone"]


def test_several_repositories(make_repository: Any, scan: Scan, monkeypatch: Any) -> None:
    roots = []
    for name in ("one", "two"):
        made = make_repository(name)
        made.write("a.env", pair(name))
        made.commit()
        roots.append(os.fspath(made.root))
    report = scan("history", *roots)
    result = again(report, *roots, os.path.join(roots[0], ".git"))
    assert (len(result.findings), result.missing) == (2, {})
    result = again(report, roots[1])
    assert (len(result.findings), len(result.missing)) == (1, 1)
    assert again(report, *reversed(roots)).findings.keys() == again(report, *roots).findings.keys()


def test_a_directory_stands_for_the_repositories_below_it(
    make_repository: Any, scan: Scan, monkeypatch: Any, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        made = make_repository(f"clones/{name}")
        made.write("a.env", pair(name))
        made.commit()
    monkeypatch.chdir(tmp_path)
    report = scan("history", "clones")
    found = again(report, ".", "clones")
    assert not found.missing
    assert found.findings.keys() == {each.fingerprint for each in report.findings}


# -- interrupts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["scan", "history"])
def test_an_interrupt_ends_the_scan_only(
    kind: str, repository: Any, scan: Scan, monkeypatch: Any
) -> None:
    repository.write("a.env", pair())
    repository.commit()
    report = scan(*(("scan", ".") if kind == "scan" else ("history",)))

    def interrupt(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    where = "scanner.engine.examine.Examiner.examine"
    monkeypatch.setattr(where, interrupt)
    result = again(report)
    assert result.is_interrupted
    assert reason(result) == "interrupted"
