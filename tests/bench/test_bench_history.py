"""The benchmark of whole histories, run as people run it: on small repositories, without peers."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHORT = ("--rounds", "1", "--jobs", "2")


def bench(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "history", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def filled(repository: Any, commits: int = 4) -> Path:
    """Commit versions of two files, so that there are deltas; one pack, and a few loose objects."""
    for number in range(commits):
        lines = [f"line {at} of {number}\n" for at in range(number, number + 300)]
        repository.write("one.txt", "".join(lines))
        repository.write("folder/two.txt", f"line {number}, too\n" * 400)
        repository.commit()
        if number == commits - 2:
            repository.git("repack", "-a", "-d", "-q")
    repository.git("tag", "-a", "-m", "a tag", "v1")
    root: Path = repository.root
    return root


@pytest.fixture
def given(make_repository: Callable[..., Any]) -> Path:
    return filled(make_repository("given"))


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_every_way_is_measured(given: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    before = snapshot(given)
    done = bench(given, *SHORT, "--peers", "--log", "--json", out)
    assert done.returncode == 0, done.stderr
    assert snapshot(given) == before
    figures = json.loads(out.read_text("utf-8"))
    (result,) = figures["results"]
    stored, ways = result["repository"], result["ways"]
    assert (stored["name"], stored["commits"], stored["trees"]) == ("given", 4, 8)
    assert (stored["blobs"], stored["tags"]) == (8, 1)
    names = [way["name"] for way in ways if "cache" not in way["name"]]
    assert names == [
        "keycatch",
        "inflating the packs, 1 process",
        "inflating the packs, 2 processes",
        "git cat-file --batch",
        "git log -p",
    ]
    for way in ways:
        assert way["wall"]["least"] > 0
        assert way["cpu"]["least"] > 0
        assert way["slower"]["median"] > 0
        assert way["dearer"]["median"] > 0
        assert way["peak"] > 0
    own = ways[0]
    assert own["slower"]["median"] == own["dearer"]["median"] == 1
    assert own["has_read"]["commits"] == 4
    assert own["has_read"]["blobs"] == 8
    assert own["findings"] == 0
    assert set(figures["found"]["keycatch"].values()) == {figures["planted"]}
    assert "given: 4 commits, 8 trees, 8 blobs" in done.stdout
    assert "Reported of planted credentials, 8 of each kind" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_anonymous_memory_is_part_of_what_is_resident(given: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    assert bench(given, *SHORT, "--peers", "--json", out).returncode == 0
    own = json.loads(out.read_text("utf-8"))["results"][0]["ways"][0]["memory"]
    assert 0 < own["anonymous"] < own["rss"]


PEERS = {
    "gitleaks": (
        ("--report-path", '[{"File": "%s"}]'),
        "10 commits scanned.\nscanned ~12 bytes",
        {"commits": 10, "blobs": None, "bytes": 12},
    ),
    "betterleaks": (
        (
            "--output",
            '{"findings": [{"location": {"path": "%s"}}],'
            ' "scan": {"state": "complete", "bytes_scanned": 12}}',
        ),
        "",
        {"commits": None, "blobs": None, "bytes": 12},
    ),
    "kingfisher": (
        (
            "--output",
            '{"findings": [{"finding": {"path": "objects/x", "git_metadata":'
            ' {"file": {"path": "%s"}}}}],'
            ' "metadata": {"summary": {"blobs_scanned": 3, "bytes_scanned": 12}},'
            ' "audit": {"repositories": [{"scan": {"status": "completed"},'
            ' "git": {"fetched_commit_count": 10}}]}}',
        ),
        "",
        {"commits": 10, "blobs": 3, "bytes": 12},
    ),
}


def pretend(directory: Path, kind: str, paths: tuple[str, ...], code: int = 0) -> Path:
    """Make a program that reports a finding in each of `paths`, whatever it is to scan."""
    (option, report), messages, _ = PEERS[kind]
    found = report.replace("%s", paths[0]) if paths else report
    if len(paths) > 1:
        # Another finding like the first: the list of them is the one that holds its path.
        content = json.loads(found)
        findings = content if isinstance(content, list) else content["findings"]
        other = json.loads(json.dumps(findings[0]).replace(paths[0], paths[1]))
        findings.append(other)
        found = json.dumps(content)
    program = directory / kind
    program.write_text(
        "#!/bin/sh\n"
        f"case $1 in *version) echo {kind} 1.0; exit ;; esac\n"
        "while [ $# -gt 0 ]; do\n"
        f'  if [ "$1" = {option} ]; then printf %s {shlex.quote(found)} > "$2"; fi\n'
        "  shift\n"
        "done\n"
        f"printf '%b' {shlex.quote(messages)} >&2\n"
        f"exit {code}\n"
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("kind", sorted(PEERS))
def test_what_a_peer_says_is_read(kind: str, given: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    # The first planted file is still there in the last commit, the second is deleted.
    code = 200 if kind == "kingfisher" else 0
    program = pretend(tmp_path, kind, ("site-0000.ini", "site-0001.env"), code)
    done = bench(given, *SHORT, "--peers", f"{kind}={program}", "--json", out)
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text("utf-8"))
    way = figures["results"][0]["ways"][1]
    assert (way["name"], way["version"], way["findings"]) == (kind, "1.0", 2)
    assert {key: way["has_read"][key] for key in ("commits", "blobs", "bytes")} == PEERS[kind][2]
    assert figures["found"][kind]["key ID and secret, close"] == 2
    assert sum(figures["found"][kind].values()) == 2


def test_a_peer_that_breaks_down_ends_the_benchmark(given: Path, tmp_path: Path) -> None:
    program = pretend(tmp_path, "gitleaks", ("site-0000.ini", "site-0001.env"), 1)
    done = bench(given, *SHORT, "--peers", f"gitleaks={program}")
    assert done.returncode == 2
    assert done.stderr.startswith("bench: gitleaks ended with 1: ")


@pytest.mark.parametrize(
    ("path", "what"), [("site-0000.ini", "deleted"), ("site-0001.env", "not deleted")]
)
def test_a_peer_that_does_not_read_the_history_ends_the_benchmark(
    path: str, what: str, given: Path, tmp_path: Path
) -> None:
    program = pretend(tmp_path, "gitleaks", (path,))
    done = bench(given, *SHORT, "--peers", f"gitleaks={program}")
    assert done.returncode == 2
    expected = f"bench: gitleaks reports none of the planted credentials that were {what}"
    assert done.stderr.startswith(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say which repositories are to be read"),
        (("nowhere", "--peers"), "there is no repository nowhere"),
        (("--agreement",), "say which repositories are to be read"),
        (("--peers", "nobody", "--", "x"), "there is no peer 'nobody'; there are gitleaks, "),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"bench: {message}")
    assert done.stderr.count("\n") == 1


def test_both_readers_agree(given: Path) -> None:
    done = bench("--agreement", given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "21 objects (8 blobs, 4 commits, 1 tags, 8 trees)" in done.stdout
    assert "0 disagreements" in done.stdout


def test_both_readers_agree_on_longer_names(make_repository: Callable[..., Any]) -> None:
    repository = make_repository("given")
    for path in sorted((repository.root / ".git").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    repository.git("init", "-q", "--object-format=sha256")
    repository.git("config", "user.name", "Test")
    repository.git("config", "user.email", "test@example.com")
    done = bench("--agreement", filled(repository))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "21 objects" in done.stdout


def test_an_object_that_is_not_what_its_name_says_is_told(given: Path) -> None:
    content = b"blob 5\0other"
    name = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=given, input=b"hello", capture_output=True,
        check=True,
    ).stdout.decode().strip()  # fmt: skip
    path = given / ".git" / "objects" / name[:2] / name[2:]
    path.unlink()
    path.write_bytes(zlib.compress(content))
    done = bench("--agreement", given)
    assert done.returncode == 1
    assert "2 disagreements" in done.stdout
    assert f"{name}: what git reads has another hash" in done.stdout
    assert f"{name}: what keycatch reads has another hash" in done.stdout


def test_a_pack_that_only_git_can_do_without_is_told(given: Path) -> None:
    # The pack has a second copy in loose objects, so that git goes on without it.
    (pack,) = (given / ".git" / "objects" / "pack").glob("*.pack")
    packed = pack.read_bytes()
    subprocess.run(
        ["git", "init", "-q", "--bare", str(given.parent / "copy")], check=True, env=os.environ
    )
    copy = given.parent / "copy"
    subprocess.run(["git", "unpack-objects", "-q"], cwd=copy, input=packed, check=True)
    pack.chmod(0o644)
    middle = len(packed) // 2
    pack.write_bytes(packed[:middle] + b"\xff" * 8 + packed[middle + 8 :])
    (given / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (given / ".git" / "objects" / "info" / "alternates").write_text(f"{copy}/objects\n")
    done = bench("--agreement", given)
    assert done.returncode == 1
    assert "keycatch does not read it: " in done.stdout


def test_growth(tmp_path: Path) -> None:
    kept, out, svg = tmp_path / "kept", tmp_path / "figures.json", tmp_path / "growth.svg"
    options = ("--growth", "--largest", "3000", "--rounds", "1", "--jobs", "1")
    options += ("--directory", str(kept), "--svg", str(svg), "--json", str(out))
    done = bench(*options)
    assert done.returncode == 0, done.stderr
    sizes = json.loads(out.read_text("utf-8"))["sizes"]
    objects = [
        sum(size["repository"][kind] for kind in ("commits", "trees", "blobs", "tags"))
        for size in sizes
    ]
    assert objects == pytest.approx([1500, 3000], rel=0.15)
    names = ["keycatch history", "inflating the packs, 1 process", "git cat-file --batch"]
    for size in sizes:
        assert [way["name"] for way in size["ways"]] == names
        assert all(way["cpu"]["least"] > 0 for way in size["ways"])
    assert f"{objects[1]:,} objects: " in done.stdout
    drawn = ElementTree.fromstring(svg.read_text("utf-8"))
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"objects in the repository", "CPU seconds a million objects", *names} <= {*texts}
    for line in drawn.iter("{http://www.w3.org/2000/svg}polyline"):
        places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
        assert len(places) == 2
        assert places[0][0] < places[1][0]
    before = snapshot(kept)
    assert bench(*options).returncode == 0
    assert snapshot(kept) == before


@pytest.mark.parametrize(
    ("commits", "blobs", "said"),
    [(3, 9, ""), (4, 9, ""), (2, 9, "2 of 3 commits of x"), (3, 8, "8 of 9 blobs of x")],
)
def test_a_scan_that_has_not_read_everything_is_refused(
    commits: int, blobs: int, said: str
) -> None:
    code = (
        "from bench.floors import require_all\n"
        "from bench.history_tools import HasRead\n"
        "from bench.stored import Stored\n"
        "there = Stored('x', '', 40, (), 0, 3, 0, 9, 0, 0)\n"
        f"require_all(there, HasRead({commits}, {blobs}, 0, ()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (said == "")
    assert said in done.stderr
