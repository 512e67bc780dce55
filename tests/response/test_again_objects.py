"""Credentials of git's objects, found again: of the index, of commits, of whole histories."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.commands import main
from scanner.errors import KeycatchError
from scanner.findings import Finding, Head, Location
from scanner.kinds.examples import expand
from scanner.response.again import Recovered
from scanner.response.again_files import Directories
from scanner.response.again_objects import Repositories
from scanner.saved.report import SavedReport, read
from scanner.secret import Secret

Scan = Callable[..., SavedReport]


@pytest.fixture
def scan(repository: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Scan:
    """Run a command in the repository, and read its report."""
    monkeypatch.chdir(repository.root)

    def run(*arguments: str) -> SavedReport:
        main([*arguments, "--format", "json"])
        return read(capsys.readouterr().out.encode())

    return run


@pytest.fixture
def plain(repository: Any, scan: Scan) -> SavedReport:
    """The report of a history in which one pair was found."""
    repository.write("a.env", pair())
    repository.commit()
    return scan("history")


def pair(seed: str = "objects") -> str:
    template = (
        "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
    )
    return expand(template, seed)


def key_id(seed: str = "objects") -> str:
    return pair(seed).split()[2]


def values_of(text: str) -> dict[str, Secret]:
    known, secret = (line.rpartition(" ")[2] for line in text.splitlines())
    return {"key_id": Secret(known.encode()), "secret": Secret(secret.encode())}


def only(recovered: Recovered) -> Finding:
    assert not recovered.missing
    (finding,) = recovered.findings.values()
    return finding


def reason(recovered: Recovered) -> str:
    assert not recovered.findings
    (why,) = recovered.missing.values()
    return str(why)


def crafted(report: SavedReport, **changes: Any) -> SavedReport:
    """Return the only finding of `report` with other locations."""
    (finding,) = report.findings
    locations = tuple(at._replace(**changes) for at in finding.locations)
    return report._replace(findings=(finding._replace(locations=locations),))


def loose(repository: Any, name: str) -> Path:
    path: Path = repository.root / ".git" / "objects" / name[:2] / name[2:]
    return path


def forget(repository: Any) -> None:
    """Let go of everything that no reference reaches."""
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")


# -- the index and commits -----------------------------------------------------------------------


def test_what_was_staged(repository: Any, scan: Scan, again: Any) -> None:
    repository.commit("first")
    repository.write("a.env", pair())
    repository.git("add", "--all")
    report = scan("staged")
    repository.git("rm", "-q", "-f", "--cached", "a.env")
    (repository.root / "a.env").unlink()
    # Never committed, and no longer staged: git keeps the object for some weeks.
    assert only(again(report)).values == values_of(pair())
    forget(repository)
    assert reason(again(report)) == "source-gone"


@pytest.mark.parametrize("kind", ["range", "push", "ci", "receive"])
def test_what_commits_brought(kind: str, repository: Any, scan: Scan, again: Any) -> None:
    repository.commit("first")
    repository.write("a.env", pair())
    repository.commit()
    repository.write("a.env", "nothing")
    repository.commit()
    report = scan("range", "HEAD~2..HEAD")._replace(kind=kind)
    assert only(again(report)).values == values_of(pair())
    repository.git("checkout", "-q", "HEAD~2")
    only(again(report))
    for branch in ("main", "master"):
        repository.git("branch", "-q", "-D", branch, check=False)
    forget(repository)
    assert reason(again(report)) == "source-gone"


def test_another_directory(repository: Any, scan: Scan, again: Any, tmp_path: Path) -> None:
    repository.commit("sub/first")
    repository.write("a.env", pair())
    repository.commit()
    report = scan("range", "HEAD~1..HEAD")
    os.chdir(tmp_path)
    with pytest.raises(KeycatchError, match=r"not a git repository.*with --source"):
        again(report)
    only(again(report, repository.root))
    only(again(report, repository.root / "sub"))
    only(again(report, repository.root / ".git"))
    shutil.rmtree(repository.root / ".git")
    with pytest.raises(KeycatchError, match="not a git repository"):
        again(report, repository.root)


def test_messages_of_commits_and_tags(repository: Any, scan: Scan, again: Any) -> None:
    repository.commit("first")
    repository.git("commit", "-q", "--allow-empty", "-m", pair("message"))
    repository.git("tag", "-a", "-m", pair("tag"), "v1")
    for command in (("range", "HEAD~1..v1"), ("history",)):
        report = scan(*command)
        recovered = again(report)
        assert not recovered.missing
        assert again(report, is_excluded_in_repository=lambda _path: True) == recovered
        # A range names a commit and not the tag on it.
        assert len(recovered.findings) == (1 if command[0] == "range" else 2)


def test_a_large_content_and_one_that_is_encoded(repository: Any, scan: Scan, again: Any) -> None:
    repository.commit("first")
    repository.write("a.log", "nothing to see here\n" * 900_000 + pair("large"))
    repository.write("a.b64", base64.b64encode(pair("encoded").encode()))
    repository.commit()
    recovered = again(scan("range", "HEAD~1..HEAD"))
    assert (len(recovered.findings), recovered.missing) == (2, {})


def test_what_a_pointer_of_lfs_stands_for(repository: Any, scan: Scan, again: Any) -> None:
    from hashlib import sha256

    name = sha256(pair().encode()).hexdigest()
    repository.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", pair())
    repository.commit("first")
    repository.write(
        "a.bin",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(pair())}\n",
    )
    repository.commit()
    report = scan("range", "HEAD~1..HEAD")
    only(again(report))
    # A history has not looked there, so what looks like one does not either.
    assert reason(again(report._replace(kind="history"))) == "changed"
    shutil.rmtree(repository.root / ".git" / "lfs")
    assert reason(again(report)) == "source-gone"


def test_a_file_that_the_configuration_excludes(repository: Any, scan: Scan, again: Any) -> None:
    repository.write("vendor/a.env", pair())
    repository.commit()
    report = scan("history")
    asked: list[str] = []

    def is_excluded(path: str) -> bool:
        asked.append(path)
        return path.startswith("vendor/")

    recovered = again(report, is_excluded_in_repository=is_excluded)
    assert reason(recovered) == "excluded"
    assert set(asked) == {"vendor/a.env"}


def test_a_mark_in_the_object(repository: Any, scan: Scan, again: Any) -> None:
    """Such as a server reports that heeds no marks."""
    repository.write("b.env", pair())
    repository.write("a.env", pair().replace("\n", " # keycatch:allow decided\n"))
    repository.commit()
    report = scan("history")
    marked = repository.git("rev-parse", "HEAD:a.env").strip()
    assert reason(again(crafted(report, object=marked))) == "allowed"


def test_a_fingerprint_that_nothing_has(repository: Any, scan: Scan, again: Any) -> None:
    repository.write("a.env", pair())
    repository.commit()
    report = scan("history")
    (finding,) = report.findings
    made_up = report._replace(findings=(finding._replace(fingerprint="0" * 32),))
    assert reason(again(made_up)) == "changed"


@pytest.mark.parametrize(
    "name", ["HEAD", "HEAD:a.env", "0" * 40, "f" * 64, "--batch-all-objects", "a\nb", "../x"]
)
def test_names_that_are_no_objects(name: str, repository: Any, scan: Scan, again: Any) -> None:
    """They are never given to git: a line feed would ask for one object more."""
    repository.write("a.env", pair())
    repository.commit()
    report = scan("history")
    assert reason(again(crafted(report, object=name))) == "source-gone"
    nameless = crafted(report, object="", commit=name, decoded=("path",))
    assert reason(again(nameless)) == "source-gone"


def test_a_location_that_is_neither_object_nor_name(
    repository: Any, scan: Scan, again: Any
) -> None:
    """A file of the work tree is not read for a report about git."""
    repository.write("a.env", pair())
    repository.commit()
    assert reason(again(crafted(scan("history"), object=""))) == "other-kind"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a.env", "a/../b", "a//b", "a\0b", "\ud800", ""]
)
def test_paths_that_git_cannot_have_are_no_question_of_exclusion(
    path: str, repository: Any, scan: Scan, again: Any
) -> None:
    """To ask for one, links are followed, which must not lead anywhere."""
    repository.write("a.env", pair())
    repository.commit()
    asked: list[str] = []

    def is_excluded(path: str) -> bool:
        asked.append(path)
        os.path.realpath(path)
        return True

    only(again(crafted(scan("history"), path=path), is_excluded_in_repository=is_excluded))
    assert set(asked) <= {"a\0b", "\ud800"}


def test_a_repository_with_sha256(
    make_repository: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, again: Any
) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    made = make_repository("sha256")
    made.write("a.env", pair())
    made.commit()
    monkeypatch.chdir(made.root)
    main(["history", "--format", "json"])
    report = read(capsys.readouterr().out.encode())
    assert len(report.findings[0].locations[0].object) == 64
    only(again(report))


HEX = st.sampled_from(["0123456789abcdef" * 4, "f" * 40, "0" * 40, ""])
TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a.env", "../a.env", "/", "one", "one/a.env", "refs/heads/main", "****"]),
    st.sampled_from(["\ud800", "a\0b", "****/\0", "\udcff"]),
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from(["scan", "staged", "range", "history", "dream"]),
    changes=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "path": TEXT,
                "object": HEX,
                "commit": HEX,
                "scope": st.sampled_from(["history", "reference-name", "index", "x", ""]),
                "decoded": st.sampled_from([(), ("path",), ("zip", "path"), ("x",)]),
            },
        ),
        max_size=3,
    ),
    heads=st.lists(TEXT, max_size=2),
    fingerprint=st.sampled_from(["", "0" * 32]),
)
def test_whatever_a_report_says_nothing_else_is_found(
    kind: str,
    changes: list[dict[str, Any]],
    heads: list[str],
    fingerprint: str,
    plain: SavedReport,
    again: Any,
) -> None:
    (finding,) = plain.findings
    first = finding.locations[0]
    locations = tuple(first._replace(**each) for each in changes) or finding.locations
    made_up = finding._replace(locations=locations, fingerprint=fingerprint or finding.fingerprint)
    report = plain._replace(
        kind=kind, findings=(made_up,), heads=tuple(Head(name, "0" * 40) for name in heads)
    )
    recovered = again(report)
    assert recovered.findings.keys() | recovered.missing.keys() == {made_up.fingerprint}
    for found in recovered.findings.values():
        assert (found.fingerprint, found.values) == (finding.fingerprint, values_of(pair()))


# -- a history -----------------------------------------------------------------------------------


def test_a_whole_history(repository: Any, scan: Scan, again: Any) -> None:
    for number in range(4):
        repository.write(f"{number}.env", pair(str(number)) + "# a line\n" * 50)
        repository.commit()
    repository.git("rm", "-q", "0.env")
    repository.commit("a", "b")
    repository.git("gc", "-q")  # into a pack, with deltas
    report = scan("history")
    recovered = again(report)
    assert not recovered.missing
    assert recovered.findings.keys() == {each.fingerprint for each in report.findings}
    assert len(recovered.findings) == 4


def test_only_objects_that_the_report_names_are_read(
    repository: Any, scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.response import again_objects

    repository.write("a.env", pair())
    for number in range(3):
        repository.commit(f"{number}.txt")
    report = scan("history")
    asked: list[str] = []
    real = again_objects.ObjectReader

    def reader(repository: Any, names: Any) -> Any:
        asked.extend(names)
        return real(repository, names)

    monkeypatch.setattr(again_objects, "ObjectReader", reader)
    only(again(report))
    assert asked == [repository.git("rev-parse", "HEAD:a.env").strip()]


def test_a_pair_in_two_commits(repository: Any, scan: Scan, again: Any) -> None:
    first, second = pair().splitlines()
    repository.write("a.env", first)
    repository.commit()
    repository.write("a.env", second)
    repository.commit()
    report = scan("history")
    assert "different versions" in report.findings[0].evidence[0]
    found = only(again(report))
    assert found.values == values_of(pair())
    assert found.fingerprint == report.findings[0].fingerprint
    assert {at.role for at in found.locations} == {"key_id", "secret"}


def test_half_of_such_a_pair_is_gone(repository: Any, scan: Scan, again: Any) -> None:
    first, second = pair().splitlines()
    repository.write("a.env", first)
    repository.commit()
    repository.write("a.env", second)
    repository.commit()
    report = scan("history")
    loose(repository, repository.git("rev-parse", "HEAD~1:a.env").strip()).unlink()
    assert reason(again(report)) == "source-gone"


def test_a_damaged_object(repository: Any, scan: Scan, again: Any) -> None:
    repository.write("a.env", pair("damaged"))
    repository.write("b.env", pair("whole"))
    repository.commit()
    report = scan("history")
    path = loose(repository, repository.git("rev-parse", "HEAD:a.env").strip())
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    recovered = again(report)
    assert {each.values["key_id"] for each in recovered.findings.values()} == {
        Secret(key_id("whole").encode())
    }
    assert [str(each) for each in recovered.missing.values()] == ["source-gone"]


def test_credentials_in_names(repository: Any, scan: Scan, again: Any) -> None:
    repository.write(f"dir-{key_id('dir')}/a", "text")
    repository.write(f"b/{key_id('file')}.txt", "text")
    repository.commit()
    repository.git("branch", f"try-{key_id('branch')}")
    repository.write(f"{key_id('index')}.txt", "text")
    repository.git("add", "--all")
    report = scan("history")
    assert len(report.findings) == 4
    recovered = again(report)
    assert not recovered.missing
    assert recovered.findings.keys() == {each.fingerprint for each in report.findings}
    repository.git("branch", "-q", "-D", f"try-{key_id('branch')}")
    assert [str(each) for each in again(report).missing.values()] == ["changed"]


def test_a_secret_that_is_the_name_of_a_file(repository: Any, scan: Scan, again: Any) -> None:
    """Together with the slash before it, which can be a part of one, it would be none."""
    secrets = (pair(str(seed)).split()[5] for seed in range(99))
    repository.write(f"dir/{next(each for each in secrets if '/' not in each)}", "text")
    repository.commit()
    only(again(scan("history")))


@pytest.mark.parametrize("command", [("staged",), ("range", "HEAD~1..HEAD")])
def test_credentials_in_names_of_a_change(
    command: tuple[str, ...], repository: Any, scan: Scan, again: Any
) -> None:
    repository.commit("first")
    repository.write(f"dir-{key_id('dir')}/{key_id('file')}", "text")
    # One that is none in any part of the path alone.
    form = "codecommit/user {{service_user_name}}/password {{service_password}}"
    repository.write(expand(form, "x"), "text")
    repository.git("add", "--all")
    if command[0] == "range":
        repository.git("commit", "-q", "-m", "change")
    report = scan(*command)
    assert len(report.findings) == 3
    recovered = again(report)
    assert not recovered.missing
    assert len(recovered.findings) == 3


def test_an_interrupt_ends_the_search_only(
    repository: Any, scan: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.git.objects import ObjectReader

    repository.write("a.env", pair())
    repository.commit()
    report = scan("history")

    def interrupt(_reader: ObjectReader) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(ObjectReader, "next_size", interrupt)
    recovered = again(report)
    assert recovered.is_interrupted
    assert reason(recovered) == "interrupted"


def test_an_object_that_nothing_reaches(repository: Any, scan: Scan, again: Any) -> None:
    repository.commit("first")
    repository.write("a.env", pair())
    repository.git("add", "--all")
    repository.git("rm", "-q", "-f", "--cached", "a.env")
    report = scan("history")
    assert report.findings[0].locations[0].path == ""
    only(again(report, is_excluded_in_repository=lambda _path: True))


# -- several repositories ------------------------------------------------------------------------


@pytest.fixture
def two(make_repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of two repositories, each with a credential."""
    for name in ("one", "two"):
        made = make_repository(f"all/{name}")
        made.write("a.env", pair(name))
        made.commit()
    monkeypatch.chdir(tmp_path / "all")
    return tmp_path / "all"


