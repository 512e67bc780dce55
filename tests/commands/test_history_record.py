"""The record of `keycatch history`: with it a report is the one without it, whatever happened."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = "AKIA" + "IOSFODNN7" + "EXAMPLE"
ALL = None
"""Instead of a number of new objects: everything was read."""


def files(past: Any, end: str = ".state") -> list[Path]:
    """Return the files of the record."""
    return sorted((past.root.parent / "home" / ".cache" / "keycatch").glob(f"history/*{end}"))


def told(done: Any) -> int | None:
    """Return how many new objects a run with -v says that it read; None for everything."""
    found = re.search(r"keycatch: (?:(\S+) new objects?|everything was) read", done.stderr)
    assert found, done.stderr
    return int(found[1]) if found[1] else None


@pytest.fixture
def both(past: Any) -> Callable[..., dict[str, Any]]:
    """Compare a scan with the record with one without, and what it had to read."""

    def compare(code: int, new: int | None = -1, *options: str, **settings: Any) -> dict[str, Any]:
        plain = past.scan(code, "--no-cache", *options, **settings)
        cached = past.scan(code, "-v", *options, **settings)
        assert cached.report() == plain.report()
        if new != -1:
            assert told(cached) == new
        found: dict[str, Any] = plain.report()
        return found

    return compare


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    """Change a record by hand, with the right checksum."""
    state = change(json.loads(path.read_bytes().partition(b"\n")[2]))
    body = json.dumps(state).encode()
    digest = hashlib.blake2b(body, digest_size=32).hexdigest()
    path.write_bytes(b"keycatch history 1 %s\n" % digest.encode() + body)


def body(path: Path) -> Any:
    return json.loads(path.read_bytes().partition(b"\n")[2])


# -- what happens to repositories -----------------------------------------------------------------


def test_nothing_new(past: Any, plant: Any, both: Any) -> None:
    both(0, ALL)
    past.put("a", plant.pair())
    both(1, 3)
    before = [(path, path.stat().st_mtime_ns) for path in files(past, "")]
    both(1, 0)
    assert [(path, path.stat().st_mtime_ns) for path in files(past, "")] == before


def test_commits_and_amends(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    both(1, ALL)
    past.put("b", plant.pair())
    assert len(both(1, 3)["findings"]) == 2
    past.put("b", "text\n")
    assert not both(1, 3)["findings"][1]["history"]["in_head"]
    past.write("a", "other\n")
    past.git("commit", "-q", "--amend", "--all", "--no-edit")
    both(1, 3)
    past.git("reset", "-q", "--hard", "HEAD~1")
    both(1, 0)


def test_packs(past: Any, plant: Any, both: Any) -> None:
    for _ in range(3):
        past.put("a", "text\n" * 50 + plant.pair())
    both(1, ALL)
    past.git("gc", "-q")
    both(1, 0)
    past.put("a", "text\n" * 50 + plant.pair())
    past.git("repack", "-q")
    assert len(both(1, 3)["findings"]) == 4
    past.put("a", "text\n" * 50 + plant.pair())
    past.git("repack", "-qadf")
    assert len(both(1, 3)["findings"]) == 5
    past.put("b", "text\n")
    both(1, 3)
    past.git("gc", "-q", "--prune=now")
    both(1, 0)


def test_what_is_pruned_is_gone(past: Any, plant: Any, both: Any) -> None:
    past.put("a", "text\n")
    past.put("b", plant.pair() + EXAMPLE)
    past.store(plant.pair())
    past.put(f"{EXAMPLE}.txt", EXAMPLE)
    found = both(1, ALL)
    assert len(found["findings"]) == 2
    past.git("reset", "-q", "--hard", "HEAD~2")
    past.git("reflog", "expire", "--expire=now", "--all")
    both(1, 0)
    past.git("prune", "--expire=now")
    found = both(0)
    assert found["scan"]["counts"]["blobs"] == 1
    assert found["scan"]["counts"]["set_aside"] == {}
    both(0, 0)


def test_what_is_pruned_from_a_pack_is_gone(past: Any, plant: Any, both: Any) -> None:
    past.put("a", "text\n")
    past.put("b", EXAMPLE)
    past.put("c", plant.pair())
    past.git("repack", "-qad")
    assert both(1, ALL)["scan"]["counts"]["set_aside"]
    past.git("reset", "-q", "--hard", "HEAD~2")
    past.put("d", "more\n")
    past.git("reflog", "expire", "--expire=now", "--all")
    past.git("repack", "-qad")
    past.git("prune", "--expire=now")
    found = both(0, 3)
    assert found["scan"]["counts"]["blobs"] == 2
    assert found["scan"]["counts"]["set_aside"] == {}


def test_a_fetched_pack(past: Any, plant: Any, both: Any, make_repository: Any) -> None:
    past.put("a", "text\n")
    past.git("repack", "-qad")
    both(0, ALL)
    other = make_repository("other")
    other.write("keys", plant.pair())
    other.commit()
    past.git("-c", "fetch.unpackLimit=1", "fetch", "-q", str(other.root), "HEAD:refs/heads/theirs")
    assert len(list(past.root.glob(".git/objects/pack/*.pack"))) == 2
    assert both(1, 3)["findings"][0]["history"]["branches"] == ["theirs"]
    both(1, 0)


def test_an_alternate(past: Any, plant: Any, both: Any, make_repository: Any) -> None:
    past.put("a", "text\n")
    both(0, ALL)
    other = make_repository("other")
    other.write("keys", plant.pair())
    other.commit()
    (past.root / ".git/objects/info/alternates").write_text(f"{other.root}/.git/objects\n")
    both(1, 3)
    other.write("more", plant.pair())
    other.commit()
    assert len(both(1, 3)["findings"]) == 2


def test_every_place(past: Any, plant: Any, both: Any) -> None:
    past.put("a", "text\n")
    both(0, ALL)
    past.commit(f"message {plant.key_id()}")
    both(1, 1)
    past.git("tag", "-a", "v1", "-m", plant.key_id())
    both(1, 1)
    past.put(f"{plant.key_id()}/{EXAMPLE}", EXAMPLE)
    both(1, 4)
    past.git("branch", f"b-{plant.key_id()}")
    both(1, 0)
    past.git("notes", "add", "-m", plant.key_id())
    both(1, 3)
    past.write("a", plant.key_id())
    past.git("stash")
    both(1)
    past.write(f"staged-{plant.key_id()}", "text\n")
    past.git("add", "--all")
    assert len(both(1, 0)["findings"]) == 7
    for number in range(3):  # trees with the same names, over and over
        past.put(f"{number}", "more\n")
        both(1)
    assert len(body(files(past)[0])["trees"]) <= 4


def test_a_name_that_only_old_trees_have(past: Any, plant: Any, both: Any) -> None:
    name = f"{plant.key_id()}-{EXAMPLE}"
    past.put(f"{name}/a", "text\n")
    past.put("b", "text\n")
    past.put(f"{name}/a", None)
    found = both(1, ALL)
    assert len(found["findings"]) == 1
    assert found["scan"]["counts"]["set_aside"] == {"documentation-example": 1}
    assert both(1, 0)["findings"] == found["findings"]
    assert len(body(files(past)[0])["trees"]) == 1
    past.git("gc", "-q")
    past.put(f"{name}/c", "text\n")
    assert both(1, 3)["scan"]["counts"]["set_aside"] == {"documentation-example": 2}


def test_large_and_packed_contents(past: Any, plant: Any, both: Any) -> None:
    import gzip

    past.put("a.gz", gzip.compress(plant.pair().encode()))
    past.put("b.gz", b"PK\x03\x04" + bytes(60))
    past.put("c", b"x\n" * (9 << 20) + plant.pair().encode())
    found = both(1, ALL)
    assert len(found["findings"]) == 2
    assert found["scan"]["notices"]
    both(1, 0)


def test_sha256(past: Any, plant: Any, both: Any) -> None:
    shutil.rmtree(past.root / ".git")
    past.git("init", "-q", "--object-format=sha256", "-b", "main", ".")
    past.git("config", "user.name", "Test")
    past.git("config", "user.email", "test@example.com")
    past.put("a", plant.pair())
    past.git("repack", "-qad")
    both(1, ALL)
    past.put("b", plant.pair())
    both(1, 3)
    past.git("gc", "-q")
    both(1, 0)


def test_linked_work_trees_share_a_record(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    linked = past.root.parent / "linked"
    past.git("worktree", "add", "-q", "-b", "other", str(linked))
    (linked / "a").write_text("text\n")
    past.git("-C", str(linked), "commit", "-qam", "gone")
    assert both(1, ALL)["findings"][0]["history"]["in_head"]
    assert not both(1, 0, cwd=linked)["findings"][0]["history"]["in_head"]
    assert both(1, 0)["findings"][0]["history"]["in_head"]
    assert len(files(past)) == 1


def test_several_repositories(past: Any, plant: Any, both: Any, make_repository: Any) -> None:
    past.put("a", plant.pair())
    other = make_repository("other")
    other.write("keys", plant.pair())
    other.commit()
    names = [str(past.root), str(other.root)]
    assert len(both(1, ALL, *names)["findings"]) == 2
    both(1, 0, *names)
    assert len(files(past)) == 2


def test_whatever_happens(past: Any, plant: Any, both: Any) -> None:
    """Do things in an order that nobody thought of."""
    chance = random.Random(20)
    past.put("a", "text\n")
    values = [plant.pair(), plant.key_id(), EXAMPLE, "text", plant.secret()]

    def commit() -> None:
        past.put(chance.choice("abc"), f"{chance.random()} {chance.choice(values)}\n")

    def name() -> None:
        past.put(f"{chance.choice([EXAMPLE, values[1], 'n'])}-{chance.choice('xy')}", "n\n")

    def amend() -> None:
        past.write("a", f"{chance.random()}\n{chance.choice(values)}\n")
        past.git("commit", "-q", "--all", "--amend", "--no-edit", "--allow-empty")

    def prune() -> None:
        past.git("reflog", "expire", "--expire=now", "--all")
        past.git("gc", "-q", "--prune=now")

    steps: list[Callable[[], Any]] = [
        commit, commit, name, amend, prune,
        lambda: past.git("repack", "-q"),
        lambda: past.git("repack", "-qadf"),
        lambda: past.git("gc", "-q"),
        lambda: past.git("reset", "-q", "--hard", "HEAD~1", check=False),
        lambda: past.store(chance.choice(values)),
        lambda: past.git("tag", "-f", "-a", "t", "-m", chance.choice(values)),
        lambda: past.git("rm", "-q", "--ignore-unmatch", chance.choice("abc")),
    ]  # fmt: skip
    numbers = []
    for _ in range(30):
        chance.choice(steps)()
        plain = past.keycatch("history", "--no-cache", "--format", "json", cwd=past.root)
        cached = past.scan(plain.returncode, "-v")
        assert cached.report() == plain.report()
        numbers.append(told(cached))
    assert numbers.count(None) <= 6, numbers


# -- what makes a record useless ------------------------------------------------------------------


def test_rules_and_marks(past: Any, plant: Any, both: Any, own_rule: Any, tmp_path: Path) -> None:
    past.put(
        "a", f"ourtok-{'3f9a0c27'}{'be5d1846'}\n{plant.key_id()} # keycatch:allow it is a test\n"
    )
    assert both(0, ALL)["scan"]["counts"]["set_aside"] == {"allowed-on-line": 1}
    own_rule()
    rule = tmp_path / "own.yaml"
    config = (tmp_path / ".keycatch.toml").rename(past.root / ".keycatch.toml")
    config.write_text('rules = ["../own.yaml"]\n')
    assert len(both(1, ALL)["findings"]) == 1
    both(1, 0)
    rule.write_text(rule.read_text().replace("{16}", "{17}"))
    assert not both(0, ALL)["findings"]
    config.write_text('disable = ["aws-access-key-id"]\n')
    both(0, ALL)
    config.write_text('exclude = ["a"]\n')
    both(0, ALL)  # the rules are those of the first scan, of which there is no record any more
    config.write_text("")
    both(0, 0)


def test_exclusion_is_no_part_of_it(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    both(1, ALL)
    (past.root / ".keycatch.toml").write_text('exclude = ["a"]\n')
    assert both(0, 0)["findings"] == []
    (past.root / ".keycatch.toml").unlink()
    both(1, 0)


@pytest.mark.parametrize(
    "option", ["--branch=main", "--since=2001-01-01", "--until=2030-01-01", "--max-size=10M"]
)
def test_a_narrowed_scan_has_none(past: Any, plant: Any, both: Any, option: str) -> None:
    past.put("a", "text\n")
    past.store(plant.pair())
    past.scan(0 if "max" not in option else 1, option)
    assert files(past, "") == []
    both(1, ALL)
    past.put("b", "more\n")
    past.scan(0 if "max" not in option else 1, option)
    both(1, 3)


def test_no_cache_neither_reads_nor_writes(past: Any, plant: Any) -> None:
    past.put("a", plant.pair())
    past.scan(1, "--no-cache")
    assert files(past, "") == []
    past.scan(1)
    (path,) = files(past)
    path.write_bytes(b"")
    past.scan(1, "--no-cache")
    assert path.read_bytes() == b""


def test_another_format_or_version(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    both(1, ALL)
    (path,) = files(past)
    path.write_bytes(path.read_bytes().replace(b"history 1 ", b"history 2 ", 1))
    both(1, ALL)
    rewrite(path, lambda state: {**state, "key": "0" * 64})
    both(1, ALL)
    both(1, 0)


ODD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a list": lambda state: [state],
    "no key": lambda state: {name: each for name, each in state.items() if name != "key"},
    "packs": lambda state: {**state, "packs": [[1, 2, 3, 4]]},
    "a pack of few words": lambda state: {**state, "packs": [["00", 2]]},
    "loose": lambda state: {**state, "loose": [["../../x", 1, 2]]},
    "again": lambda state: {**state, "again": ["x"]},
    "an option": lambda state: {**state, "again": ["--batch-all-objects"]},
    "asides": lambda state: {**state, "asides": [[[["A B", 1]], []], [[["A B", 1]], ["0" * 40]]]},
    "counts": lambda state: {**state, "counts": [1, 2]},
    "counts that are none": lambda state: {**state, "counts": [True, 2, None]},
    "attribution": lambda state: {**state, "attribution": 7},
    "names": lambda state: {**state, "names": 7},
    "an object that is not there": lambda state: {**state, "again": ["0" * 40]},
    "an object with nothing in it": lambda state: {
        **state, "again": [*state["again"], next(iter(state["loose"]))[0]],
    },
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_record(past: Any, plant: Any, both: Any, odd: str) -> None:
    past.put("a", "text\n")
    past.put("b", plant.pair())
    both(1, ALL)
    rewrite(files(past)[0], ODD[odd])
    both(1, ALL)
    both(1, 0)


@pytest.mark.parametrize(
    "attribution",
    [
        {"key": 1},
        {"places": 7},
        {"places": {"x": [["a", "b"]]}},
        {"places": {"x": [[1, "b", "c", "d"]]}},
        {"histories": {"x": []}},
        {"histories": {"x": [["a", "b", 7]] * 3 + [1, 1, 1, [], [], [], 1]}},
        {"histories": {"x": [["a", "b", "c"]] * 3 + [1, 1, 1, [], [], [], 1]}},
        {"histories": {}, "places": {}},
    ],
)
def test_an_odd_attribution(past: Any, plant: Any, both: Any, attribution: Any) -> None:
    past.put("a", plant.pair())
    both(1, ALL)

    def change(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "attribution": {**state["attribution"], **attribution}}

    rewrite(files(past)[0], change)
    both(1, 0)


def test_damaged_files(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    past.git("repack", "-qad")
    both(1, ALL)
    (state,), (names,) = files(past), files(past, ".names")
    content, listed = state.read_bytes(), names.read_bytes()
    for at in range(0, len(content), 97):
        state.write_bytes(content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :])
        assert told(past.scan(1, "-v")) is ALL
    state.write_bytes(content[:-1])
    both(1, ALL)
    state.write_bytes(b"[" * 100_000)
    both(1, ALL)
    # The names are asked for when there is something new.
    for damaged in (listed[:-20], listed[:-1] + b"\0", b""):
        names.write_bytes(damaged)
        past.put("b", f"{damaged!r}")
        both(1, ALL)
    names.unlink()
    past.put("b", "more")
    both(1, ALL)


@pytest.mark.skipif(os.name == "nt", reason="permissions work in another way")
def test_what_others_can_have_written(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    both(1, ALL)
    (path,) = files(past)
    for mode in (0o620, 0o602, 0o644):
        path.chmod(mode)
        both(1, ALL)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    moved = path.rename(path.with_name("elsewhere"))
    path.symlink_to(moved)
    both(1, ALL)
    path.unlink()
    os.mkfifo(path)
    both(1, ALL)


def test_damaged_objects(past: Any, plant: Any, both: Any) -> None:
    past.put("a", plant.pair())
    past.put("b", "text\n")
    blob = past.git("rev-parse", "HEAD:b")
    path = past.root / ".git/objects" / blob[:2] / blob[2:]
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-6])
    both(1, ALL)
    assert files(past, "") == []
    path.write_bytes(content)
    both(1, ALL)
    path.write_bytes(content[:-6])
    assert not both(1, ALL)["scan"]["complete"]
    path.write_bytes(content)
    both(1)


@pytest.mark.parametrize("end", ["pack", "idx"])
def test_a_damaged_pack(past: Any, plant: Any, both: Any, end: str) -> None:
    past.put("a", plant.pair())
    past.put("b", random.Random(1).randbytes(3000))
    past.git("repack", "-qad")
    both(1, ALL)
    (path,) = past.root.glob(f".git/objects/pack/*.{end}")
    content = path.read_bytes()
    path.chmod(0o644)
    # As git does it: the same file, but of another time.
    path.write_bytes(content)
    os.utime(path, (1, 1))
    both(1, 0)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes((content[middle] ^ 1,)) + content[middle + 1 :])
    plain = past.keycatch("history", "--no-cache", "--format", "json", cwd=past.root)
    both(plain.returncode, ALL)
    path.write_bytes(content)
    both(1)


def test_a_loose_object_that_is_another_one(past: Any, plant: Any, both: Any) -> None:
    past.put("a", "text\n")
    past.put("b", plant.pair())
    blob, other = past.git("rev-parse", "HEAD:a"), past.git("rev-parse", "HEAD:b")
    both(1, ALL)
    folder = past.root / ".git/objects"
    path = folder / blob[:2] / blob[2:]
    path.chmod(0o644)
    shutil.copy(folder / other[:2] / other[2:], path)
    assert told(past.keycatch("history", "-v", "--format", "json", cwd=past.root)) is ALL


# -- where it is, and what is in it ---------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="permissions work in another way")
def test_it_is_private(past: Any, plant: Any) -> None:
    past.put("a", plant.pair())
    past.git("repack", "-qad")
    past.scan(1)
    found = files(past, "")
    assert [path.suffix for path in found] == [".names", ".state"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    for folder in (found[0].parent, found[0].parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    shutil.rmtree(found[0].parent)
    found[0].parent.mkdir(mode=0o777)
    found[0].parent.chmod(0o777)
    done = past.scan(1, "-v")
    assert "not written: others can" in done.stderr
    assert files(past, "") == []


def test_no_secrets_in_it(past: Any, plant: Any, both: Any) -> None:
    key, secret = plant.key_id(), plant.secret()
    past.put("keys/id", f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    both(1, ALL)
    kept = body(files(past)[0])["attribution"]
    assert "keys/id" in json.dumps(kept)
    past.git("branch", f"for-{key}")
    both(1, 0)
    assert body(files(past)[0])["attribution"] is None
    past.git("branch", "-D", f"for-{key}")
    both(1, 0)
    assert body(files(past)[0])["attribution"] == kept
    past.put(f"{secret.replace('/', '-')}-{key}", "text\n")
    both(1)
    past.git("config", "user.name", key)
    past.put("a", "text\n")
    both(1)
    past.git("gc", "-q")
    both(1)
    for path in files(past, ""):
        content = path.read_bytes()
        assert key.encode() not in content
        assert secret[:12].encode() not in content


def test_the_directory(past: Any, plant: Any) -> None:
    past.put("a", plant.pair())
    cache = past.root.parent / "cache"
    past.scan(1, env={"XDG_CACHE_HOME": str(cache)})
    assert len(list(cache.glob("keycatch/history/*.state"))) == 1
    past.scan(1, env={"XDG_CACHE_HOME": "relative"})
    assert len(files(past)) == 1
    assert not (past.root / "relative").exists()
    done = past.scan(1, "-v", env={"HOME": "relative", "XDG_CACHE_HOME": None})
    assert "nowhere" in done.stderr


def test_a_directory_that_cannot_be_written(past: Any, plant: Any) -> None:
    past.put("a", plant.pair())
    blocked = past.root.parent / "blocked"
    blocked.write_text("a file\n")
    done = past.scan(1, "-v", env={"XDG_CACHE_HOME": str(blocked)})
    assert "not written: " in done.stderr
    assert past.scan(1, env={"XDG_CACHE_HOME": str(blocked)}).stderr == ""


def test_clear_cache(past: Any, plant: Any, make_repository: Any) -> None:
    past.put("a", plant.pair())
    past.scan(1)
    other = make_repository("other")
    past.scan(0, str(other.root))
    assert len(files(past)) == 2
    done = past.scan(0, "--clear-cache")
    assert done.stdout == ""
    assert "deleted" in done.stderr
    assert len(files(past)) == 1
    assert "no record" in past.scan(0, "--clear-cache").stderr
    past.scan(0, "--clear-cache", str(other.root))
    assert files(past, "") == []
    assert told(past.scan(1, "-v")) is ALL


def test_two_at_once(past: Any, plant: Any, both: Any, start: Any) -> None:
    past.put("a", plant.pair())
    past.git("repack", "-qad")
    for number in range(3):
        past.put("b", f"{number}\n")
        past.git("repack", "-q")
        running = [start("history", "--format", "json", cwd=past.root) for _ in range(4)]
        reports = {process.communicate()[0] for process in running}
        assert len(reports) == 1
        assert json.loads(reports.pop()) == past.scan(1, "--no-cache").report()
    both(1)
    both(1, 0)
    assert len(files(past, "")) == 2
