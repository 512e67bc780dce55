"""The benchmark of whole histories, on small repositories, without real peers (`measures/history`).

With its parts `agreement`, `growth` and `floors`.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.inputs.ages import grow
from bench.inputs.repositories import Stored, configure, git
from bench.installed import keycatch
from bench.measures.floors import require_all
from bench.process import place_in
from bench.tools import Reported, Target
from scanner.errors import KeycatchError

SHORT = ("--rounds", "1", "--jobs", "2")


def filled(root: Path, object_format: str) -> Path:
    """Commit versions of two files, so that there are deltas; one pack, and a few loose objects."""
    (root / "folder").mkdir(parents=True)
    git(root, "init", "-q", f"--object-format={object_format}")
    configure(root)
    for number in range(4):
        lines = [f"line {at} of {number}\n" for at in range(number, number + 300)]
        (root / "one.txt").write_text("".join(lines))
        (root / "folder" / "two.txt").write_text(f"line {number}, too\n" * 400)
        git(root, "add", "--all")
        git(root, "commit", "-q", "-m", "change")
        if number == 2:
            git(root, "repack", "-a", "-d", "-q")
    git(root, "tag", "-a", "-m", "a tag", "v1")
    return root


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that no test changes."""
    return filled(tmp_path_factory.mktemp("history") / "given", "sha1")