@pytest.fixture
def history(two: Path, capsys: Any) -> Scan:
    def run(*repositories: str | Path) -> SavedReport:
        main(["history", *map(str, repositories), "--format", "json"])
        return read(capsys.readouterr().out.encode())

    return run


def test_two_repositories(two: Path, history: Scan, again: Any, tmp_path: Path) -> None:
    report = history("one", "two")
    assert [head.repository for head in report.heads] == ["one", "two"]
    for directories in ((), (".",), (two,), ("one", "two"), (two / "two" / ".git", two / "one")):
        recovered = again(report, *directories)
        assert (len(recovered.findings), recovered.missing) == (2, {}), directories
    os.chdir(tmp_path)
    assert {str(each) for each in again(report).missing.values()} == {"no-repository"}
    recovered = again(report, two / "two")
    assert len(recovered.findings) == len(recovered.missing) == 1


def test_repositories_elsewhere_have_to_be_named(two: Path, history: Scan, again: Any) -> None:
    for names in ((two / "one", two / "two"), ("../all/one", "../all/two")):
        report = history(*names)
        os.chdir(two / "one")
        assert {str(each) for each in again(report, ".").missing.values()} == {"outside"}
        recovered = again(report, two / "one", two / "two")
        assert (len(recovered.findings), recovered.missing) == (2, {})
        os.chdir(two)


