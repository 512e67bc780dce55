"""`keycatch respond`: from a report of a scan to a plan, with nothing executed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import COMMANDS, main
from scanner.response.formats import FORMATS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def saved(keycatch: Any, plant: Any, tmp_path: Path) -> Path:
    """The report of a scan of a key pair."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "deploy.env").write_text(plant.pair())
    keycatch("scan", "--format", "json", "--output", "../report.json", cwd=work)
    return tmp_path / "report.json"


def test_the_plan_for_a_report(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    done = keycatch("respond", saved, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("What to do about 1 AWS credential\n")
    assert "deploy.env:1:21" in done.stdout
    assert 'aws iam update-access-key --user-name "$USER_NAME"' in done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_only_possible_is_left_out_and_counted(
    keycatch: Any, saved: Path, tmp_path: Path, name: str
) -> None:
    report = json.loads(saved.read_text())
    (sure,) = report["findings"]
    guess = {**sure, "confidence": "low", "fingerprint": "0" * 32, "liveness": None}
    live = {
        "state": "live", "reason": None, "account": "123456789012", "arn": None,
        "principal": "user", "partition": "aws", "summary": "live",
    }  # fmt: skip
    proved = {**guess, "fingerprint": "1" * 32, "liveness": live}
    saved.write_text(json.dumps({**report, "findings": [sure, guess, proved]}))

    def plan(*options: str) -> str:
        done = keycatch("respond", saved, "--format", name, *options, cwd=tmp_path)
        assert done.returncode == 0
        return str(done.stdout)

    shown = plan()
    assert "1 possible credential is left out, below medium confidence." in " ".join(shown.split())
    assert "confidence" in shown
    if name == "json":
        prints = {
            each["fingerprint"]: each["confidence"] for each in json.loads(shown)["credentials"]
        }
        assert prints == {sure["fingerprint"]: "high", "1" * 32: "low"}
        assert json.loads(shown)["report"]["left_out"] == 1
        assert json.loads(plan("--min-confidence", "low"))["report"]["left_out"] == 0
    assert "left out, below" not in plan("--min-confidence", "low")


def test_a_plan_for_nothing_but_guesses(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    report = json.loads(saved.read_text())
    report["findings"][0]["confidence"] = "low"
    saved.write_text(json.dumps(report))
    done = keycatch("respond", saved, cwd=tmp_path)
    assert done.stdout.startswith("Nothing to do: no finding has enough confidence\n")
    assert "update-access-key" not in done.stdout


def test_a_report_on_standard_input(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    expected = keycatch("respond", saved, "--format", "json", cwd=tmp_path).stdout
    done = keycatch("respond", "-", "--format", "json", cwd=tmp_path, given=saved.read_bytes())
    assert (done.returncode, done.stdout) == (0, expected)
    assert json.loads(expected)["credentials"][0]["kind"] == "user-access-key"


@pytest.mark.parametrize("name", FORMATS)
def test_a_plan_in_a_file(keycatch: Any, saved: Path, tmp_path: Path, name: str) -> None:
    shown = keycatch("respond", saved, "--format", name, cwd=tmp_path).stdout
    done = keycatch("respond", saved, "--format", name, "--output", "plan", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "plan").read_text("utf-8") == shown


def test_colour_is_what_the_option_says(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    assert "\x1b[" in keycatch("respond", saved, "--color", "always", cwd=tmp_path).stdout
    assert "\x1b[" not in keycatch("respond", saved, cwd=tmp_path).stdout


def test_a_report_that_shows_values(keycatch: Any, plant: Any, tmp_path: Path) -> None:
    key_id, secret = plant.key_id(), plant.secret()
    (tmp_path / "a.env").write_text(f"AWS_ACCESS_KEY_ID={key_id}\nAWS_SECRET_ACCESS_KEY={secret}\n")
    report = keycatch("scan", "a.env", "--format", "json", "--show-secrets", cwd=tmp_path).stdout
    assert secret in report
    for name in FORMATS:
        done = keycatch("respond", "-", "--format", name, cwd=tmp_path, given=report.encode())
        assert f"KEY_ID={key_id}" in done.stdout
        assert secret not in done.stdout


def test_a_report_of_a_history(past: Any, keycatch: Any, plant: Any) -> None:
    past.put("a.tf", plant.pair())
    past.put("a.tf", "nothing\n")
    past.git("update-ref", "refs/remotes/origin/main", "main")
    report = past.scan(1).stdout.encode()
    done = keycatch("respond", "-", cwd=past.root, given=report)
    assert "may be live, already pushed" in done.stdout
    assert "added by" in done.stdout
    assert "Terraform" in done.stdout


def test_the_key_id_is_printed_from_a_history_and_nothing_else(
    past: Any, keycatch: Any, plant: Any
) -> None:
    key_id, secret = plant.key_id(), plant.secret()
    past.put("a.tf", f"x = 1\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n")
    past.put("a.tf", "nothing\n")
    report = past.scan(1).stdout.encode()
    done = keycatch("respond", "-", "--format", "json", cwd=past.root, given=report)
    command = done.report()["credentials"][0]["lookup"]
    shown = subprocess.run(
        command, shell=True, cwd=past.root, capture_output=True, text=True, check=False
    )
    assert (shown.stdout, shown.stderr) == (f"{key_id}\n", "")


def test_a_report_of_an_incomplete_scan(past: Any, keycatch: Any, plant: Any) -> None:
    past.put("a.txt", plant.pair())
    past.put("b.txt", "lost\n")
    lost = past.git("rev-parse", "HEAD:b.txt")
    (past.root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    report = past.scan(1).stdout
    assert not json.loads(report)["scan"]["complete"]
    done = keycatch("respond", "-", cwd=past.root, given=report.encode())
    assert done.returncode == 0
    assert "! The scan was incomplete" in done.stdout[:400]


def test_a_report_without_findings(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing\n")
    report = keycatch("scan", "a.txt", "--format", "json", cwd=tmp_path).stdout
    done = keycatch("respond", "-", cwd=tmp_path, given=report.encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing to do: the report has no findings\n")


REMEDY = "use one written by a keycatch command with --format json"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", f"cannot use the report R: it is empty; {REMEDY}"),
        (
            '{"tool"',
            "cannot use the report R: it ends in the middle: the scan may have been interrupted; "
            + REMEDY,
        ),
        ("CRITICAL a:1:1\n", f"cannot use the report R: it is not JSON; {REMEDY}"),
        ('{"runs": []}', f"cannot use the report R: it is not a JSON report of keycatch; {REMEDY}"),
        (None, "cannot read the report R: No such file or directory"),
    ],
)
def test_what_is_no_report(keycatch: Any, tmp_path: Path, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / "R").write_text(content)
    done = keycatch("respond", "R", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"keycatch: {why}\n")
    if content is not None:
        done = keycatch("respond", "-", cwd=tmp_path, given=content.encode())
        told = why.replace("the report R", "the report on standard input")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"keycatch: {told}\n")


def test_a_field_of_another_type_is_named(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    report = json.loads(saved.read_text())
    report["findings"][0]["severity"] = 7
    done = keycatch("respond", "-", cwd=tmp_path, given=json.dumps(report).encode())
    assert done.returncode == 2
    assert "on standard input: findings[0].severity is not a text; " in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_report_that_is_a_directory(keycatch: Any, tmp_path: Path) -> None:
    done = keycatch("respond", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("keycatch: cannot read the report .: ")


def test_a_report_too_large(saved: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("scanner.commands.saved_report._LARGEST", saved.stat().st_size)
    assert main(["respond", str(saved), "--format", "json"]) == 0
    monkeypatch.setattr("scanner.commands.saved_report._LARGEST", saved.stat().st_size - 1)
    assert main(["respond", str(saved)]) == 2
    assert "scan in smaller parts" in capsys.readouterr().err


def test_an_output_that_cannot_be_written(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    done = keycatch("respond", saved, "--output", "no/such/file", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("keycatch: cannot write the plan to no/such/file: ")
    assert done.stderr.count("\n") == 1


def test_sarif_is_told_from_a_report(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    sarif = keycatch("scan", ".", "--format", "sarif", cwd=tmp_path).stdout
    done = keycatch("respond", "-", cwd=tmp_path, given=sarif.encode())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"keycatch: cannot use the report on standard input: it is SARIF; {REMEDY}\n"
    )


def test_the_report_is_not_overwritten(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    content = saved.read_bytes()
    os.link(saved, tmp_path / "other")
    for name in (saved.name, f"work/../{saved.name}", "other"):
        done = keycatch("respond", saved.name, "--output", name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"keycatch: --output {name} is the report: name another file\n"
    with saved.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "scanner", "respond", "-", "--output", saved.name],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path, stdin=file, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, "is the report" in done.stderr) == (2, True)
    assert saved.read_bytes() == content
    (tmp_path / "old").write_bytes(b"an older plan")
    assert keycatch("respond", saved.name, "--output", "old", cwd=tmp_path).returncode == 0


def test_the_help_says_how_to_make_a_report(keycatch: Any, tmp_path: Path) -> None:
    done = keycatch("respond", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "keycatch history --format json --output report.json\n  keycatch respond" in done.stdout
    assert "Exit codes: 0 the plan was written" in done.stdout
    assert "130 interrupted, 143 terminated" in done.stdout
    assert "find the credentials in the source again" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_no_report_is_named(keycatch: Any, tmp_path: Path) -> None:
    done = keycatch("respond", cwd=tmp_path)
    assert done.returncode == 2
    assert "REPORT" in done.stderr


def test_nothing_is_executed_opened_or_asked(saved: Path, tmp_path: Path) -> None:
    """The interpreter tells of every program, socket and file; of files only the report counts."""
    program = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith(('subprocess', 'os.exec', 'os.spawn', 'os.posix_spawn',"
        " 'os.system', 'os.fork', 'socket', 'urllib', 'shutil', 'os.startfile')):\n"
        "        print('EVENT', event, file=sys.stderr)\n"
        "    if event == 'open' and 'r' not in str(args[1] or 'r') and args[2] & 3:\n"
        "        print('WRITE', args, file=sys.stderr)\n"
        "from scanner.commands import main\n"
        "sys.addaudithook(hook)\n"
        "code = main(['respond', sys.argv[1]])\n"
        "print('git' in sys.modules or 'boto3' in sys.modules, code, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(saved)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "False 0\n"


def test_a_scan_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing\n")
    program = (
        "import sys\n"
        "from scanner.commands import main\n"
        "main(['scan', '--no-config', 'a.txt'])\n"
        "print([name for name in sys.modules if name.startswith('scanner.response')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_a_plan_is_a_file_like_others(keycatch: Any, saved: Path, tmp_path: Path) -> None:
    keycatch("respond", saved, "--output", "plan", cwd=tmp_path)
    old = os.umask(0)
    os.umask(old)
    assert stat.S_IMODE((tmp_path / "plan").stat().st_mode) == 0o666 & ~old


def test_it_is_in_the_overview() -> None:
    assert COMMANDS["respond"] == "write a response plan for the credentials of a report"
