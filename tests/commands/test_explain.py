"""`keycatch explain`: what decided about a line, end to end."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.rulebook.generator import Generator

MADE = Generator(31)
KEY_ID, OTHER = MADE.access_key_id(), MADE.access_key_id()
SECRET = MADE.secret_access_key()
PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"


@pytest.fixture
def explain(past: Any) -> Any:
    """Run the command in a repository; return its text."""

    def run(*arguments: str, code: int = 0) -> str:
        done = past.keycatch("explain", *arguments, cwd=past.root)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert SECRET[4:16] not in done.stdout + done.stderr
        assert KEY_ID[4:16] not in done.stdout + done.stderr
        return str(done.stdout if code == 0 else done.stdout + done.stderr)

    return run


def last(text: str, rule: str) -> str:
    """Return the last line of what is said about the candidate of `rule`."""
    part = text.split(f" as {rule}\n", 1)[1].split("\n\n", 1)[0]
    return part.splitlines()[-1].strip()


# -- findings -----------------------------------------------------------------------------------


def test_a_finding_with_each_check(past: Any, explain: Any) -> None:
    past.write("a.env", PAIR)
    said = explain("a.env:2")
    assert said.startswith("a.env:2:25: ")
    assert "named aws_secret_access_key: a name of an AWS secret" in said
    assert "bits, at least 0 needed with such a name" in said
    assert "near     key ID and secret 1 line apart" in said
    assert last(said, "aws-secret-access-key") == (
        "reported as aws-access-key-pair, critical severity, high confidence: fails at --fail-on "
        "medium"
    )
    assert "a.env:1:" not in said
    whole = explain("a.env")
    assert "a.env:1:21: " in whole
    assert "a.env:2:25: " in whole
    assert explain("a.env:2:30") in explain("a.env:2") + "\n"
    assert "no candidate on this line" in explain("a.env:2:1")


def test_a_lone_key_id(past: Any, explain: Any) -> None:
    past.write("a.env", f"id = {KEY_ID}\n")
    said = explain("a.env:1")
    assert "no secret access key in this file belongs to it" in said
    assert last(said, "aws-access-key-id").startswith("reported as aws-access-key-id, medium")


def test_standard_input(past: Any, keycatch: Any) -> None:
    past.write("piped", PAIR)
    for place in (("-",), ("--", "-:2")):
        with open(past.root / "piped", "rb") as file:
            done = keycatch("explain", *place, cwd=past.root, stdin=file)
        assert (done.returncode, done.stderr) == (0, "")
        assert "<stdin>:2:25: " in done.stdout


@pytest.mark.parametrize("digits", [32, 8])
def test_a_fingerprint(past: Any, explain: Any, digits: int) -> None:
    past.write("deep/a.env", f"\n{PAIR}")
    past.write("b.env", PAIR.replace("\n", " # keycatch:allow\n"))
    report = past.keycatch("scan", ".", "--format", "json", cwd=past.root).report()
    (finding,) = report["findings"]
    said = explain("--fingerprint", finding["fingerprint"][:digits])
    for place in ("b.env:1:21: ", "b.env:2:25: ", "deep/a.env:2:21: ", "deep/a.env:3:25: "):
        assert f"\n{place}" in f"\n{said}"
    assert "deep" in explain("--fingerprint", finding["fingerprint"], "deep")
    missing = explain("--fingerprint", "0" * 32, code=2)
    assert "no credential with the fingerprint" in missing
    assert "is 32 hexadecimal digits" in explain("--fingerprint", "xyz", code=2)


def test_in_an_archive_and_in_base64(past: Any, explain: Any) -> None:
    with zipfile.ZipFile(past.root / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.env", PAIR)
        archive.writestr("b.env", f"id = {OTHER}\n")
    said = explain("x.zip!/in/a.env:2")
    assert "x.zip!/in/a.env:2:25: " in said
    assert "read as  zip" in said
    assert "b.env" not in said
    past.write("a.b64", base64.b64encode(PAIR.encode()) + b"\n")
    assert "read as  base64" in explain("a.b64:1")


# -- what keeps a value from being reported -----------------------------------------------------


def test_a_mark(past: Any, explain: Any) -> None:
    past.write("a.env", f"id = {KEY_ID}  # keycatch:allow aws-access-key-id: made up\n")
    said = last(explain("a.env:1"), "aws-access-key-id")
    assert said == (
        "not reported: a mark on its line, or before it, allows it (--no-marks reports it)"
    )
    assert "reported as" in explain("a.env:1", "--no-marks")


def test_a_baseline(past: Any, explain: Any) -> None:
    past.write("a.env", PAIR)
    options = ("--reason", "made up", "--owner", "team-a")
    done = past.keycatch("baseline", "create", *options, cwd=past.root)
    assert done.returncode == 0, done.stderr
    said = last(explain("a.env:2"), "aws-secret-access-key")
    assert "not reported as aws-access-key-pair" in said
    assert said.endswith("the baseline .keycatch-baseline accepts it: made up, owner team-a")
    assert "reported as" in explain("a.env:2", "--no-baseline")


def test_a_disabled_rule(past: Any, explain: Any) -> None:
    past.write("a.env", f"id = {KEY_ID}\nx = {SECRET}{'y' * 0}\n" + "\n" * 3)
    past.write(".keycatch.toml", 'disable = ["aws-access-key-id", "aws-unnamed-secret"]\n')
    said = last(explain("a.env:1"), "aws-access-key-id")
    assert said == "not reported: .keycatch.toml disables the rule aws-access-key-id"
    assert "reported as" in explain("a.env:1", "--no-config")


def test_a_disabled_derived_rule(past: Any, explain: Any) -> None:
    past.write("a.env", f"x = {SECRET}\n")
    past.write(".keycatch.toml", 'disable = ["aws-unnamed-secret"]\n')
    said = last(explain("a.env:1"), "aws-secret-access-key")
    assert said == "not reported: .keycatch.toml disables the rule aws-unnamed-secret"


def test_below_the_threshold(past: Any, explain: Any) -> None:
    past.write("a.env", f"x = {SECRET}\n")
    said = last(explain("a.env:1", "--fail-on", "high"), "aws-secret-access-key")
    assert said.startswith("possible as aws-unnamed-secret, medium severity, medium confidence")
    assert "below --fail-on high" in said
    past.write(".keycatch.toml", 'fail-on = "critical"\n')
    assert "below --fail-on critical" in explain("a.env:1")


def test_an_excluded_file_and_an_ignored_one(past: Any, explain: Any) -> None:
    past.write("vendor/a.env", PAIR)
    past.write("b.env", PAIR)
    past.write(".gitignore", "*.log\nb.*\n")
    past.write(".keycatch.toml", 'exclude = ["other/", "vendor/"]\n')
    said = explain("vendor/a.env:1")
    assert "a scan does not read this file: excluded by vendor/ in .keycatch.toml" in said
    assert "reported as" in said
    said = explain("b.env:1")
    assert "ignored by git (.gitignore:2: b.*); --no-ignore reads it" in said
    past.git("add", "-f", "b.env")
    assert "ignored" not in explain("b.env:1")


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("id = AKIA" + "IOSFODNN7EXAMPLE", "aws-access-key-id", "documentation example"),
        ("id = AKIA" + "XXXXXXXXXXXXXXXX", "aws-access-key-id", "a placeholder, counted as set"),
        ("x = TheQuickBrownFoxJumpsOverTheLazyDogAgaix", "aws-secret-access-key",
         "bits, at least 10 needed without a name of AWS"),
        (f"x = $2b$10${SECRET}", "aws-secret-access-key",
         "a piece of a password hash, a digest or a ciphertext"),
    ],
)  # fmt: skip
def test_what_is_no_credential(past: Any, explain: Any, text: str, rule: str, said: str) -> None:
    past.write("a.env", f"{text}\n")
    found = last(explain("a.env:1"), rule)
    assert found.startswith("not reported: ")
    assert said in found


def test_part_of_something_larger(past: Any, explain: Any) -> None:
    example = past.keycatch("rules", "example", "aws-presigned-url").stdout
    past.write("a.txt", example)
    said = explain("a.txt")
    assert "part of the aws-presigned-url at line " in said
    assert "reported as aws-presigned-url" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing\n", "no candidate on this line: there is no anchor of any rule"),
        (f"id = {KEY_ID[:-1]}\n", "the pattern of the rule does not match: 19 characters instead"),
        (f"x = {SECRET[:38]}\n", "38 characters instead of the 40 of a secret access key"),
        (f"aws_secret_access_key = {SECRET[:38]}\n", "as aws-misshapen-key"),
        ("commit " + MADE.hex(40) + "\n", "40 hexadecimal digits: a hash"),
        ("aws_secret_access_key = ${SECRET}\n", "a variable or a template, not a value"),
        ("", "no candidate on this line"),
    ],
)
def test_a_line_without_a_finding(past: Any, explain: Any, text: str, said: str) -> None:
    past.write("a.env", text)
    assert said in explain("a.env:1")


# -- output and errors --------------------------------------------------------------------------


def test_json(past: Any, explain: Any) -> None:
    past.write("a.env", PAIR)
    (found,) = json.loads(explain("a.env:2", "-f", "json"))["explanations"]
    assert (found["path"], found["line"]) == ("a.env", 2)
    reported = [each for each in found["candidates"] if each["outcome"] == "reported"]
    assert [each["rule_id"] for each in reported] == ["aws-secret-access-key"]
    assert reported[0]["finding"]["rule_id"] == "aws-access-key-pair"
    assert all(check["passed"] for check in reported[0]["checks"])


def test_a_credential_in_a_name_is_redacted(past: Any, explain: Any) -> None:
    past.write(f"{KEY_ID}.env", "x = 1\n")
    assert "****" in explain(f"{KEY_ID}.env:1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a line, as in `keycatch explain FILE:LINE`"),
        (("missing.env:3",), "cannot scan 'missing.env': No such file"),
        (("a.env:0",), "lines count from 1"),
        ((".",), "is a directory: name a file"),
        (("a.env", "--baseline", "none"), "cannot read the baseline"),
        (("a.env", "--config", "none"), "cannot read the configuration"),
    ],
)
def test_what_cannot_be_explained(
    past: Any, explain: Any, arguments: tuple[str, ...], said: str
) -> None:
    past.write("a.env", "x\n")
    assert said in explain(*arguments, code=2)


def test_a_line_beyond_the_end_and_strange_bytes(past: Any, explain: Any) -> None:
    past.write("a.bin", b"\xff\xfe\x00" * 50 + PAIR.encode() + b"\0\x1b[31m")
    assert "no candidate on this line" in explain("a.bin:99999")
    assert "\x1b" not in explain("a.bin")


def test_a_damaged_archive_says_so(past: Any, explain: Any) -> None:
    with zipfile.ZipFile(past.root / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.env", PAIR * 50)
    content = (past.root / "x.zip").read_bytes()
    past.write("x.zip", content[:60] + b"\xff" * 20 + content[80:])
    assert "not read to the end: damaged-archive" in explain("x.zip", code=2)


def test_other_commands_load_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(PAIR)
    program = (
        "import sys\nfrom scanner.commands import main\n"
        "main(['scan', 'a.env', '--no-config', '-q'])\n"
        "print([name for name in sys.modules if 'explain' in name or 'doctor' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
