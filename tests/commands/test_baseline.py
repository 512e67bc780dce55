"""`keycatch baseline`: what is accepted stays accepted, whatever moves, and nothing else is."""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path
from typing import Any

import pytest

NAME = ".keycatch-baseline"


@pytest.fixture
def project(past: Any, plant: Any) -> Any:
    """A repository with known credentials of several forms, committed."""
    past.put("app/settings.py", f"# settings\nA = 1\n{plant.pair()}\nB = 2\n")
    past.put("app/other.env", f"# other\naws_secret_access_key = {plant.secret()}\nC = 3\n")
    past.put("deploy/key.txt", f"the key is {plant.key_id()} and no more\n")
    past.put("deploy/two.ini", f"[one]\n{plant.pair()}\n[two]\n{plant.pair()}")
    past.put("plain.txt", "nothing\n")
    return past


def create(project: Any, *options: str) -> bytes:
    done = project.keycatch("baseline", "create", *options, cwd=project.root)
    assert done.returncode == 0, done.stderr
    content: bytes = (project.root / NAME).read_bytes()
    return content


def scan(project: Any, *options: str) -> Any:
    return project.keycatch("scan", ".", "--format", "json", *options, cwd=project.root)


# -- the file -----------------------------------------------------------------------------------


def test_a_line_for_each_credential(project: Any, plant: Any) -> None:
    found = scan(project)
    assert found.returncode == 1
    content = create(project).decode()
    lines = [line for line in content.splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert len(lines) == len(found.report()["findings"]) == 5
    assert {line.split()[0] for line in lines} == {
        each["fingerprint"] for each in found.report()["findings"]
    }
    assert str(project.root) not in content
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", content)
    shown = scan(project, "--no-baseline", "--show-secrets")
    values = [value for each in shown.report()["findings"] for value in each["values"].values()]
    assert len(values) == 8
    for value in values:
        for at in range(len(value) - 11):
            assert value[at : at + 12] not in content
    assert create(project, "--force") == content.encode()


def test_a_baseline_is_not_written_over(project: Any) -> None:
    content = create(project)
    done = project.keycatch("baseline", "create", cwd=project.root)
    assert done.returncode == 2
    assert "keycatch baseline update" in done.stderr
    assert (project.root / NAME).read_bytes() == content


def test_nothing_found_writes_no_file(past: Any) -> None:
    past.put("a.txt", "nothing\n")
    done = past.keycatch("baseline", "create", cwd=past.root)
    assert done.returncode == 0
    assert not (past.root / NAME).exists()


@pytest.mark.parametrize("number", [1, 2])
def test_what_comes_next_is_said_for_the_place(
    past: Any, plant: Any, tmp_path: Path, number: int
) -> None:
    """Without git there is nothing to commit: the command would fail."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for at in range(number):
        past.put(f"{at}.env", plant.pair())
        (outside / f"{at}.env").write_text(plant.pair())
    leaked = (
        "This credential is still leaked: revoke it, then remove its line with ",
        "These credentials are still leaked: revoke them, then remove their lines with ",
    )
    for where, following in (
        (past.root, "next: review it, then `git add .keycatch-baseline` and commit it"),
        (outside, "next: review it"),
    ):
        done = past.keycatch("baseline", "create", cwd=where)
        _, line, last = done.stdout.splitlines()
        assert (line, last.partition("`")[0]) == (following, leaked[number - 1])


def test_it_is_found_from_below_and_without_git(past: Any, plant: Any, tmp_path: Path) -> None:
    past.put("deep/down/a.py", plant.pair())
    done = past.keycatch("baseline", "create", cwd=past.root / "deep/down")
    assert done.returncode == 0
    assert "path=deep/down/a.py" in (past.root / NAME).read_text()
    assert past.keycatch("scan", ".", cwd=past.root / "deep").returncode == 0

    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.py").write_text(plant.pair())
    assert past.keycatch("baseline", "create", cwd=plain).returncode == 0
    assert past.keycatch("scan", ".", cwd=plain).returncode == 0
    assert past.keycatch("scan", ".", "--no-baseline", cwd=plain).returncode == 1


# -- what it survives ---------------------------------------------------------------------------


def edits(seed: int) -> list[Any]:
    """Return edits of a project, each a function of its files, which are texts by path."""
    rng = random.Random(seed)

    def lines_above(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[path] = "# more\n" * rng.randint(1, 40) + files[path]

    def lines_between(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[path] = files[path].replace("\n", "\n\n# in between\n", 2)

    def rename(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[f"moved/{rng.randint(0, 10**9)}/{Path(path).name}"] = files.pop(path)

    def copy(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[f"copy {rng.randint(0, 10**9)}.txt"] = files[path]

    def join(files: dict[str, str]) -> None:
        first, second = rng.sample(sorted(files), 2)
        files[first] += files.pop(second)

    def split(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        lines = files[path].splitlines(keepends=True)
        half = len(lines) // 2
        files[path], files[f"{path}.rest"] = "".join(lines[:half]), "".join(lines[half:])

    def reverse(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[path] = "".join(reversed(files[path].splitlines(keepends=True)))

    def indent(files: dict[str, str]) -> None:
        path = rng.choice(sorted(files))
        files[path] = re.sub("(?m)^", "    ", files[path])

    kinds = [lines_above, lines_between, rename, copy, join, split, reverse, indent]
    return [kinds[number % len(kinds)] for number in range(30)]


@pytest.mark.parametrize("seed", range(4))
def test_thirty_edits_bring_nothing_back(project: Any, plant: Any, seed: int) -> None:
    content = create(project)
    project.git("add", "-A")
    project.commit("baseline")
    paths = project.git("ls-files").splitlines()
    files = {path: (project.root / path).read_text() for path in paths if path != NAME}

    for number, edit in enumerate(edits(seed)):
        edit(files)
        for path in project.git("ls-files").splitlines():
            if path != NAME:
                (project.root / path).unlink()
        for path, text in files.items():
            project.write(path, text)
        project.git("add", "-A")
        if number % 5 == 0:
            done = project.keycatch("staged", cwd=project.root)
            assert done.returncode == 0, (edit, done.stdout)
        project.commit(f"edit {number}")

    done = scan(project)
    assert done.returncode == 0, done.stdout
    assert done.report()["findings"] == []
    assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
    assert (project.root / NAME).read_bytes() == content

    # And a new secret next to an old one is new, in the same file.
    path = next(path for path, text in sorted(files.items()) if "aws_secret" in text)
    project.write(path, f"{files[path]}\naws_secret_access_key = {plant.secret()}\n")
    done = scan(project)
    assert done.returncode == 1
    assert len(done.report()["findings"]) == 1
    assert done.paths() == {path}


def test_a_new_secret_next_to_an_accepted_key_id_is_new(past: Any, plant: Any) -> None:
    key_id = plant.key_id()
    past.put("a.env", f"aws_access_key_id = {key_id}\n")
    create(past)
    past.write("a.env", f"aws_access_key_id = {key_id}\naws_secret_access_key = {plant.secret()}\n")
    done = scan(past)
    assert done.returncode == 1
    assert [each["rule_id"] for each in done.report()["findings"]] == ["aws-access-key-pair"]


def test_a_new_secret_in_the_place_of_an_accepted_one_is_new(past: Any, plant: Any) -> None:
    key_id, old, new = plant.key_id(), plant.secret(), plant.secret()
    text = f"aws_access_key_id = {key_id}\naws_secret_access_key = "
    past.put("a.env", f"{text}{old}\n")
    create(past)
    past.write("a.env", f"{text}{new}\n")
    assert scan(past).returncode == 1


# -- every command ------------------------------------------------------------------------------


def test_every_command_takes_it(project: Any) -> None:
    create(project)
    root = project.root
    first = project.git("rev-list", "--max-parents=0", "HEAD")
    project.git("add", "-A")
    project.commit("baseline")
    for command in (
        ("scan", "."),
        ("staged",),
        ("range", f"{first}..HEAD"),
        ("history",),
    ):
        env = {"PRE_COMMIT": "1", "GIT_INDEX_FILE": None} if command == ("staged",) else {}
        assert project.keycatch(*command, cwd=root, env=env).returncode in (0, 1)
    env = {"PRE_COMMIT": "1", "GIT_INDEX_FILE": None}
    assert project.keycatch("staged", cwd=root, env=env).returncode == 0
    assert project.keycatch("staged", "--no-baseline", cwd=root, env=env).returncode == 1
    assert project.keycatch("history", cwd=root).returncode == 0
    assert project.keycatch("history", "--no-baseline", cwd=root).returncode == 1
    assert project.keycatch("scan", ".", cwd=root).returncode == 0


def test_the_places_and_reasons_are_listed(project: Any) -> None:
    create(project, "--reason", "test account", "--owner", "team-a", "--expires", "2999-12-31")
    report = scan(project).report()["scan"]
    assert report["counts"]["set_aside"] == {"in-baseline": 5}
    assert report["baseline"] == {"file": NAME, "entries": 5, "accepted": 5, "expired": 0}
    listed = report["set_aside_values"]
    assert {each["path"] for each in listed} == {
        "app/settings.py", "app/other.env", "deploy/key.txt", "deploy/two.ini"
    }  # fmt: skip
    assert {each["detail"] for each in listed} == {"test account, owner team-a, until 2999-12-31"}
    said = project.keycatch("scan", ".", "-v", cwd=project.root).stdout
    assert "app/settings.py:3:21: in the baseline, access key ID (test account, owner" in said
    history = project.keycatch("history", "--format", "json", cwd=project.root).report()["scan"]
    assert len(history["set_aside_values"]) == 5
    assert project.keycatch("history", cwd=project.root).returncode == 0


def test_another_file_and_the_key_of_the_configuration(project: Any) -> None:
    done = project.keycatch("baseline", "create", "--baseline", "own.txt", cwd=project.root)
    assert done.returncode == 0
    assert scan(project).returncode == 1
    assert scan(project, "--baseline", "own.txt").returncode == 0
    (project.root / ".keycatch.toml").write_text('baseline = "own.txt"\n')
    assert scan(project).returncode == 0
    assert scan(project, "--no-baseline").returncode == 1
    (project.root / "own.txt").unlink()
    done = scan(project)
    assert done.returncode == 2
    assert "cannot read the baseline" in done.stderr


# -- expiry, unused entries ---------------------------------------------------------------------


def test_an_expired_entry_no_longer_counts(project: Any) -> None:
    create(project, "--owner", "team-a", "--expires", "2020-02-29")
    done = project.keycatch("scan", ".", cwd=project.root)
    assert done.returncode == 1
    assert "baseline expired on 2020-02-29, owner team-a" in " ".join(done.stdout.split())
    done = project.keycatch("baseline", "check", cwd=project.root)
    assert done.returncode == 1
    assert "5 expired" in done.stdout
    assert "until 2020-02-29, owner team-a" in done.stdout


def test_unused_entries_are_reported_and_pruned(project: Any) -> None:
    create(project)
    (project.root / "deploy/key.txt").write_text("gone\n")
    done = project.keycatch("baseline", "check", cwd=project.root)
    assert done.returncode == 0
    assert "1 not used" in done.stdout
    assert "deploy/key.txt" in done.stdout
    assert project.keycatch("baseline", "check", "--strict", cwd=project.root).returncode == 1
    done = project.keycatch("baseline", "check", "--history", "--strict", cwd=project.root)
    assert done.returncode == 0
    assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
    assert (project.root / NAME).read_text().count("deploy/key.txt") == 1
    assert project.keycatch("baseline", "update", "--prune", cwd=project.root).returncode == 0
    assert (project.root / NAME).read_text().count("deploy/key.txt") == 0
    assert project.keycatch("baseline", "check", "--strict", cwd=project.root).returncode == 0


def test_check_finds_what_is_new(project: Any, plant: Any) -> None:
    create(project)
    project.write("new.py", plant.pair())
    done = project.keycatch("baseline", "check", cwd=project.root)
    assert done.returncode == 1
    assert "new.py:1: aws-access-key-pair, critical" in done.stdout
    assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
    assert project.keycatch("baseline", "check", cwd=project.root).returncode == 0


def test_update_keeps_notes_and_comments(project: Any, plant: Any) -> None:
    create(project)
    path = project.root / NAME
    lines = path.read_text().splitlines(keepends=True)
    lines[2:3] = ["\n", "# ask team-a first\n", lines[2].rstrip() + " reason=a test key = old\n"]
    path.write_text("".join(lines))
    project.write("new.py", plant.pair())
    assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
    kept = path.read_text().splitlines(keepends=True)
    assert [line for line in kept if line in lines] == lines
    assert len(kept) == len(lines) + 1


# -- bad input ----------------------------------------------------------------------------------


def test_a_damaged_baseline_is_an_error_in_every_command(project: Any) -> None:
    content = create(project)
    for damage, said in (
        (b"<<<<<<< HEAD\n" + content, "line 1 of the baseline .keycatch-baseline has a merge"),
        (content + b"=======\n", "merge conflict marker"),
        (content + b"nonsense\n", "line 8"),
        (b"\xff\xfe" + content, "is not UTF-8 text"),
        (content.replace(b"path=", b"paht=", 1), "has a field that is not known"),
    ):
        (project.root / NAME).write_bytes(damage)
        for command in (("scan", "."), ("staged",), ("baseline", "update"), ("baseline", "check")):
            done = project.keycatch(*command, cwd=project.root)
            assert done.returncode == 2, (damage, command)
            assert len(done.stderr.splitlines()) == 1
            assert said in done.stderr, done.stderr
            assert (project.root / NAME).read_bytes() == damage


def test_a_baseline_that_is_no_file(project: Any) -> None:
    (project.root / NAME).mkdir()
    for command in (("scan", "."), ("baseline", "create"), ("baseline", "update")):
        done = project.keycatch(*command, cwd=project.root)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_what_cannot_be_written_is_one_sentence(project: Any) -> None:
    done = project.keycatch("baseline", "create", "--baseline", "no/such/x", cwd=project.root)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cannot write the baseline" in done.stderr


@pytest.mark.parametrize(
    "options",
    [("--expires", "tomorrow"), ("--expires", "2026-02-30"), ("--owner", "a b"), ("--owner", "")],
)
def test_notes_have_a_form(project: Any, options: tuple[str, str]) -> None:
    done = project.keycatch("baseline", "create", *options, cwd=project.root)
    assert done.returncode == 2
    assert not (project.root / NAME).exists()


def test_a_scan_that_could_not_read_everything_says_so(project: Any) -> None:
    content = b"deep"
    for _ in range(20):  # deeper than is unpacked
        content = gzip.compress(content)
    project.write("deep.gz", content)
    done = project.keycatch("baseline", "create", cwd=project.root)
    assert done.returncode == 2
    assert "the scan is incomplete: deep.gz" in done.stderr
    kept = (project.root / NAME).read_bytes()
    (project.root / "deploy/key.txt").unlink()
    done = project.keycatch("baseline", "update", "--prune", cwd=project.root)
    assert done.returncode == 2
    assert "nothing was removed" in done.stderr
    assert (project.root / NAME).read_bytes() == kept


# -- merging ------------------------------------------------------------------------------------


def test_two_branches_that_accept_merge_by_themselves(project: Any, plant: Any) -> None:
    create(project)
    project.put(".gitattributes", f"{NAME} merge=union\n")
    pairs = {name: plant.pair() for name in ("ours", "theirs")}
    for name, pair in pairs.items():
        project.git("checkout", "-q", "-b", name, "main")
        project.write(f"{name}.env", pair)
        assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
        project.git("add", "-A")
        project.commit(name)
    project.git("merge", "-q", "--no-edit", "ours")
    done = project.keycatch("baseline", "check", "--strict", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert project.keycatch("baseline", "update", cwd=project.root).returncode == 0
    lines = (project.root / NAME).read_text().splitlines()[2:]
    assert lines == sorted(lines)
    assert len(lines) == len(set(lines)) == 7
