"""A repository cannot silence its own scan: not by numbers, not by names, not by a limit."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest

from scanner import tally
from scanner.decoders import interface
from scanner.engine import examine

MARK = "  # keycatch:allow\n"


def added(past: Any, base: str, *options: str, code: int = 0) -> Any:
    done = past.keycatch("range", f"{base}..HEAD", "--format", "json", *options, cwd=past.root)
    assert done.returncode == code, (done.stdout, done.stderr)
    remarks = done.report()["scan"].get("remarks", [])
    return [each for each in remarks if each["reason"] == "marks-added"]


# -- marks --------------------------------------------------------------------------------------


@pytest.fixture
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep as few places of what is set aside as a report of a large change does of many."""
    for module in (tally, examine):
        monkeypatch.setattr(module, "MOST_PLACES", 3)


@pytest.mark.usefixtures("few_places")
@pytest.mark.parametrize("where", ["a.env", "z.env", "examples/z.env"])
def test_a_mark_after_many_that_were_there(where: str, past: Any, plant: Any) -> None:
    old = "".join(f"aws_access_key_id = {plant.key_id()}{MARK}" for _ in range(12))
    base = past.put("a.env", old)
    new = f"aws_access_key_id = {plant.key_id()}{MARK}"
    past.put("a.env", f"{old}text\n")
    past.put(where, f"{old}text\n{new}" if where == "a.env" else new)
    (remark,) = added(past, base)
    assert [each["path"] for each in remark["places"]] == [where]
    added(past, base, "--strict", code=1)


@pytest.mark.usefixtures("few_places")
def test_a_mark_after_many_examples(past: Any, plant: Any) -> None:
    base = past.put("b.txt", "text\n")
    past.put("a.txt", "".join(f"AKIAIOSFODNN7EXAMPL{each}\n" for each in "EABCDFG"))
    past.put("z.env", f"aws_access_key_id = {plant.key_id()}{MARK}")
    assert added(past, base)


def test_a_mark_in_a_file_that_is_called_like_a_value(past: Any, plant: Any) -> None:
    """The path of the mark is masked in the report, and the mark is seen all the same."""
    base = past.put("b.txt", "text\n")
    value = plant.key_id()
    past.put("key.env", f"aws_access_key_id = {value}\n")
    past.put(f"{value}.env", f"aws_access_key_id = {plant.key_id()}{MARK}")
    (remark,) = added(past, base, code=1)
    assert value not in str(remark)
    (place,) = remark["places"]
    assert place["path"].startswith("AKIA****")


# -- names of what decides ----------------------------------------------------------------------


def test_the_names_of_configuration_and_baseline_show_no_value(past: Any, plant: Any) -> None:
    value, other = plant.key_id(), plant.key_id()
    past.write("key.env", f"aws_access_key_id = {value}\n")
    past.write("old.env", f"aws_access_key_id = {other}\n")
    (past.root / value).mkdir()
    name = f"{value}/{other}.txt"
    done = past.keycatch("baseline", "create", "--baseline", name, cwd=past.root)
    assert done.returncode == 0
    text = (past.root / name).read_text()
    # The entry of the key that is in the reason of it, and none of the other.
    kept = [line for line in text.splitlines() if "key.env" not in line]
    (past.root / name).write_text("\n".join(kept).replace('"}', f'", "reason": "was {other}"}}'))
    past.write(".keycatch.toml", f'baseline = "{name}"\nexclude = ["{value}/"]\n')
    for form in ("text", "json", "sarif", "html", "markdown", "csv", "gitlab", "junit", "github"):
        done = past.keycatch("scan", ".", "-v", "--format", form, cwd=past.root)
        assert done.returncode == 1
        assert value not in done.stdout + done.stderr
        assert other not in done.stdout + done.stderr


# -- the limit of decoding ----------------------------------------------------------------------


@pytest.fixture
def archive(plant: Any, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """An archive with a key in a member that only a higher limit than the default reads whole."""
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", 20_000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("noise", random.Random(2).randbytes(30_000))
        file.writestr("k.env", plant.pair(), zipfile.ZIP_DEFLATED)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.zip", inner.getvalue())
    return outer.getvalue()


LIMIT = 'decode-limit = "1M"\n'


def test_explain_decodes_as_the_scan_does(past: Any, archive: bytes) -> None:
    past.write("a.zip", archive)
    assert past.keycatch("explain", "a.zip", cwd=past.root).returncode == 2
    past.write(".keycatch.toml", LIMIT)
    done = past.keycatch("explain", "a.zip", "--format", "json", cwd=past.root)
    assert done.returncode == 0
    assert "aws-access-key-pair" in done.stdout
    report = past.keycatch("scan", "a.zip", "--format", "json", cwd=past.root).report()
    fingerprint = report["findings"][0]["fingerprint"]
    done = past.keycatch("explain", "--fingerprint", fingerprint, cwd=past.root)
    assert done.returncode == 0


def test_a_baseline_has_what_the_scan_finds(past: Any, archive: bytes) -> None:
    past.write("a.zip", archive)
    past.write(".keycatch.toml", LIMIT)
    assert past.keycatch("baseline", "create", cwd=past.root).returncode == 0
    assert past.keycatch("scan", ".", cwd=past.root).returncode == 0


def test_what_was_there_is_decoded_as_what_is_new(past: Any, archive: bytes) -> None:
    past.write(".keycatch.toml", LIMIT)
    base = past.put("a.zip", archive)
    past.put("b/a.zip", archive)
    past.put("a.zip", None)
    done = past.keycatch("range", f"{base}..HEAD", "--format", "json", cwd=past.root)
    assert done.returncode in (0, 1)
    past.put("a.zip", archive + b"\n")
    base = past.put("c.txt", "x\n")
    past.put("a.zip", archive)
    done = past.keycatch("range", f"{base}..HEAD", "--format", "json", cwd=past.root)
    assert done.returncode == 0, done.stdout
    assert [each["severity"] for each in done.report()["findings"]] == ["note"]