@pytest.fixture
def copied(given: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to be damaged."""
    return Path(shutil.copytree(given, tmp_path / "given"))


# A peer that has read ten commits, and found a file that is there and one that is deleted.
PEER = """#!/bin/sh
case $1 in version) echo gitleaks 1.0; exit ;; esac
while [ $# -gt 0 ]; do
  if [ "$1" = --report-path ]; then
    echo '[{"File": "site-0000.ini"}, {"File": "site-0001.env"}]' > "$2"
  fi
  shift
done
echo 10 commits scanned. >&2
"""


def test_every_way_is_measured(
    given: Path, tmp_path: Path, bench: Callable[..., Any], files_of: Callable[[Path], Any]
) -> None:
    before = files_of(given)
    peer = tmp_path / "peer"
    peer.write_text(PEER)
    peer.chmod(0o755)
    options = ("--peers", f"gitleaks={peer}", "--log")
    done = bench("history", given, *SHORT, *options, measured=True)
    assert done.code == 0, done.stderr
    assert files_of(given) == before
    (table,) = done.tables("scans")
    stored, ways = table["subject"], table["rows"]
    assert (stored["name"], stored["commits"], stored["trees"]) == ("given", 4, 8)
    assert (stored["blobs"], stored["tags"]) == (8, 1)
    assert [way["name"] for way in ways] == [
        "keycatch",
        "gitleaks",
        "keycatch, with its cache",
        "inflating the packs, 1 process",
        "inflating the packs, 2 processes",
        "git cat-file --batch",
        "git log -p",
    ]
    for way in ways:
        assert way["wall"]["least"] > 0
        assert way["cpu"]["least"] > 0
        assert way["times_wall"]["median"] > 0
        assert way["times_cpu"]["median"] > 0
        assert way["peak"] > 0
    assert ways[0]["times_wall"]["median"] == ways[0]["times_cpu"]["median"] == 1
    assert ways[0]["memory"]["rss"] > 0
    assert ways[3]["memory"] == {"rss": 3 << 20, "pss": 2 << 20, "anonymous": 1 << 20}
    own = done.rows("read")[0]
    assert own["commits"] == 4
    assert own["files or blobs"] == 8
    assert own["findings"] == 0
    assert {row["keycatch"] for row in done.rows("found")} == {8}
    assert (ways[1]["version"], done.rows("read")[1]["commits"]) == ("1.0", 10)
    assert {row["kind"]: row["gitleaks"] for row in done.rows("found") if row["gitleaks"]} == {
        "key ID and secret, close": 2
    }
    assert "given: 4 commits, 8 trees, 8 blobs" in done.stdout
    assert "Reported of planted credentials, 8 of each kind" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say which repositories are to be read"),
        (("nowhere", "--peers"), "there is no repository nowhere"),
        (("--agreement",), "say which repositories are to be read"),
        (("--peers", "nobody", "--", "x"), "there is no peer 'nobody'; there are gitleaks, "),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    arguments: tuple[str, ...], message: str, bench: Callable[..., Any]
) -> None:
    done = bench("history", *arguments)
    assert done.code == 2
    assert done.stderr.startswith(f"bench: {message}")
    assert done.stderr.count("\n") == 1


def test_both_readers_agree(given: Path, bench: Callable[..., Any]) -> None:
    done = bench("history", "--agreement", given)
    assert done.code == 0, done.stdout + done.stderr
    assert "21 objects (8 blobs, 4 commits, 1 tags, 8 trees)" in done.stdout
    assert "0 disagreements" in done.stdout


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_findings_cost(
    object_format: str, tmp_path: Path, bench: Callable[..., Any], files_of: Callable[[Path], Any]
) -> None:
    given = filled(tmp_path / "given", object_format)
    before = files_of(given)
    done = bench("history", "--attribution", given, *SHORT, measured=True)
    assert done.code == 0, done.stdout + done.stderr
    assert files_of(given) == before
    assert ": 0 disagreements" in done.stdout
    (table,) = done.tables("scans")
    assert [row["name"] for row in table["rows"]] == ["no credential", "10 pairs"]


def test_both_readers_agree_on_longer_names(tmp_path: Path, bench: Callable[..., Any]) -> None:
    done = bench("history", "--agreement", filled(tmp_path / "given", "sha256"))
    assert done.code == 0, done.stdout + done.stderr
    assert "21 objects" in done.stdout


def test_an_object_that_is_not_what_its_name_says_is_reported(
    copied: Path, bench: Callable[..., Any]
) -> None:
    name = git(copied, "hash-object", "-w", "--stdin", stdin=b"hello").decode().strip()
    path = copied / ".git" / "objects" / name[:2] / name[2:]
    path.unlink()
    path.write_bytes(zlib.compress(b"blob 5\0other"))
    done = bench("history", "--agreement", copied)
    assert done.code == 1
    assert "2 disagreements" in done.stdout
    assert f"{name}: what git reads has another hash" in done.stdout
    assert f"{name}: what keycatch reads has another hash" in done.stdout


def test_a_pack_that_only_git_can_do_without_is_reported(
    copied: Path, bench: Callable[..., Any]
) -> None:
    # The pack has a second copy in loose objects, so that git goes on without it.
    objects = copied / ".git" / "objects"
    (pack,) = (objects / "pack").glob("*.pack")
    packed = pack.read_bytes()
    copy = copied.parent / "copy"
    subprocess.run(["git", "init", "-q", "--bare", str(copy)], check=True)
    git(copy, "unpack-objects", "-q", stdin=packed)
    pack.chmod(0o644)
    middle = len(packed) // 2
    pack.write_bytes(packed[:middle] + b"\xff" * 8 + packed[middle + 8 :])
    (objects / "info" / "alternates").write_text(f"{copy}/objects\n")
    done = bench("history", "--agreement", copied)
    assert done.code == 1
    assert "keycatch does not read it: " in done.stdout


def test_growth(tmp_path: Path, bench: Callable[..., Any], files_of: Callable[[Path], Any]) -> None:
    kept, svg = tmp_path / "kept", tmp_path / "growth.svg"
    options = ("--growth", "--largest", "1200", "--rounds", "1", "--jobs", "1")
    options += ("--directory", str(kept), "--svg", str(svg))
    done = bench("history", *options, measured=True)
    assert done.code == 0, done.stderr
    sizes = done.tables("growth")
    objects = [
        sum(size["subject"][kind] for kind in ("commits", "trees", "blobs", "tags"))
        for size in sizes
    ]
    assert objects == pytest.approx([600, 1200], rel=0.15)
    names = ["keycatch history", "inflating the packs, 1 process", "git cat-file --batch"]
    for size in sizes:
        assert [way["name"] for way in size["rows"]] == names
        assert all(way["cpu"]["least"] > 0 for way in size["rows"])
    assert f"{objects[1]:,} objects: " in done.stdout
    drawn = ElementTree.fromstring(svg.read_text("utf-8"))
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"objects in the repository", "CPU seconds a million objects", *names} <= {*texts}
    for line in drawn.iter("{http://www.w3.org/2000/svg}polyline"):
        places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
        assert len(places) == 2
        assert places[0][0] < places[1][0]
    # The smaller history is the beginning of the larger one.
    smaller, larger = (kept / f"1200-1-{size}" for size in (600, 1200))
    old = git(smaller, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    new = git(larger, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    assert old[:-1] == new[: len(old) - 1]
    # What is there from an earlier run is taken as it is.
    before = files_of(kept)
    assert [each.objects for each in grow(kept, 1200, 1)] == objects
    assert files_of(kept) == before


@pytest.mark.parametrize(
    ("commits", "blobs", "said"),
    [(3, 9, ""), (4, 9, ""), (2, 9, "2 of 3 commits of x"), (3, 8, "8 of 9 blobs of x")],
)
def test_a_scan_that_has_not_read_everything_is_refused(
    commits: int, blobs: int, said: str
) -> None:
    there = Stored("x", "", 40, (), 0, 3, 0, 9, 0, 0)
    reported = Reported(0, blobs, commits, ())
    if said:
        with pytest.raises(KeycatchError, match=said):
            require_all(there, reported)
    else:
        require_all(there, reported)


def test_a_content_that_no_scanner_unpacks_does_not_end_the_benchmark(
    copied: Path, tmp_path: Path
) -> None:
    (copied / "zeros.gz").write_bytes(gzip.compress(bytes(80_000_000)))
    git(copied, "add", "--all")
    git(copied, "commit", "-q", "-m", "a bomb")
    place = place_in(tmp_path, 2)
    reported, _ = keycatch().check(Target.REPOSITORY, str(copied), place)
    assert (reported.incomplete, reported.commits) == ("", 5)

    pack = next(copied.glob(".git/objects/pack/*.pack"))
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:-30])
    with pytest.raises(KeycatchError, match=r"^keycatch could not read all of the history"):
        keycatch().check(Target.REPOSITORY, str(copied), place)
