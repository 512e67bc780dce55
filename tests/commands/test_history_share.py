"""`keycatch history` in shares: with the scan after them they report what one scan does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.history.record.share_record import joined, read, written

EXAMPLE = "AKIA" + "IOSFODNN7" + "EXAMPLE"
QUIET = ("--format=json", "--quiet", "--jobs=1")
LOUD = ("--format=json", "--verbose", "--jobs=1")


@pytest.fixture
def shares(past: Any) -> Callable[[int], list[str]]:
    """Search a repository in so many shares, and return what each prints."""

    def search(number: int) -> list[str]:
        found = []
        for share in range(number):
            done = past.keycatch("history", *QUIET, f"--share={share}/{number}", past.root)
            assert done.returncode == 0, done.stderr
            found.append(done.stdout)
        return found

    return search


def end(past: Any, found: list[str]) -> Any:
    """Return the scan after shares that have printed `found`, which must have been of use."""
    whole = joined([read(each) for each in found])
    assert whole
    given = written(whole).encode()
    past.keycatch("history", "--clear-cache", past.root)
    return past.keycatch("history", *LOUD, "--after-shares", past.root, given=given)


def everything(past: Any, plant: Any) -> list[str]:
    """Put findings wherever a repository has some; return the values."""
    halves = plant.pair().splitlines()
    text = "".join(f"line {number}\n" for number in range(400))
    past.put("halves", text + halves[0])
    past.put("halves", text + halves[1])  # a pair over two commits
    for number in range(12):
        past.put(f"src/file{number % 3}", text + f"{number}\n" + (plant.pair() * (number == 7)))
    past.git("repack", "-qadf")
    past.put("src/file1", text + plant.pair())
    past.put(f"{plant.key_id()}/{EXAMPLE}", EXAMPLE)  # in names
    past.commit(f"message {plant.key_id()}")
    past.git("repack", "-q")
    past.git("tag", "-a", "v1", "-m", plant.key_id())
    past.git("notes", "add", "-m", plant.key_id())
    past.git("branch", f"b-{plant.key_id()}")
    past.put("src/file1", text)
    past.put("examples", f"{EXAMPLE}\n")
    past.store(plant.pair())  # nothing reaches it
    past.write(f"staged-{plant.key_id()}", plant.pair())
    past.git("add", "--all")
    return halves


def test_shares_and_the_end_report_what_one_scan_does(
    past: Any, plant: Any, shares: Callable[[int], list[str]]
) -> None:
    halves = everything(past, plant)
    assert len(list(past.root.glob(".git/objects/pack/*.pack"))) == 2
    expected = past.keycatch("history", *QUIET, "--no-cache", past.root)
    assert expected.stdout.count('"rule_id"') > 9
    for number in (1, 4):
        found = shares(number)
        secret = halves[1].split()[-1]
        assert not any(secret in each or secret[:12] in each for each in found)
        done = end(past, found)
        assert done.stdout == expected.stdout
        assert "0 new objects read" in done.stderr

    # The end leaves a record like any scan.
    past.put("more", plant.pair())
    again = past.keycatch("history", *LOUD, past.root)
    assert "everything was read" not in again.stderr


def test_what_is_not_in_the_shares_is_read_at_the_end(
    past: Any, plant: Any, shares: Callable[[int], list[str]]
) -> None:
    past.put("one", plant.pair())
    found = shares(2)
    past.put("two", plant.pair())
    done = end(past, found)
    assert "everything was read" in done.stderr
    assert len(done.report()["findings"]) == 2
    assert joined([read(found[0]), read(shares(2)[1])]) is None


def test_a_damaged_repository_is_not_searched_in_shares(past: Any, plant: Any) -> None:
    past.put("one", plant.pair())
    past.put("two", "text\n")
    victim = past.git("rev-parse", "HEAD:two")
    path = past.root / ".git/objects" / victim[:2] / victim[2:]
    path.chmod(0o600)
    for damage in (lambda: path.write_bytes(path.read_bytes()[:-4]), path.unlink):
        damage()
        # All objects are loose, and in the first share.
        done = past.keycatch("history", *QUIET, "--share=0/2", past.root)
        assert (done.returncode, done.stdout) == (2, "")
        assert "it has to be searched whole" in done.stderr


def test_a_pack_that_is_read_without_its_index_is_not_searched_in_shares(
    past: Any, plant: Any
) -> None:
    """Its complaint would be lost."""
    past.put("one", plant.pair())
    past.git("repack", "-qad")
    (index,) = (past.root / ".git/objects/pack").glob("*.idx")
    index.chmod(0o600)
    content = bytearray(index.read_bytes())
    content[1100] ^= 0x10
    index.write_bytes(content)
    done = past.keycatch("history", *QUIET, "--share=0/2", past.root)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("given", [b"", b"{}", b"[" * 9999, b'{"files": "' + b"0" * 64 + b'"}'])
def test_what_shares_have_found_is_read_strictly(past: Any, given: bytes) -> None:
    past.put("one", "text\n")
    done = past.keycatch("history", *QUIET, "--after-shares", past.root, given=given)
    assert done.returncode == 2
    assert "what was found in the shares of the repository is damaged" in done.stderr


@pytest.mark.parametrize("share", ["1", "1/1", "2/1", "-1/2", "x/2"])
def test_a_share_that_there_is_not_is_refused(past: Any, share: str) -> None:
    done = past.keycatch("history", f"--share={share}", past.root)
    assert done.returncode == 2
    assert "must be K/N" in done.stderr
