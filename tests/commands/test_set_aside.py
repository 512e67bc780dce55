"""What was set aside has its place in a report, and its value in none."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.reports import FORMATS
from scanner.rulebook.generator import Generator
from scanner.tally import MOST_PLACES

MAKE = Generator("set aside")
EXAMPLE = "".join(("AKIA", "IOSFODNN7", "EXAMPLE"))


def scan_object(done: Any) -> Any:
    return json.loads(done.stdout)["scan"]


def test_an_example_has_its_place(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text(f"# see the manual\n\nKEY = '{EXAMPLE}'\n")
    done = keycatch("scan", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == ["ignored 1 documentation example: config.py:3:8"]
    said = keycatch("scan", ".", "-v", cwd=tmp_path).stdout
    assert "  config.py:3:8: documentation example, access key ID\n" in said
    scan = scan_object(keycatch("scan", ".", "--format", "json", cwd=tmp_path))
    assert scan["set_aside_values"] == [
        {"reason": "documentation-example", "role": "key_id", "path": "config.py", "line": 3,
         "column": 8}
    ]  # fmt: skip
    assert scan["set_aside_without_place"] == 0
    assert EXAMPLE not in said + done.stdout + json.dumps(scan)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("options", [(), ("-v",), ("--show-secrets",)])
def test_a_marked_secret_is_not_shown(
    keycatch: Any, tmp_path: Path, format_name: str, options: tuple[str, ...]
) -> None:
    key_id, secret = MAKE.access_key_id(), MAKE.secret_access_key()
    text = f"a = '{key_id}'  # keycatch:allow\naws_secret = '{secret}'  # keycatch:allow\n"
    (tmp_path / f"{key_id}.py").write_text(text)
    (tmp_path / "plain.py").write_text(text)
    done = keycatch("scan", ".", "--format", format_name, *options, cwd=tmp_path)
    assert secret not in done.stdout + done.stderr
    if "--show-secrets" not in options:
        assert key_id not in done.stdout + done.stderr


def test_the_number_of_places_is_bounded_and_the_jobs_do_not_matter(
    keycatch: Any, tmp_path: Path
) -> None:
    for number in range(1600):  # more than one process scans alone
        (tmp_path / f"{number:04}.py").write_text(f"KEY = '{EXAMPLE}'\n")
    one, two = (
        scan_object(keycatch("scan", ".", "--jobs", jobs, "--format", "json", cwd=tmp_path))
        for jobs in ("1", "2")
    )
    assert one == two
    assert len(one["set_aside_values"]) == MOST_PLACES
    assert one["set_aside_without_place"] == 1600 - MOST_PLACES
    assert one["set_aside_values"][-1]["path"] == f"{MOST_PLACES - 1:04}.py"


def test_a_history_has_counts_only(keycatch: Any, repository: Any) -> None:
    repository.write("config.py", f"KEY = '{EXAMPLE}'\n")
    repository.git("add", "-A")
    staged = scan_object(keycatch("staged", "--format", "json", cwd=repository.root))
    assert [each["path"] for each in staged["set_aside_values"]] == ["config.py"]
    repository.git("commit", "-q", "-m", "change")
    for _ in range(2):  # the second time from what was remembered
        scan = scan_object(keycatch("history", "--format", "json", cwd=repository.root))
        assert scan["set_aside_values"] == []
        assert scan["set_aside_without_place"] == 1
    said = keycatch("history", cwd=repository.root).stdout
    assert "ignored 1 documentation example\n" in said


def test_what_was_not_opened_is_said(keycatch: Any, tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x" * 100)
    packed = bytearray(file.getvalue())
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flag of encryption
        packed[packed.index(signature) + at] |= 1
    packed[packed.index(b"a.txt") + 10] ^= 0xFF  # what is encrypted makes no sense
    (tmp_path / "locked.zip").write_bytes(packed)
    done = keycatch("scan", ".", cwd=tmp_path)
    assert "not opened: encrypted archive (1) (-v lists them)\n" in done.stdout
    assert keycatch("scan", ".", "-q", cwd=tmp_path).stdout == ""


def test_the_member_of_an_archive_is_named(keycatch: Any, tmp_path: Path) -> None:
    text = f"KEY = '{EXAMPLE}'\n".encode()
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("in/a.py")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    done = keycatch("scan", ".", cwd=tmp_path)
    assert "ignored 1 documentation example: x.tar.gz!/in/a.py:1:8\n" in done.stdout
