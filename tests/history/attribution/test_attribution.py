"""Who, when and where, on repositories in every shape that git can give them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import COMMIT_MESSAGE, TAG_MESSAGE, History, Moment
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.history.attribution.attribution import DANGLING, Attribution, attribute
from scanner.pushed import Pushed

KEY = "the credential\n"
DAY = 86400


def history_of(
    attribution: Attribution,
    objects: Iterable[str],
    names: Iterable[bytes] = (),
    now: float | None = None,
) -> History:
    """Return the history of one credential."""
    (history,) = attribution.histories([(objects, names)], now)
    return history


class Lab:
    """A repository in which every commit is a day after the one before."""

    def __init__(self, repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repository = repository
        self.root: Path = repository.root
        self._monkeypatch = monkeypatch
        self.day = 0
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *arguments: Any, check: bool = True) -> str:
        self._monkeypatch.setenv("GIT_AUTHOR_DATE", f"{10**9 + self.day * DAY} +0200")
        self._monkeypatch.setenv("GIT_COMMITTER_DATE", f"{10**9 + self.day * DAY} +0000")
        found: str = self.repository.git(*arguments, check=check)
        return found.strip()

    def put(self, **files: str | None) -> str:
        """Write and remove files, commit, and return the commit."""
        for name, content in files.items():
            if content is None:
                (self.root / name).unlink()
            else:
                self.repository.write(name, content)
        self.git("add", "--all", "--force")
        return self.commit()

    def commit(self, *options: str) -> str:
        self.day += 1
        self.git("commit", "-q", "--allow-empty", "-m", "change", *options)
        return self.head()

    def merge(self, *options: str) -> str:
        self.day += 1
        self.git("merge", "-q", "--no-ff", "-m", "merge", *options)
        return self.head()

    def mktree(self, entries: Iterable[str]) -> str:
        content = "".join(entries).encode()
        made = subprocess.run(["git", "mktree"], cwd=self.root, input=content, capture_output=True)
        return made.stdout.decode().strip()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def blob(self, content: str = KEY) -> str:
        path = self.root.parent / "blob"
        path.write_text(content)
        return self.git("hash-object", "-w", path)

    def attribute(
        self, *objects: str, names: tuple[bytes, ...] = (), **options: Any
    ) -> Attribution:
        return attribute(Repository(str(self.root)), objects, names, **options)

    def history(self, *contents: str) -> History:
        ids = [self.blob(each) for each in contents or [KEY]]
        return history_of(self.attribute(*ids), ids, now=10**9 + 100 * DAY)

    def places(self, content: str = KEY) -> list[tuple[str, str]]:
        found = self.attribute(self.blob(content)).places(self.blob(content))
        assert {place.scope for place in found} <= {""}
        return [(place.path.decode(), place.moment.commit) for place in found]


@pytest.fixture
def lab(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return Lab(repository, monkeypatch)


def commit_of(moment: Moment | None) -> str:
    return moment.commit if moment else ""


def test_a_key_that_came_and_went(lab: Lab) -> None:
    lab.put(readme="x")
    came = lab.put(key=KEY)
    stayed = lab.put(readme="y")
    went = lab.put(key=None)
    lab.put(readme="z")
    author = "Test <test@example.com>"
    assert lab.history() == History(
        first=Moment(came, author, "2001-09-11T03:46:40+02:00"),
        last=Moment(stayed, author, "2001-09-12T03:46:40+02:00"),
        removed=Moment(went, author, "2001-09-13T03:46:40+02:00"),
        in_head=False,
        pushed=Pushed.NO,
        days=2,
        branches=("main",),
        tags=(),
        held_by=(),
        copies=1,
    )
    assert lab.places() == [("key", came)]


def test_a_key_that_stayed(lab: Lab) -> None:
    came = lab.put(key=KEY)
    head = lab.put(readme="y")
    found = lab.history()
    assert (commit_of(found.first), commit_of(found.last)) == (came, head)
    assert (found.removed, found.in_head, found.days) == (None, True, 99)


def test_a_key_that_came_back(lab: Lab) -> None:
    came = lab.put(key=KEY)
    lab.put(key=None)
    lab.put(key=KEY)
    went = lab.put(key=None)
    found = lab.history()
    assert (commit_of(found.first), commit_of(found.removed)) == (came, went)
    assert lab.places() == [("key", came)]


def test_a_key_that_moved(lab: Lab) -> None:
    came = lab.put(key=KEY)
    moved = lab.put(key=None, other=KEY)
    found = lab.history()
    assert (commit_of(found.first), found.removed, found.in_head) == (came, None, True)
    assert lab.places() == [("key", came), ("other", moved)]


def test_a_copy_that_was_deleted(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.put(other=KEY)
    lab.put(key=None)
    assert lab.history().removed is None
    went = lab.put(other=None)
    assert commit_of(lab.history().removed) == went


def test_a_key_in_a_file_that_changes(lab: Lab) -> None:
    came = lab.put(key=KEY)
    changed = lab.put(key=KEY + "more\n")
    found = lab.history(KEY, KEY + "more\n")
    assert (commit_of(found.first), commit_of(found.last)) == (came, changed)
    assert (found.removed, found.in_head, found.copies) == (None, True, 2)
    assert commit_of(lab.history(KEY).removed) == changed  # of the old content alone


def test_the_author_date_says_what_is_first(lab: Lab) -> None:
    root = lab.put(readme="x")
    lab.git("checkout", "-q", "-b", "late", root)
    lab.day = 50
    late = lab.put(key=KEY)
    lab.git("checkout", "-q", "-b", "early", root)
    lab.day = 5
    early = lab.put(key=KEY)
    assert commit_of(lab.history().first) == early
    assert late != early
    assert lab.places() == [("key", early)]


def test_a_merge_takes_over_a_removal(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.git("branch", "topic")
    went = lab.put(key=None)
    lab.git("checkout", "-q", "topic")
    lab.put(readme="x")
    lab.git("checkout", "-q", "main")
    lab.merge("topic")
    assert commit_of(lab.history().removed) == went


def test_a_merge_brings_a_removal(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.git("checkout", "-q", "-b", "topic")
    went = lab.put(key=None)
    lab.git("checkout", "-q", "main")
    lab.put(readme="x")
    lab.merge("topic")
    assert commit_of(lab.history().removed) == went


def test_a_merge_that_removes(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.git("branch", "topic")
    lab.put(readme="x")
    lab.git("checkout", "-q", "topic")
    lab.put(other="x")
    lab.git("checkout", "-q", "main")
    lab.merge("--no-commit", "topic")
    lab.git("rm", "-q", "key")
    merge = lab.commit()
    assert commit_of(lab.history().removed) == merge


@pytest.mark.parametrize("turned", [False, True])
def test_a_merge_that_takes_the_side_without(lab: Lab, turned: bool) -> None:
    lab.put(readme="x")
    lab.git("checkout", "-q", "-b", "topic")
    came = lab.put(key=KEY)
    lab.git("checkout", "-q", "main")
    lab.put(readme="y")
    if turned:  # the side that the merge takes is its second parent
        lab.git("checkout", "-q", "topic")
        lab.merge("--no-commit", "-s", "ours", "main")
        lab.git("rm", "-q", "-r", ".")
        lab.git("checkout", "main", "--", ".")
        merge = lab.commit()
    else:
        merge = lab.merge("-s", "ours", "topic")
    found = lab.history()
    assert (commit_of(found.first), commit_of(found.removed)) == (came, merge)
    assert (commit_of(found.last), found.in_head) == (came, False)


def test_a_merge_that_drops_what_came_back(lab: Lab) -> None:
    """What one side had removed, and the other had then brought back, was not taken over."""
    lab.put(key=KEY)
    lab.put(key=None)
    lab.git("checkout", "-q", "-b", "topic")
    lab.put(key=KEY)
    lab.git("checkout", "-q", "main")
    merge = lab.merge("-s", "ours", "topic")
    assert commit_of(lab.history().removed) == merge


def test_a_merge_that_introduces(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("checkout", "-q", "-b", "topic")
    lab.put(other="x")
    lab.git("checkout", "-q", "main")
    lab.merge("--no-commit", "topic")
    lab.repository.write("key", KEY)
    lab.git("add", "key")
    merge = lab.commit()
    assert lab.places() == [("key", merge)]
    assert commit_of(lab.history().first) == merge


def test_a_merge_that_brings_it_introduces_nothing(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("checkout", "-q", "-b", "topic")
    came = lab.put(key=KEY)
    lab.git("checkout", "-q", "main")
    lab.put(readme="y")
    lab.merge("topic")
    lab.git("branch", "-D", "topic")
    assert lab.places() == [("key", came)]
    assert lab.history().branches == ("main",)


def test_an_octopus(lab: Lab) -> None:
    lab.put(readme="x")
    for name in ("one", "two"):
        lab.git("checkout", "-q", "-b", name, "main")
        lab.put(**{name: "x"})
    lab.git("checkout", "-q", "-b", "three", "main")
    came = lab.put(key=KEY)
    lab.git("checkout", "-q", "main")
    head = lab.merge("one", "two", "three")
    assert len(lab.git("rev-parse", "HEAD^@").split()) > 2
    found = lab.history()
    assert (commit_of(found.first), commit_of(found.last)) == (came, head)
    assert found.branches == ("main", "three")


def test_a_criss_cross(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.git("branch", "topic")
    went = lab.put(key=None)
    lab.git("checkout", "-q", "topic")
    lab.put(readme="x")
    lab.git("branch", "before")
    lab.merge("main")
    lab.git("checkout", "-q", "main")
    lab.merge("before")
    lab.merge("topic")
    assert commit_of(lab.history().removed) == went


def test_several_roots(lab: Lab) -> None:
    first = lab.put(key=KEY)
    lab.git("checkout", "-q", "--orphan", "island")
    second = lab.put(key=None, copy=KEY)
    assert lab.places() == [("key", first), ("copy", second)]
    lab.git("merge", "-q", "--allow-unrelated-histories", "-m", "merge", "main")
    found = lab.history()
    assert (commit_of(found.first), found.branches) == (first, ("island", "main"))


def test_a_rewritten_history_lives_in_the_reflog(lab: Lab) -> None:
    lab.put(readme="x")
    came = lab.put(key=KEY)
    (lab.root / "key").unlink()
    lab.git("add", "--all")
    lab.commit("--amend")
    found = lab.history()
    assert commit_of(found.first) == came
    assert (found.removed, found.in_head, found.branches) == (None, False, ())
    assert found.held_by == ("reflog of HEAD", "reflog of main")


def test_a_reflog_that_is_no_file(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.put(key=KEY)
    (lab.root / "key").unlink()
    lab.git("add", "--all")
    lab.commit("--amend")
    monkeypatch.setattr("scanner.history.attribution.traces.reflogs", lambda *arguments: [])
    assert lab.history().held_by == ("a reflog",)


def test_what_a_branch_has_is_not_told_of_the_reflog(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.commit("--amend")
    assert lab.history().held_by == ()


def test_every_stash_entry(lab: Lab) -> None:
    lab.put(readme="x")
    for content in (KEY, "y", KEY):
        lab.repository.write("readme", content)
        lab.git("stash", "push", "-q")
    found = lab.history()
    assert found.held_by == ("stash@{0}", "stash@{2}")
    assert (found.removed, found.branches, found.in_head) == (None, (), False)
    lab.repository.write("new", "untracked")
    lab.git("stash", "push", "-q", "--include-untracked")
    assert lab.history("untracked").held_by == ("stash@{0}",)


def test_notes_and_other_references(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("notes", "add", "-m", KEY.strip())
    assert lab.history().held_by == ("refs/notes/commits",)
    lab.git("update-ref", "refs/pull/1/head", "refs/notes/commits")
    assert lab.history().held_by == ("refs/notes/commits", "refs/pull/1/head")


def test_a_detached_head(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("checkout", "-q", "--detach")
    came = lab.put(key=KEY)
    shutil.rmtree(lab.root / ".git" / "logs")
    found = lab.history()
    assert (commit_of(found.first), found.in_head, found.branches) == (came, True, ())
    assert found.held_by == ("HEAD", "index")


def test_linked_work_trees(lab: Lab) -> None:
    lab.put(readme="x")
    for name in ("one", "two"):
        lab.git("worktree", "add", "-q", "--detach", lab.root.parent / name)
    for name, content in (("one", KEY), ("two", "staged")):
        (lab.root.parent / name / "key").write_text(content)
        lab.git("-C", lab.root.parent / name, "add", "key")
    lab.git("-C", lab.root.parent / "one", "commit", "-q", "-m", "change")
    work_tree = "of work tree one"
    assert lab.history().held_by == (f"HEAD {work_tree}", f"index {work_tree}")
    assert lab.history("staged").held_by == ("index of work tree two",)
    # From inside of one of them the others are other ones.
    lab.root = lab.root.parent / "one"
    assert lab.history().in_head
    assert lab.history().held_by == ("HEAD", "index")
    lab.git("-C", lab.root, "checkout", "-q", "--detach", "main")
    assert lab.history().held_by == ("reflog of HEAD",)
    lab.put(readme="lost")  # in the main work tree
    lab.put(readme="y")
    lab.git("reset", "-q", "--hard", "HEAD~2")
    assert lab.history("lost").held_by == ("reflog of HEAD of the main work tree", "reflog of main")
    shutil.rmtree(lab.root.parent / "two")  # its index is in the repository all the same
    assert lab.history("staged").held_by == ("index of work tree two",)
    lab.repository.write("readme", "in the main one")
    lab.git("add", "readme")
    assert lab.history("in the main one").held_by == ("index of the main work tree",)


def test_a_damaged_index_of_another_work_tree(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("worktree", "add", "-q", "--detach", lab.root.parent / "one")
    (lab.root / ".git" / "worktrees" / "one" / "index").write_bytes(b"nonsense")
    with pytest.raises(GitError, match="index of work tree one"):
        lab.history()


def test_the_index(lab: Lab) -> None:
    lab.repository.write("key", KEY)
    lab.repository.write("d/other", "x")
    lab.git("add", "--all")
    found = lab.history()  # without any commit
    assert found == History(None, None, None, False, Pushed.NO_REMOTE, 0, (), (), ("index",), 1)
    assert lab.places() == []
    lab.root /= "d"  # the index is looked at as a whole
    assert lab.history().held_by == ("index",)


def test_what_nothing_holds(lab: Lab) -> None:
    lab.put(readme="x")
    lab.blob()
    assert lab.history().held_by == (DANGLING,)
    assert lab.places() == []


def test_a_commit_that_nothing_holds(lab: Lab) -> None:
    lab.put(readme="x")
    lost = lab.git("commit-tree", "-m", "lost", "HEAD^{tree}")
    found = lab.attribute(lost)
    assert [(place.path, place.moment.commit) for place in found.places(lost)] == [(b"", lost)]
    history = history_of(found, [lost])
    assert (commit_of(history.first), history.held_by) == (lost, (DANGLING,))
    assert history.in_head is False


def test_the_message_of_a_commit(lab: Lab) -> None:
    lab.put(readme="x")
    middle = lab.put(readme="y")
    head = lab.put(readme="z")
    lab.git("tag", "v1", middle)
    found = lab.attribute(middle, head)
    assert [place[0::2] for place in found.places(middle)] == [(b"", COMMIT_MESSAGE)]
    one, other = found.histories([([middle], ()), ([head], ())])
    assert (commit_of(one.first), commit_of(one.last), one.removed) == (middle, middle, None)
    assert (one.in_head, one.tags, one.branches) == (False, ("v1",), ("main",))
    assert (other.in_head, other.tags) == (True, ())


def test_the_message_of_a_commit_that_was_amended(lab: Lab) -> None:
    lab.put(readme="x")
    lost = lab.put(readme="y")
    lab.commit("--amend")
    found = history_of(lab.attribute(lost), [lost])
    assert found.held_by == ("reflog of HEAD", "reflog of main")


def test_the_message_of_a_tag(lab: Lab) -> None:
    commit = lab.put(readme="x")
    lab.git("tag", "-a", "-m", "inner", "inner")
    lab.git("tag", "-a", "-m", "outer", "outer", "inner")
    lab.git("tag", "plain")
    inner, outer = (lab.git("rev-parse", f"refs/tags/{name}") for name in ("inner", "outer"))
    lab.git("tag", "-d", "inner")
    found = lab.attribute(inner, outer)
    for name in (inner, outer):
        place = found.places(name)[0]
        assert (place.path, place.moment.commit, place.scope) == (b"", commit, TAG_MESSAGE)
        history = history_of(found, [name])
        assert (history.tags, history.branches, history.held_by) == (("outer",), (), ())
        assert commit_of(history.first) == commit
    lab.git("tag", "-d", "outer")
    found = lab.attribute(outer)
    assert found.places(outer) == []  # of a tag, which does not count
    assert history_of(found, [outer]).held_by == (DANGLING,)
    found = lab.attribute(inner)
    assert [place.moment.commit for place in found.places(inner)] == [commit]
    assert history_of(found, [inner]).held_by == (DANGLING,)


def test_tags_of_blobs_and_trees(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("update-ref", "refs/odd/blob", lab.blob())
    assert (lab.history().tags, lab.history().held_by) == ((), ("refs/odd/blob",))
    lab.git("tag", "blob", lab.blob())
    assert lab.history().tags == ("blob",)
    assert lab.history().held_by == ()
    lab.repository.write("key", "in a tree")
    lab.git("add", "key")
    tree = lab.git("write-tree")
    lab.git("reset", "-q", "--hard")
    lab.git("tag", "-a", "-m", "x", "tree", tree)
    found = lab.history("in a tree")
    assert (found.first, found.last, found.tags, found.held_by) == (None, None, ("tree",), ())
    assert lab.places("in a tree") == []
    tag = lab.git("rev-parse", "refs/tags/tree")
    assert lab.attribute(tag).places(tag) == []
    assert history_of(lab.attribute(tag), [tag]).first is None


def test_branches_tags_and_remotes(lab: Lab) -> None:
    lab.put(readme="x")
    lab.git("branch", "clean")
    lab.git("update-ref", "refs/remotes/origin/clean", "HEAD")
    came = lab.put(key=KEY)
    lab.git("tag", "light")
    lab.git("tag", "-a", "-m", "x", "heavy")
    assert lab.history().pushed is Pushed.NO
    lab.git("update-ref", "refs/remotes/origin/main", came)
    lab.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    lab.put(key=None)
    found = lab.history()
    assert found.pushed is Pushed.YES
    assert found.branches == ("main", "origin/main")
    assert found.tags == ("heavy", "light")


def test_references_called_head(lab: Lab) -> None:
    came = lab.put(key=KEY)
    lab.put(key=None)
    lab.git("update-ref", "refs/tags/HEAD", came)
    lab.git("update-ref", "refs/heads/HEAD", came)
    assert not lab.history().in_head


def test_names(lab: Lab) -> None:
    lab.put(readme="x")
    name = b"n[*]\xff\n:a"
    folder = os.fsencode(lab.root) + b"/d/" + name
    os.makedirs(folder)
    Path(os.fsdecode(folder + b"/one")).write_text("x")
    Path(os.fsdecode(folder + b"/two")).write_text("x")
    came = lab.put()
    Path(os.fsdecode(folder + b"/one")).unlink()
    Path(os.fsdecode(folder + b"/two")).write_text("y")
    lab.put()
    found = lab.attribute(names=(name, b"n"))
    places = [(place.path, place.moment.commit) for place in found.places(name)]
    assert places == [(b"d/" + name + b"/" + each, came) for each in (b"one", b"two")]
    assert found.places(b"n") == []
    # What limits the search for objects does not limit that for names.
    both = lab.attribute(lab.blob("other"), names=(name,))
    assert both.places(name) == found.places(name)
    history = history_of(found, (), [name])
    assert (commit_of(history.first), history.in_head, history.copies) == (came, True, 0)
    shutil.rmtree(os.fsdecode(folder))
    went = lab.put()
    assert commit_of(history_of(lab.attribute(names=(name,)), (), [name]).removed) == went
    lab.repository.write("staged-name")
    lab.git("add", "--all")
    assert history_of(lab.attribute(names=(b"staged-name",)), (), [b"staged-name"]).held_by == (
        "index",
    )


def test_a_submodule_is_no_content(lab: Lab) -> None:
    commit = lab.put(readme="x")
    lab.git("update-index", "--add", "--cacheinfo", f"160000,{lab.blob()},module")
    lab.commit()
    assert lab.places() == []
    assert lab.history().held_by == (DANGLING,)
    named = lab.attribute(names=(b"module",))
    assert named.places(b"module")[0].moment.commit == lab.head() != commit


def test_a_link(lab: Lab) -> None:
    lab.repository.write("readme")
    os.symlink("target", lab.root / "link")
    commit = lab.put()
    assert lab.places("target") == [("link", commit)]


def test_a_shallow_clone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.put(key=KEY)
    boundary = lab.put(readme="x")
    lab.put(readme="y")
    lab.git("clone", "-q", "--depth=2", f"file://{lab.root}", lab.root.parent / "shallow")
    lab.root = lab.root.parent / "shallow"
    assert lab.places() == [("key", boundary)]


def test_a_clone_without_a_tree(lab: Lab) -> None:
    lab.repository.write("d/key", KEY)
    lab.put()
    lab.put(readme="x")
    tree = lab.git("rev-parse", "HEAD^{tree}")
    (lab.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    blob = lab.blob()
    with pytest.raises(GitError, match="git could not compare trees") as raised:
        lab.attribute(blob)
    assert "\n" not in str(raised.value)


def test_a_damaged_tree_of_which_git_has_another_copy(lab: Lab) -> None:
    lab.repository.write("d/key", KEY)
    came = lab.put()
    tree = lab.git("rev-parse", "HEAD^{tree}")
    lab.git("repack", "-a", "-q")  # without -d: loose objects are kept
    (pack,) = (lab.root / ".git" / "objects" / "pack").glob("*.pack")
    listed = lab.git("verify-pack", "-v", pack).splitlines()
    (offset,) = (int(line.split()[4]) for line in listed if line.startswith(tree))
    content = bytearray(pack.read_bytes())
    content[offset + 8] ^= 0xFF
    pack.chmod(0o644)
    pack.write_bytes(content)
    assert lab.places() == [("d/key", came)]


def test_a_tree_with_billions_of_paths(lab: Lab) -> None:
    lab.put(readme="x")
    entry = f"100644 blob {lab.blob()}"
    for _ in range(10):
        tree = lab.mktree(f"{entry}\t{number}\n" for number in range(10))
        entry = f"040000 tree {tree}"
    lab.git("update-ref", "HEAD", lab.git("commit-tree", tree, "-m", "all of them"))
    with pytest.raises(GitError, match="at more than 50,000 paths"):
        lab.attribute(lab.blob())


def test_a_directory_of_the_same_content_elsewhere(lab: Lab) -> None:
    """Trees of other directories were read before it was known what they contain."""
    lab.repository.write("a/b/c/d/key", KEY)
    first = lab.put()
    for number in range(3):
        lab.repository.write(f"z{number}/y/x/key", KEY)
        lab.repository.write(f"z{number}/y/other", str(number))
    second = lab.put()
    lab.git("repack", "-adfq")
    assert lab.places() == [
        ("a/b/c/d/key", first),
        *((f"z{number}/y/x/key", second) for number in range(3)),
    ]


def test_neither_grafts_nor_replacements_count(lab: Lab) -> None:
    came = lab.put(key=KEY)
    lab.put(key=None)
    head = lab.put(readme="x")
    expected = lab.history()
    assert commit_of(expected.first) == came
    lab.repository.write(".git/info/grafts", f"{head}\n")
    assert lab.history() == expected
    (lab.root / ".git" / "info" / "grafts").unlink()
    lab.git("replace", "--graft", head)
    assert lab.history()._replace(held_by=()) == expected


def test_a_damaged_commit_graph(lab: Lab) -> None:
    lab.put(key=KEY)
    for _ in range(4):
        lab.put(readme=str(lab.day))
    expected = lab.history()
    lab.git("commit-graph", "write", "--reachable")
    path = lab.root / ".git" / "objects" / "info" / "commit-graph"
    whole = path.read_bytes()
    path.chmod(0o644)
    for damaged in (whole[:40], whole[:-60], whole[:1200] + b"\xff" * (len(whole) - 1200), b""):
        path.write_bytes(damaged)
        assert lab.history() == expected


def test_settings_change_nothing(lab: Lab) -> None:
    lab.put(key=KEY)
    lab.put(key=None)
    expected = lab.history()
    lab.repository.write(".mailmap", "Else <else@example.com> <test@example.com>\n")
    for setting in (
        "log.showSignature=true", "log.mailmap=true", "log.date=relative", "diff.renames=copies",
        "i18n.logOutputEncoding=UTF-16", "diff.noprefix=true", "core.quotePath=false",
        "diff.orderFile=/nowhere", "diff.ignoreSubmodules=all", "core.abbrev=4", "log.follow=true",
        "format.pretty=oneline", "diff.external=false", "core.commitGraph=true",
        "diff.relative=true", "log.excludeDecoration=*", "color.ui=always", "log.diffMerges=on",
    ):  # fmt: skip
        lab.git("config", *setting.split("=", 1))
    assert lab.history() == expected


def test_authors_as_they_are(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.git("config", "i18n.commitEncoding", "ISO-8859-1")
    monkeypatch.setenv("GIT_AUTHOR_NAME", os.fsdecode(b"J\xf6rg"))
    lab.put(key=KEY)
    found = lab.history().first
    assert found is not None
    assert os.fsencode(found.author) == b"J\xf6rg <test@example.com>"


def test_one_place_for_each_path(lab: Lab) -> None:
    first = lab.put(a=KEY, b=KEY)
    third = lab.put(c=KEY)
    assert lab.places() == [("a", first), ("b", first), ("c", third)]


def test_sha256(make_repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository("long")
    shutil.rmtree(repository.root / ".git")
    repository.git("init", "-q", "--object-format=sha256")
    repository.git("config", "user.name", "Test")
    repository.git("config", "user.email", "test@example.com")
    lab = Lab(repository, monkeypatch)
    came = lab.put(key=KEY)
    went = lab.put(key=None)
    found = lab.history()
    assert (commit_of(found.first), commit_of(found.removed)) == (came, went)
    assert len(came) == 64


def test_git_is_run_as_often_for_much_as_for_little(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not once for each object, commit or reference."""
    runs: list[str] = []
    run = Repository.run

    def counting(self: Repository, *command: str, **options: Any) -> bytes:
        runs.append(next(word for word in command if word[0] != "-" and "=" not in word))
        return run(self, *command, **options)

    monkeypatch.setattr(Repository, "run", counting)
    ids = []
    counts = []
    for number in range(12):
        lab.put(**{f"key{number}": f"{KEY}{number}"})
        lab.git("tag", f"v{number}")
        ids.append(lab.blob(f"{KEY}{number}"))
        runs.clear()
        found = lab.attribute(*ids)
        found.histories([([each], ()) for each in ids])
        assert all(found.places(each) for each in ids)
        counts.append(len(runs))
    assert counts[1:] == counts[:1] * 11, runs


def test_nothing_to_look_for(lab: Lab) -> None:
    lab.put(readme="x")
    found = lab.attribute()
    assert found.histories([]) == []
    assert history_of(found, []) == History(None, None, None, False, Pushed.NO, 0, (), (), (), 0)


def test_what_was_not_asked_about(lab: Lab) -> None:
    """An object that is not in the repository at all is one that nothing holds."""
    lab.put(readme="x")
    assert history_of(lab.attribute("1" * 40), ["1" * 40]).held_by == (DANGLING,)


def test_a_bare_repository(lab: Lab) -> None:
    came = lab.put(key=KEY)
    blob = lab.blob()
    bare = lab.root.parent / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", lab.root, bare], check=True)
    found = attribute(Repository(str(bare), named=True), [blob])
    assert [place.moment.commit for place in found.places(blob)] == [came]
    assert history_of(found, [blob]).in_head