def test_a_pair_in_two_commits_of_one_of_two_repositories(
    make_repository: Any, two: Path, history: Scan, again: Any
) -> None:
    made = make_repository("all/three")
    for line in pair("three").splitlines():
        made.write("b.env", line)
        made.commit()
    report = history("one", "three")
    recovered = again(report)
    assert (len(recovered.findings), recovered.missing) == (2, {})


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_a_repository_elsewhere(two: Path, history: Scan, again: Any) -> None:
    report = history("one", "two")
    (two / "two").rename(two.parent / "moved")
    os.symlink("../moved", "two")
    assert [str(each) for each in again(report).missing.values()] == ["outside"]


def test_bare_repositories(two: Path, history: Scan, again: Any, make_repository: Any) -> None:
    for name in ("one", "two"):
        (two / name / ".git").rename(two / f"{name}.git")
        shutil.rmtree(two / name)
    report = history("one.git", "two.git")
    assert len(report.findings) == 2
    assert not again(report).missing
    # Within a work tree anybody can have committed what looks like one.
    make_repository("all")
    assert {str(each) for each in again(report).missing.values()} == {"no-repository"}
    assert not again(report, "one.git", "two.git").missing


def test_a_file_that_is_excluded_in_one_of_two(two: Path, history: Scan, again: Any) -> None:
    asked: list[str] = []
    report = history("one", "two")
    again(report, is_excluded_in_repository=lambda path: asked.append(path) or False)
    assert set(asked) == {"a.env"}


