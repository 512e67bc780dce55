"""`keycatch history`: every place where git keeps text, each with one credential in it."""

from __future__ import annotations

import base64
import gzip
import io
import shutil
import zipfile
from typing import Any

import pytest


def place(finding: dict[str, Any]) -> tuple[str, str, str]:
    """Return path, scope and commit of the first location."""
    found = finding["locations"][0]
    return found["path"], found.get("scope", ""), found.get("commit", "")


def redacted(key_id: str) -> str:
    """Return how a key ID is shown in a name, also where values are shown in full."""
    return f"{key_id[:4]}****{key_id[-4:]}"


# -- references -----------------------------------------------------------------------------------

REFERENCES = (
    "refs/heads/other",
    "refs/heads/feature/deep/name",
    "refs/tags/v1",
    "refs/remotes/origin/main",
    "refs/remotes/fork/topic",
    "refs/pull/7/head",
    "refs/merge-requests/7/head",
    "refs/changes/01/1/1",
    "refs/keep-around/1",
    "refs/original/refs/heads/main",
    "refs/bisect/bad",
    "refs/rewritten/onto",
    "refs/anything",
)


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference(past: Any, plant: Any, reference: str) -> None:
    key = plant.key_id()
    first = past.put("a", "text\n")
    commit = past.put("keys/id", key)
    past.git("update-ref", reference, commit)
    past.git("reset", "-q", "--hard", first)
    shutil.rmtree(past.root / ".git" / "logs")
    found = past.only(key)
    assert place(found) == ("keys/id", "history", commit)
    history = found["history"]
    assert not history["in_head"]
    # No remote is configured, and without reflogs it may have been cloned.
    assert history["pushed"] is (True if reference.startswith("refs/remotes/") else None)
    named = history["branches"] + history["tags"] + history["held_by"]
    assert [name for name in named if reference.endswith(name)], named


