"""Archives beyond a limit: the member and the remedies are named, and both remedies work."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")

DEFAULT = 64 << 20
SMALL = 'decode-limit = "1M"\n'
"""A configuration under which a small archive is beyond the limit: a large one takes its time."""


def nested(plant: Any, limit: int) -> bytes:
    """Return a zip with a gzip file in it that is larger than the `limit` of what is decoded.

    The credential is compressed after that much: no part of the file shows it.
    """
    zeros, pair = bytes(limit), plant.pair().encode()
    stored, deflated = (zlib.compressobj(level, wbits=-15) for level in (0, 9))
    # After a full flush a stream goes on with whatever refers to nothing before.
    body = stored.compress(zeros) + stored.flush(zlib.Z_FULL_FLUSH)
    body += deflated.compress(pair) + deflated.flush()
    # The head and the end of a file (RFC 1952).
    end = struct.pack("<II", zlib.crc32(zeros + pair), len(zeros + pair))
    inner = b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + end
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/inner.gz", inner)
    return outer.getvalue()


@pytest.fixture
def staged(repository: Any, plant: Any) -> Any:
    repository.write(".keycatch.toml", SMALL)
    repository.commit("first")
    repository.write("big one.zip", nested(plant, 1 << 20))
    repository.git("add", "big one.zip")
    return repository


def text(done: Any) -> str:
    return " ".join(done.stdout.split())


def test_the_limit_without_a_configuration(keycatch: Any, repository: Any, plant: Any) -> None:
    repository.write("beyond.zip", nested(plant, DEFAULT))
    done = keycatch("scan", cwd=repository.root)
    assert done.returncode == 2
    assert "too large to be decoded further: deep/inner.gz" in text(done)


@pytest.mark.parametrize("command", ["staged", "scan"])
def test_the_member_and_both_remedies_are_named_and_work(
    keycatch: Any, staged: Any, command: str
) -> None:
    done = keycatch(command, cwd=staged.root)
    assert done.returncode == 2
    said = text(done)
    assert "too large to be decoded further: deep/inner.gz" in said
    (remedy,) = re.findall(r"write `(decode-limit = .*?)`", said)
    (other,) = re.findall(r"write `(exclude = .*?)`", said)

    staged.write(".keycatch.toml", f"{remedy}\n")
    done = keycatch(command, "--format=json", cwd=staged.root)
    assert (done.returncode, done.paths()) == (1, {"big one.zip"})
    members = {at["member"] for each in done.report()["findings"] for at in each["locations"]}
    assert members == {"deep/inner.gz"}

    staged.write(".keycatch.toml", f"{SMALL}{other}\n")
    done = keycatch(command, cwd=staged.root)
    assert done.returncode == 0, done.stdout
    assert "excludes 1 file" in text(done)


@pytest.mark.parametrize("command", ["staged", "scan", "history"])
def test_the_option_has_the_archive_read(keycatch: Any, staged: Any, command: str) -> None:
    staged.git("commit", "-q", "--no-verify", "-m", "archive")
    if command == "staged":
        staged.git("reset", "-q", "--soft", "HEAD~1")
    assert keycatch(command, cwd=staged.root).returncode == 2
    assert keycatch(command, "--decode-limit", "128M", cwd=staged.root).returncode == 1
    done = keycatch(command, "--decode-limit", "1M", cwd=staged.root)
    assert done.returncode == 2


def test_a_record_of_a_history_is_not_used_under_another_limit(keycatch: Any, staged: Any) -> None:
    staged.git("commit", "-q", "--no-verify", "-m", "archive")
    assert keycatch("history", cwd=staged.root).returncode == 2
    assert keycatch("history", "--decode-limit=128M", cwd=staged.root).returncode == 1
    assert keycatch("history", cwd=staged.root).returncode == 2


def test_a_limit_that_size_cannot_raise_names_the_other_remedy(
    keycatch: Any, repository: Any, plant: Any
) -> None:
    content = plant.pair().encode()
    for _ in range(12):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr("a.zip", content)
        content = outer.getvalue()
    repository.write("nested.zip", content)
    repository.git("add", "nested.zip")
    done = keycatch("staged", cwd=repository.root)
    assert done.returncode != 0
    assert "decode-limit" not in done.stdout
    if done.returncode == 2:
        assert 'exclude = ["nested.zip"]' in text(done)


@pytest.mark.parametrize("size", ["", "0", "-1", "x", "1T", "9" * 13, "1.5G", "1 M"])
def test_what_is_no_size(keycatch: Any, repository: Any, size: str) -> None:
    repository.commit("first")
    done = keycatch("scan", f"--decode-limit={size}", cwd=repository.root)
    assert done.returncode == 2
    assert "--decode-limit" in done.stderr
    repository.write(".keycatch.toml", f'decode-limit = "{size}"\n')
    done = keycatch("scan", cwd=repository.root)
    assert done.returncode == 2
    assert 'decode-limit: must be a size such as "512M" or "2G"' in done.stderr