def test_the_longest_name_of_a_repository_counts(
    two: Path, history: Scan, again: Any, make_repository: Any
) -> None:
    made = make_repository("all/one/sub")
    made.write("b.env", pair("sub"))
    made.commit()
    make_repository("all/one-without-commits")
    report = history("one", "one/sub", "one-without-commits")
    directories = Directories([os.fspath(two)])
    repositories = Repositories(report.heads, [], directories, named=True)
    assert repositories.split("one/sub/b.env") == ("one/sub", "b.env")
    assert repositories.split("one/a.env") == ("one", "a.env")
    assert repositories.split("one-without-commits/a.env") == ("", "one-without-commits/a.env")


def test_each_repository_is_opened_once_and_each_object_read_once(
    two: Path, history: Scan, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.response import again_objects

    shutil.rmtree("two")
    shutil.copytree("one", "two")
    report = history("one", "two")
    asked: list[str] = []
    real = again_objects.ObjectReader

    def reader(repository: Any, names: Any) -> Any:
        asked.extend(names)
        return real(repository, names)

    monkeypatch.setattr(again_objects, "ObjectReader", reader)
    only(again(report))
    assert len(asked) == 1
    directories = Directories([os.fspath(two)])
    paths = ["one", os.fspath(two / "one" / ".git")]
    assert len(Repositories(report.heads, paths, directories, named=True).opened) == 2


def test_a_repository_that_was_called_by_a_full_stop(two: Path, history: Scan, again: Any) -> None:
    os.chdir("one")
    report = history(".", "../two")
    assert {head.repository for head in report.heads} == {".", "../two"}
    assert [str(each) for each in again(report).missing.values()] == ["outside"]
    shutil.rmtree(".git/objects")
    os.mkdir(".git/objects")
    assert sorted(map(str, again(report).missing.values())) == ["outside", "source-gone"]


def test_names_of_repositories_that_somebody_has_made_up(
    two: Path, history: Scan, again: Any
) -> None:
    report = history("one", "two")
    for name in ("..", "/", "a\0b", "\ud800", "x" * 5000, "one/../../all/one", "****"):
        heads = tuple(head._replace(repository=name) for head in report.heads)
        found = crafted_all(report._replace(heads=heads), lambda at, name=name: f"{name}/{at.path}")
        recovered = again(found)
        if name != "one/../../all/one":
            assert not recovered.findings, name


def crafted_all(report: SavedReport, path: Callable[[Location], str]) -> SavedReport:
    findings = tuple(
        each._replace(locations=tuple(at._replace(path=path(at)) for at in each.locations))
        for each in report.findings
    )
    return report._replace(findings=findings)