def test_a_detached_head(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("checkout", "-q", "--detach")
    commit = past.put("b", key)
    found = past.only(key)
    assert place(found) == ("b", "history", commit)
    assert found["history"]["in_head"]
    assert found["history"]["branches"] == []
    assert "HEAD" in found["history"]["held_by"]


def test_only_a_reflog(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    commit = past.put("b", key)
    past.git("reset", "-q", "--hard", "HEAD~1")
    found = past.only(key)
    assert place(found) == ("b", "history", commit)
    assert not found["history"]["in_head"]
    assert found["history"]["held_by"] == ["reflog of HEAD", "reflog of main"]


def test_the_reflog_of_a_linked_work_tree(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("worktree", "add", "-q", "--detach", str(past.root.parent / "linked"))
    linked = past.root.parent / "linked"
    (linked / "b").write_text(key)
    past.git("-C", str(linked), "add", "b")
    past.git("-C", str(linked), "commit", "-qm", "b")
    past.git("-C", str(linked), "reset", "-q", "--hard", "HEAD~1")
    for cwd, suffix in ((past.root, " of work tree linked"), (linked, "")):
        found = past.only(key, cwd=cwd)
        assert place(found)[:2] == ("b", "history")
        assert found["history"]["held_by"] == [f"reflog of HEAD{suffix}"]


# -- the stash ------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["index", "work tree", "untracked"])
@pytest.mark.parametrize("entry", [0, 1])
def test_a_stash(past: Any, plant: Any, part: str, entry: int) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.put("b", "text\n")
    if part == "untracked":
        past.write("new", key)
    else:
        past.write("a", key)
        if part == "index":
            past.git("add", "a")
            past.write("a", "something else\n")
    past.git("stash", "--include-untracked")
    for _ in range(entry):
        past.write("b", "more\n")
        past.git("stash")
    found = past.only(key)
    assert place(found)[:2] == ("new" if part == "untracked" else "a", "history")
    assert f"stash@{{{entry}}}" in found["history"]["held_by"]
    assert not found["history"]["in_head"]


# -- notes, and objects that nothing refers to ----------------------------------------------------


def test_a_note(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("notes", "add", "-m", key)
    found = past.only(key)
    assert place(found)[1] == "history"
    assert found["history"]["held_by"] == ["refs/notes/commits"]


def test_a_note_of_another_kind(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("notes", "--ref", "review", "add", "-m", key)
    assert past.only(key)["history"]["held_by"] == ["refs/notes/review"]


def test_a_dangling_blob(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    name = past.store(f"key = {key}\n")
    found = past.only(key)
    (location,) = found["locations"]
    assert (location["object"], location["start_line"], location["start_column"]) == (name, 1, 7)
    assert not location.get("commit")
    assert found["history"]["first"] is None
    assert found["history"]["held_by"] == ["nothing: until git gc deletes it"]


def test_a_dangling_commit(past: Any, plant: Any) -> None:
    key, other = plant.key_id(), plant.key_id()
    past.put("a", "text\n")
    tree = past.git("rev-parse", "HEAD^{tree}")
    commit = past.git("commit-tree", tree, "-m", f"in the message: {key}")
    found = past.only(key)
    assert place(found)[1:] == ("commit-message", commit)
    # And what only such a commit has.
    past.write("b", other)
    past.git("add", "b")
    past.git("commit-tree", past.git("write-tree"), "-m", "b")
    past.git("rm", "-q", "--cached", "b")
    findings = past.scan(1, "--show-secrets").report()["findings"]
    assert {each["values"]["key_id"] for each in findings} == {key, other}


def test_a_dangling_tag_and_tree(past: Any, plant: Any) -> None:
    key, other = plant.key_id(), plant.key_id()
    commit = past.put("a", "text\n")
    past.store(f"object {commit}\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\n{key}\n", "tag")
    blob = past.store("text\n")
    past.repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{other}")
    past.git("write-tree")
    past.git("read-tree", "HEAD")
    findings = past.scan(1, "--show-secrets").report()["findings"]
    assert {each["values"]["key_id"] for each in findings} == {key, other}


def test_the_index(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.write("deploy/b", key)
    past.git("add", "deploy/b")
    found = past.only(key)
    assert found["history"]["held_by"] == ["index"]
    past.git("reset", "-q")
    (past.root / "deploy/b").unlink()
    found = past.only(key)
    assert found["history"]["held_by"] == ["nothing: until git gc deletes it"]


def test_the_index_before_any_commit(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.write("b", key)
    past.git("add", "b")
    assert past.only(key)["history"]["held_by"] == ["index"]


def test_the_index_of_a_linked_work_tree(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    linked = past.root.parent / "linked"
    past.git("worktree", "add", "-q", str(linked))
    (linked / "b").write_text(key)
    past.git("-C", str(linked), "add", "b")
    assert past.only(key)["history"]["held_by"] == ["index of work tree linked"]
    assert past.only(key, cwd=linked)["history"]["held_by"] == ["index"]


def test_a_name_in_the_index(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.write(f"b/{key}.txt", "text\n")
    past.git("add", "--all")
    found = past.only(key)
    assert found["history"]["held_by"] == ["index"]
    assert found["locations"][0]["path"] == f"{redacted(key)}.txt"


# -- commits and tags -----------------------------------------------------------------------------


def test_a_commit_message(past: Any, plant: Any) -> None:
    key = plant.key_id()
    commit = past.put("a", "text\n", f"subject\n\nbody\n\n{key}\n")
    past.put("a", "other\n")
    found = past.only(key)
    assert place(found) == ("commit message", "commit-message", commit)
    assert found["locations"][0]["object"] == commit
    assert found["history"]["first"]["commit"] == commit
    assert found["history"]["branches"] == ["main"]


@pytest.mark.parametrize("who", ["AUTHOR", "COMMITTER"])
@pytest.mark.parametrize("part", ["NAME", "EMAIL"])
def test_people(
    past: Any, plant: Any, monkeypatch: pytest.MonkeyPatch, who: str, part: str
) -> None:
    key = plant.key_id()
    monkeypatch.setenv(f"GIT_{who}_{part}", key)
    commit = past.put("a", "text\n")
    monkeypatch.delenv(f"GIT_{who}_{part}")
    past.put("a", "other\n")
    assert place(past.only(key)) == ("commit message", "commit-message", commit)


@pytest.mark.parametrize("header", ["encoding", "x-deploy-key", "gpgsig-extra", "HG:extra"])
def test_other_headers_of_a_commit(past: Any, plant: Any, header: str) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    tree = past.git("rev-parse", "HEAD^{tree}")
    commit = past.store(
        f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n{header} {key}\n\nm\n",
        "commit",
    )
    past.git("update-ref", "refs/heads/other", commit)
    assert place(past.only(key)) == ("commit message", "commit-message", commit)


@pytest.mark.parametrize("of", ["HEAD", "HEAD:a", "HEAD^{tree}", "inner"])
@pytest.mark.parametrize("part", ["message", "tagger", "name"])
def test_a_tag(past: Any, plant: Any, monkeypatch: pytest.MonkeyPatch, of: str, part: str) -> None:
    key = plant.key_id()
    commit = past.put("a", "text\n")
    past.git("tag", "-a", "inner", "-m", "inner")
    if part == "tagger":
        monkeypatch.setenv("GIT_COMMITTER_NAME", key)
    name = key if part == "name" else "outer"
    past.git("tag", "-a", name, of, "-m", key if part == "message" else "text")
    monkeypatch.delenv("GIT_COMMITTER_NAME", raising=False)
    found = past.only(key)
    scopes = {each["scope"] for each in found["locations"]}
    # The name of an annotated tag stands in the tag as well.
    assert scopes == ({"tag-message", "reference-name"} if part == "name" else {"tag-message"})
    tagged = next(each for each in found["locations"] if each["scope"] == "tag-message")
    assert tagged["object"] == past.git("rev-parse", name)
    assert tagged.get("commit", "") == (commit if of in ("HEAD", "inner") else "")
    shown = name.replace(key, redacted(key))
    assert shown in found["history"]["tags"]


def test_the_inner_of_nested_tags(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("tag", "-a", "one", "-m", key)
    inner = past.git("rev-parse", "one")
    past.git("tag", "-a", "two", "one", "-m", "text")
    past.git("tag", "-a", "three", "two", "-m", "text")
    past.git("tag", "-d", "one", "two")
    found = past.only(key)
    assert found["locations"][0]["object"] == inner
    assert found["history"]["tags"] == ["three"]


@pytest.mark.parametrize("what", ["blob", "tree"])
def test_what_only_a_tag_has(past: Any, plant: Any, what: str) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    name = past.store(key)
    if what == "tree":
        past.git("update-index", "--add", "--cacheinfo", f"100644,{name},keys")
        name = past.git("write-tree")
        past.git("read-tree", "HEAD")
    past.git("tag", "light", name)
    past.git("tag", "-a", "heavy", name, "-m", "text")
    found = past.only(key)
    assert found["history"]["tags"] == ["heavy", "light"]


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "{}.txt", "key-{}", "{}/file", "a/{}/b/file"])
def test_a_file_name(past: Any, plant: Any, form: str) -> None:
    key = plant.key_id()
    path = form.format(key)
    past.put("first", "text\n")
    commit = past.put(path, "text\n")
    past.git("rm", "-q", path)
    removed = past.commit()
    found = past.only(key)
    assert place(found) == (form.format(redacted(key)), "history", commit)
    location = found["locations"][0]
    assert location["decoded"] == ["path"]
    assert path[location["start_column"] - 1 : location["end_column"] - 1] == key
    assert found["history"]["removed"]["commit"] == removed


@pytest.mark.parametrize(
    "reference", ["refs/heads/{}", "refs/heads/fix/{}-x", "refs/tags/{}", "refs/remotes/o/{}"]
)
def test_a_reference_name(past: Any, plant: Any, reference: str) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("update-ref", reference.format(key), "HEAD")
    found = past.only(key)
    assert place(found) == (reference.format(redacted(key)), "reference-name", "")


def test_the_target_of_a_symbolic_link(past: Any, plant: Any) -> None:
    key = plant.key_id()
    (past.root / "link").symlink_to(f"/keys/{key}")
    past.git("add", "link")
    commit = past.commit()
    assert place(past.only(key)) == ("link", "history", commit)


# -- encodings ------------------------------------------------------------------------------------


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("inner/keys"), content)
    return file.getvalue()


ENCODINGS = {
    "utf-16": lambda text: b"\xff\xfe" + text.decode().encode("utf-16-le"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.decode().encode("utf-16-be"),
    "zip": zipped,
    "base64": lambda text: b"data: " + base64.b64encode(text) + b"\n",
    "gzip": lambda text: gzip.compress(text, mtime=0),
    "gzip in base64": lambda text: b"user_data: " + base64.b64encode(gzip.compress(text, mtime=0)),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("packed", [False, True])
def test_an_encoding(past: Any, plant: Any, encoding: str, packed: bool) -> None:
    key = plant.key_id()
    commit = past.put("f", ENCODINGS[encoding](f"text\nkey = {key}\n".encode()))
    past.put("f", None)
    if packed:
        past.git("gc", "-q")
    assert place(past.only(key)) == ("f", "history", commit)


# -- shapes of history ----------------------------------------------------------------------------


def test_what_only_a_merge_has(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    past.git("checkout", "-q", "-b", "side")
    past.put("b", "text\n")
    past.git("checkout", "-q", "main")
    past.put("c", "text\n")
    past.git("merge", "-q", "--no-commit", "--no-ff", "side")
    commit = past.put("b", key)
    assert past.git("rev-list", "--parents", "-1", commit).count(" ") == 2
    assert place(past.only(key)) == ("b", "history", commit)


@pytest.mark.parametrize("where", ["a side", "the merge"])
def test_an_octopus(past: Any, plant: Any, where: str) -> None:
    key = plant.key_id()
    base = past.put("a", "text\n")
    sides = []
    for number in range(3):
        past.git("checkout", "-q", "-b", f"side{number}", base)
        wanted = where == "a side" and number == 1
        sides.append(past.put(f"f{number}", key if wanted else f"text {number}\n"))
    past.git("checkout", "-q", "main")
    past.git("merge", "-q", "--no-ff", *sides)
    expected = sides[1]
    if where == "the merge":
        past.write("f1", key)
        past.git("add", "f1")
        past.git("commit", "-q", "--amend", "-m", "merge")
        expected = past.git("rev-parse", "HEAD")
    assert past.git("rev-list", "--parents", "-1", "HEAD").count(" ") >= 3
    assert place(past.only(key)) == ("f1", "history", expected)


def test_replaced_objects(past: Any, plant: Any) -> None:
    """What stands in for another object is read, and so is what it stands in for."""
    hidden, replacement = plant.key_id(), plant.key_id()
    commit = past.put("a", hidden)
    other = past.store(replacement)
    past.git("replace", past.git("rev-parse", "HEAD:a"), other)
    report = past.scan(1, "--show-secrets").report()
    found = {each["values"]["key_id"]: each for each in report["findings"]}
    assert found.keys() == {hidden, replacement}
    assert place(found[hidden]) == ("a", "history", commit)
    assert "refs/replace" in str(found[replacement]["history"]["held_by"])


def test_grafts(past: Any, plant: Any) -> None:
    """A graft takes the parent of a commit away, and with it what only the parent had."""
    key = plant.key_id()
    first = past.put("a", key)
    second = past.put("a", "text\n")
    (past.root / ".git" / "info").mkdir(exist_ok=True)
    (past.root / ".git" / "info" / "grafts").write_text(f"{second}\n")
    found = past.only(key)
    assert place(found) == ("a", "history", first)
    assert found["history"]["removed"]["commit"] == second
    assert found["history"]["branches"] == ["main"]


@pytest.mark.parametrize("order", ["added later", "removed later", "renamed", "copied"])
def test_the_path_of_a_file(past: Any, plant: Any, order: str) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    first = past.put("k", key)
    if order == "removed later":
        removed = past.put("k", None)
    elif order == "renamed":
        past.git("mv", "k", "moved")
        past.commit()
    elif order == "copied":
        past.put("copy/k", key)
    found = past.only(key)
    paths = {each["path"]: each["commit"] for each in found["locations"]}
    expected = {"renamed": {"k", "moved"}, "copied": {"k", "copy/k"}}
    assert paths.keys() == expected.get(order, {"k"})
    assert paths["k"] == first
    history = found["history"]
    assert history["first"]["commit"] == first
    assert history["in_head"] == (order != "removed later")
    assert (history["removed"] or {}).get("commit") == (
        removed if order == "removed later" else None
    )
    assert history["copies"] == 1


def test_one_finding_for_all_versions(past: Any, plant: Any) -> None:
    """Twenty versions of two files, and a message: one credential, three places."""
    key = plant.key_id()
    first = past.put("a", f"{key}\n")
    for number in range(10):
        past.put("a", "line\n" * (number + 1) + key + "\n")
        past.put("dir/b", key + "\n" + "line\n" * number)
    past.commit(f"quotes {key}")
    for _ in range(2):
        found = past.only(key)
        assert [each["path"] for each in found["locations"]] == ["a", "commit message", "dir/b"]
        assert place(found) == ("a", "history", first)
        assert found["locations"][0]["start_line"] == 1
        assert found["history"]["copies"] == 21  # the first of both is the same object
        past.git("gc", "-q")


# -- where objects are ----------------------------------------------------------------------------


@pytest.mark.parametrize("packing", ["loose", "packed", "both", "two packs", "kept", "delta"])
def test_loose_and_packed(past: Any, plant: Any, packing: str) -> None:
    keys = [plant.key_id(), plant.key_id()]
    filling = "".join(f"line {number}\n" for number in range(200))
    past.put("a", filling + keys[0])
    if packing in ("both", "two packs", "kept"):
        past.git("repack", "-q", "-d", "-a")
    past.put("a", filling + keys[1])
    if packing in ("packed", "delta"):
        past.git("gc", "-q")
        packs = list((past.root / ".git/objects/pack").glob("*.pack"))
        assert len(packs) == 1
    elif packing == "two packs":
        past.git("repack", "-q", "-d")
        assert len(list((past.root / ".git/objects/pack").glob("*.pack"))) == 2
    elif packing == "kept":
        for pack in (past.root / ".git/objects/pack").glob("*.pack"):
            pack.with_suffix(".keep").touch()
        past.git("gc", "-q")
    report = past.scan(1, "--show-secrets").report()
    assert {each["values"]["key_id"] for each in report["findings"]} == set(keys)
    assert report["scan"]["counts"]["commits"] == 2
    assert report["scan"]["counts"]["blobs"] == 2


@pytest.mark.parametrize("sharing", ["--shared", "--reference"])
def test_alternates(past: Any, plant: Any, sharing: str) -> None:
    key = plant.key_id()
    commit = past.put("a", key)
    clone = past.root.parent / "clone"
    if sharing == "--shared":
        past.git("clone", "-q", "--shared", str(past.root), str(clone))
    else:
        copy = past.root.parent / "copy"
        past.git("clone", "-q", "--bare", str(past.root), str(copy))
        past.git("clone", "-q", "--reference", str(copy), f"file://{past.root}", str(clone))
    assert (clone / ".git/objects/info/alternates").exists()
    assert place(past.only(key, cwd=clone)) == ("a", "history", commit)


def test_an_object_directory_of_the_environment(
    past: Any, plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the quarantine of a hook, where objects are that may never come to stay."""
    key = plant.key_id()
    past.put("a", "text\n")
    objects = past.root.parent / "more"
    objects.mkdir()
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(objects))
    past.store(key)
    monkeypatch.delenv("GIT_OBJECT_DIRECTORY")
    past.scan(0)
    past.only(key, env={"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)})


def test_linked_work_trees_have_one_history(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    linked = past.root.parent / "linked"
    past.git("worktree", "add", "-q", "-b", "topic", str(linked))
    (linked / "b").write_text(key)
    past.git("-C", str(linked), "add", "b")
    past.git("-C", str(linked), "commit", "-qm", "b")
    for cwd, in_head in ((past.root, False), (linked, True)):
        found = past.only(key, cwd=cwd)
        assert found["history"]["branches"] == ["topic"]
        assert found["history"]["in_head"] == in_head
    assert past.only(key, str(linked), cwd=past.root.parent)["history"]["in_head"]


@pytest.mark.parametrize("packed", [False, True])
def test_sha_256(past: Any, plant: Any, packed: bool) -> None:
    key = plant.key_id()
    past.git("init", "-q", "--object-format=sha256", str(past.root.parent / "long"))
    past.root = past.repository.root = past.root.parent / "long"
    past.git("config", "user.name", "Test")
    past.git("config", "user.email", "test@example.com")
    commit = past.put("a", f"text\n{key}\n")
    past.put("a", "text\n")
    if packed:
        past.git("gc", "-q")
    assert len(commit) == 64
    assert place(past.only(key)) == ("a", "history", commit)


def test_a_bare_repository(past: Any, plant: Any) -> None:
    key = plant.key_id()
    commit = past.put("a", key)
    bare = past.root.parent / "bare.git"
    past.git("clone", "-q", "--bare", str(past.root), str(bare))
    for name, cwd in ((bare, past.root.parent), (".", bare)):
        found = past.only(key, name, cwd=cwd)
        assert place(found) == ("a", "history", commit)
        assert found["history"]["in_head"]
    # Not without being named: it could be a directory of what somebody has just cloned.
    assert "safe.bareRepository" in past.scan(2, cwd=bare).stderr


def test_a_git_directory_by_its_path(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", key)
    past.only(key, past.root / ".git", cwd=past.root.parent)
    (past.root / "sub").mkdir()
    past.only(key, past.root / "sub", cwd=past.root.parent)


def test_a_submodule_is_another_repository(past: Any, plant: Any, make_repository: Any) -> None:
    """Its commit stands in the tree, its objects in `.git/modules`, and its history is its own."""
    key = plant.key_id()
    inner = make_repository("inner")
    inner.write("k", key)
    inner.commit()
    past.put("a", "text\n")
    past.git("submodule", "--quiet", "add", str(inner.root), "sub")
    past.commit()
    report = past.scan(0).report()
    assert report["scan"]["complete"]
    assert report["scan"]["counts"]["skipped"] == {"submodule": 1}
    bare = past.root.parent / "bare.git"
    past.git("clone", "-q", "--bare", str(past.root), str(bare))
    assert past.scan(0, bare).report()["scan"]["counts"]["skipped"] == {"submodule": 1}
    past.only(key, past.root / "sub", cwd=past.root.parent)
    past.only(key, past.root / ".git/modules/sub", cwd=past.root.parent)
