"""Taking credentials out of a history: what filter-repo is given, and the check afterwards."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def rewrite(past: Any, path: Path, *options: str) -> None:
    """Let filter-repo rewrite the history as a person would; it deletes what is left over."""
    done = subprocess.run(
        [
            sys.executable, "-m", "git_filter_repo", "--force",
            "--replace-text", str(path), "--replace-message", str(path), *options,
        ],
        cwd=past.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def stored(past: Any) -> bytes:
    """Return everything that the repository stores."""
    names = past.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    shown = [
        subprocess.run(
            ["git", "cat-file", "--batch"],
            cwd=past.root, input="\n".join(names).encode(), capture_output=True, check=True,
        ).stdout
    ]  # fmt: skip
    return b"".join(shown)


def notes(done: Any) -> list[str]:
    return [line for line in done.stderr.splitlines() if "not replaced" in line]


# -- replacements ---------------------------------------------------------------------------------


def test_plain_values(past: Any, plant: Any, tmp_path: Path) -> None:
    key, secret = plant.key_id(), plant.secret()
    past.put("a", f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    past.put("b", f"key {key} again\n", f"add {key}")
    past.git("tag", "-a", "v1", "-m", f"with {key}")
    past.put("a", None)
    target = tmp_path / "replacements.txt"
    done = past.scan(1, "--replacements", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 or os.name == "nt"
    assert target.read_text().splitlines() == [
        f"literal:{secret}==>***REMOVED-BY-KEYCATCH-secret***",
        f"literal:{key}==>***REMOVED-BY-KEYCATCH-key_id***",
    ]
    assert notes(done) == []
    assert "delete it" in done.stderr
    assert "git filter-repo --replace-text" in done.stderr
    assert key not in done.stdout + done.stderr
    rewrite(past, target)
    content = stored(past)
    assert key.encode() not in content
    assert secret.encode() not in content
    assert content.count(b"***REMOVED-BY-KEYCATCH-key_id***") == 4
    past.scan(0)


def test_values_that_stand_there_in_another_form(past: Any, plant: Any, tmp_path: Path) -> None:
    pairs = [plant.pair() for _ in range(3)]
    encoded = base64.encodebytes(b"some words before it: " + pairs[0].encode()).decode()
    past.put("encoded", f"data = |\n{encoded}\n")
    past.put("escaped.json", json.dumps({"file": pairs[1] + "\u00e9\n"}).replace("/", "\\/"))
    secret = f"{plant.secret()[:20]}/{plant.secret()[:19]}"
    past.put("percent", f"aws_secret_access_key={secret.replace('/', '%2F')}&x=1\n")
    past.put("plain", pairs[2])
    target = tmp_path / "replacements.txt"
    done = past.scan(1, "--replacements", str(target))
    assert len(done.report()["findings"]) == 4
    assert notes(done) == []
    rewrite(past, target)
    past.scan(0)
    assert "some words before" not in past.git("show", "HEAD:plain")


def test_what_cannot_be_replaced_is_told(past: Any, plant: Any, tmp_path: Path) -> None:
    keys = [plant.key_id() for _ in range(6)]
    past.put("packed.gz", gzip.compress(keys[0].encode()))
    past.put("wide", f"key = {keys[1]}\n".encode("utf-16"))
    past.put(f"name-{keys[2]}", "text\n")
    past.git("branch", f"branch-{keys[3]}")
    past.git("-c", f"user.name={keys[4]}", "commit", "-q", "--allow-empty", "-m", "somebody")
    past.put("fine", keys[5])
    past.put("zeros", b"\0" + keys[5].encode())
    target = tmp_path / "replacements.txt"
    done = past.scan(1, "--replacements", str(target))
    told = notes(done)
    assert len(told) == 6, told
    assert "(packed.gz)" in "".join(told)
    assert "(wide)" in "".join(told)
    assert sum("it is in a name" in line for line in told) == 2
    assert sum("--mailmap" in line for line in told) == 1
    assert sum("--strip-blobs-with-ids" in line for line in told) == 3
    assert not any(key in done.stderr for key in keys)
    rewrite(past, target)
    left = past.scan(1, "--show-secrets").report()["findings"]
    assert {each["values"]["key_id"] for each in left} >= {*keys[:4]}


def test_values_of_several_lines(past: Any, plant: Any, own_rule: Any, tmp_path: Path) -> None:
    secret = plant.secret()
    own_rule(r"ourtok-[0-9a-f]{16}\n[0-9a-f]{16}-[A-Za-z0-9+/]{40}")
    config = ("--config", str(tmp_path / ".keycatch.toml"))
    first, second = "3f9a0c27be5d1846", "77e1b0cd42a95f38"
    past.put("a", f"x ourtok-{first}\n{second}-{secret} y\n")
    past.put("b", f"aws_secret_access_key = {secret}\n")
    target = tmp_path / "replacements.txt"
    done = past.scan(1, "--replacements", str(target), *config)
    assert len(done.report()["findings"]) == 2
    assert notes(done) == []
    assert all(line.startswith("regex:") for line in target.read_text().splitlines())
    rewrite(past, target)
    past.scan(0, *config)
    assert second.encode() not in stored(past)
    assert secret.encode() not in stored(past)


def test_only_what_fails(past: Any, plant: Any, tmp_path: Path) -> None:
    past.put("a", plant.secret())
    target = tmp_path / "replacements.txt"
    done = past.scan(0, "--replacements", str(target), "--fail-on", "high")
    assert "nothing to replace" in done.stderr
    assert not target.exists()


def test_from_the_record_too(past: Any, plant: Any, tmp_path: Path) -> None:
    past.put("a", base64.b64encode(plant.pair().encode()).decode())
    one, other = tmp_path / "one", tmp_path / "other"
    past.scan(1, "--replacements", str(one))
    past.scan(1, "--replacements", str(other))
    assert one.read_bytes() == other.read_bytes()


def test_the_file(past: Any, plant: Any, tmp_path: Path) -> None:
    past.put("a", plant.pair())
    target = tmp_path / "replacements.txt"
    target.write_text("mine\n")
    done = past.scan(2, "--replacements", str(target))
    assert "not overwritten" in done.stderr
    assert target.read_text() == "mine\n"
    assert done.stdout == ""
    nowhere = tmp_path / "none" / "file"
    assert "cannot write the replacements" in past.scan(2, "--replacements", str(nowhere)).stderr
    assert "needs an --output" in past.scan(2, "--replacements", "-").stderr
    report = tmp_path / "report.json"
    done = past.scan(1, "--replacements", "-", "--output", str(report))
    assert done.stdout.count("literal:") == 2
    assert [path.name for path in tmp_path.iterdir() if "tmp" in path.name] == []


def test_the_advice_is_commands_for_what_was_scanned(
    past: Any, plant: Any, keycatch: Any, tmp_path: Path
) -> None:
    """They run where the scan was started, which need not be in a repository."""
    past.put("key", plant.pair())
    past.git("clone", "-q", str(past.root), str(tmp_path / "a clone"))
    done = keycatch("history", "a clone", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    advice = " ".join(done.stdout.partition("What to do about the history")[2].split())
    commands = [each for each in advice.split("`") if each.startswith("keycatch history ")]
    assert len(commands) == 3
    for command in commands:
        arguments = shlex.split(command.replace("CLONE", "'a clone'"))[1:]
        done = keycatch(*arguments, cwd=tmp_path)
        assert done.returncode == 1, (command, done.stderr)
    assert "STILL THERE" in done.stdout
    assert {"report.json", "replacements.txt"} <= {each.name for each in tmp_path.iterdir()}


def test_the_advice_does_not_name_a_directory_that_is_called_like_a_value(
    past: Any, plant: Any, keycatch: Any, tmp_path: Path
) -> None:
    pair = plant.pair()
    past.put("key", pair)
    key_id = re.search("AKIA[A-Z2-7]{16}", pair)
    assert key_id
    name = key_id[0]
    past.git("clone", "-q", str(past.root), str(tmp_path / name))
    for form in ("text", "html"):
        done = keycatch("history", name, "--format", form, cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert name not in done.stdout + done.stderr
        assert "replacements.txt DIRECTORY..." in " ".join(done.stdout.split())


def test_several_repositories(past: Any, plant: Any, make_repository: Any, tmp_path: Path) -> None:
    past.put("a", plant.pair())
    other = make_repository("other")
    other.write("b", base64.b64encode(plant.pair().encode()).decode())
    other.commit()
    target = tmp_path / "replacements.txt"
    past.scan(1, str(past.root), str(other.root), "--replacements", str(target))
    rewrite(past, target)
    past.root = other.root
    rewrite(past, target)
    past.scan(0, str(other.root))


# -- the check afterwards -------------------------------------------------------------------------


def earlier(past: Any, path: Path, *options: str) -> Any:
    past.scan(1, "--output", str(path), *options)
    return json.loads(path.read_text())


def check(past: Any, code: int, path: Path, *options: str) -> list[str]:
    """Return the lines of the answer."""
    done = past.scan(code, "--format", "text", "--verify-removed", str(path), *options)
    assert "Other clones" in done.stdout
    lines: list[str] = done.stdout.splitlines()
    return lines


def test_gone_and_still_there(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    key, secret = plant.key_id(), plant.secret()
    past.put("a", f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    past.put("b", plant.key_id())
    found = earlier(past, report)
    lines = check(past, 1, report)
    assert [line[:11] for line in lines if not line.startswith(" ")][:2] == ["STILL THERE"] * 2
    assert "2 of 2 credentials" in lines[-2]
    assert f"  a, since commit {past.git('rev-parse', 'HEAD~1')}" in lines
    assert any("kept by main" in line for line in lines)
    assert key not in "".join(lines)
    target = tmp_path / "replacements.txt"
    past.scan(1, "--replacements", str(target))
    rewrite(past, target)
    lines = check(past, 0, report)
    assert [line[:5] for line in lines[:2]] == ["gone:"] * 2
    assert {each["fingerprint"][:12] in "".join(lines) for each in found["findings"]} == {True}
    assert "0 of 2 credentials" in lines[2]


@pytest.mark.parametrize("part", ["key_id", "secret"])
def test_half_of_a_pair(past: Any, plant: Any, tmp_path: Path, part: str) -> None:
    report = tmp_path / "report.json"
    values = {"key_id": plant.key_id(), "secret": plant.secret()}
    pair = "aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    past.put("a", pair.format(**values))
    earlier(past, report)
    other = {"key_id": plant.key_id(), "secret": plant.secret()}
    shutil.rmtree(past.root / ".git")
    past.git("init", "-q", "-b", "main", ".")
    past.git("config", "user.name", "Test")
    past.git("config", "user.email", "test@example.com")
    past.put("a", pair.format(**other))
    lines = check(past, 0, report)
    assert "1 finding is not in the report" in lines[-2]
    past.put("b", f"aws_secret_access_key = {values[part]}\n")
    line = next(line for line in check(past, 1, report) if line.startswith("STILL"))
    assert line.endswith(f": {part}")
    # Also as half of another pair, and where a mark or the configuration would pass over it.
    past.git("rm", "-q", "-f", "b")
    past.git("commit", "-q", "--amend", "-m", "only", "--allow-empty")
    past.git("reflog", "expire", "--expire=now", "--all")
    past.git("prune", "--expire=now")
    check(past, 0, report)
    (past.root / ".keycatch.toml").write_text('exclude = ["c"]\n')
    mixed = pair.format(**{**other, part: values[part]})
    past.put("c", mixed.replace("\n", " # keycatch:allow old\n"))
    assert any(line.endswith(f": {part}") for line in check(past, 1, report))


def test_a_value_that_looks_the_same(past: Any, plant: Any, tmp_path: Path) -> None:
    """Of another key ID of the same account the report shows the same: half of a pair errs."""
    lone, paired = tmp_path / "lone.json", tmp_path / "paired.json"
    key, secret = plant.key_id(), plant.secret()
    past.put("a", key)
    earlier(past, lone)
    past.put("a", f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    earlier(past, paired)
    shutil.rmtree(past.root / ".git")
    past.git("init", "-q", "-b", "main", ".")
    past.git("config", "user.name", "Test")
    past.git("config", "user.email", "test@example.com")
    alike = f"{key[:13]}{key[13:16][::-1]}{key[16:]}"
    assert alike != key
    past.put("a", alike)
    check(past, 0, lone)
    check(past, 1, paired)
    other = f"{'7' if key[5] != '7' else '6'}".join((key[:5], key[6:]))
    past.git("rm", "-q", "a")
    shutil.rmtree(past.root / ".git")
    past.git("init", "-q", "-b", "main", ".")
    past.git("config", "user.name", "Test")
    past.git("config", "user.email", "test@example.com")
    past.put("a", other)
    check(past, 0, paired)


def test_where_it_can_hide(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", "text\n")
    past.put("b", plant.pair())
    earlier(past, report)
    past.git("reset", "-q", "--hard", "HEAD~1")
    assert "kept by reflog of HEAD, reflog of main" in " ".join(check(past, 1, report))
    past.git("repack", "-qad")
    past.git("reflog", "expire", "--expire=now", "--all")
    assert ".pack" in " ".join(check(past, 1, report))
    past.git("repack", "-qAd")
    lines = " ".join(check(past, 1, report))
    assert os.path.join(".git", "objects") in lines
    assert ".pack" not in lines
    past.git("prune", "--expire=now")
    check(past, 0, report)


def test_it_reads_everything(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    earlier(past, report)
    (record,) = (tmp_path / "home/.cache/keycatch/history").glob("*.state")
    record.unlink()
    check(past, 1, report)
    assert not record.exists()


def test_in_json(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    past.put("b", plant.key_id())
    found = earlier(past, report, "--show-secrets")
    shown = past.scan(1, "--verify-removed", str(report)).stdout
    told = json.loads(shown)
    assert told["complete"] is True
    assert [each["gone"] for each in told["credentials"]] == [False, False]
    assert told["credentials"][0]["still_there"] == ["key_id", "secret"]
    assert told["not_in_report"] == 0
    for each in found["findings"]:
        assert not any(value in shown for value in each["values"].values())


def test_an_incomplete_scan(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    earlier(past, report)
    past.git("reset", "-q", "--soft", "HEAD")
    shutil.rmtree(past.root / ".git")
    past.git("init", "-q", "-b", "main", ".")
    blob = past.store("text\n")
    path = past.root / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    done = past.scan(2, "--format", "text", "--verify-removed", str(report))
    assert "in what could be read" in done.stdout
    assert "incomplete" in done.stderr
    past.scan(2, "--verify-removed", str(report), "--exit-zero")


def test_what_is_no_report(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    found = earlier(past, report)
    past.git("rm", "-q", "a")
    first = found["findings"][0]
    bad = {
        **dict.fromkeys([b"{a}", b"[" * 100_000], "it is not JSON"),
        b"": "it is empty",
        b"{": "it ends in the middle: the scan may have been interrupted",
        **dict.fromkeys([b"[]", b"7", b"{}", b'"x"'], "it is not a JSON report of keycatch"),
        **{
            json.dumps({**found, **change}).encode(): why
            for change, why in (
                ({"schema_version": 2}, "its schema_version is 2, and this keycatch reads 1"),
                ({"tool": {"name": "other"}}, "it is not a JSON report of keycatch"),
                ({"scan": {**found["scan"], "kind": "scan"}},
                 "it is not a report of `keycatch history`"),
                ({"findings": [7]}, "findings[0] is not an object"),
                ({"findings": [{**first, "values": {}}]},
                 "findings[0].values does not name the parts of a credential"),
                ({"findings": [{**first, "fingerprint": 1}]},
                 "findings[0].fingerprint is not a text"),
            )
        },
    }  # fmt: skip
    remedy = "use one written by `keycatch history --format json --output FILE`"
    for content, why in bad.items():
        report.write_bytes(content)
        done = past.scan(2, "--verify-removed", str(report))
        assert done.stderr == f"keycatch: cannot use the report {report}: {why}; {remedy}\n"
        assert done.stdout == ""
    assert "cannot read" in past.scan(2, "--verify-removed", str(tmp_path / "none")).stderr
    report.write_text(json.dumps(found))
    (past.root / ".keycatch.toml").write_text('disable = ["aws-access-key-pair"]\n')
    assert "is disabled" in past.scan(2, "--verify-removed", str(report)).stderr


def test_a_report_on_standard_input(past: Any, plant: Any, keycatch: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    earlier(past, report)
    expected = past.scan(1, "--verify-removed", str(report)).stdout
    command = ("history", "--verify-removed", "-", "--format", "json", past.root)
    done = keycatch(*command, cwd=tmp_path, given=report.read_bytes())
    assert (done.returncode, done.stdout) == (1, expected)
    done = keycatch(*command, cwd=tmp_path, given=b"{}")
    assert "cannot use the report on standard input: it is not a JSON report" in done.stderr


def test_a_report_of_before_credentials_told_something(
    past: Any, plant: Any, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    past.put("a", plant.pair())
    found = earlier(past, report)
    for each in found["findings"]:
        del each["forensics"]
    report.write_text(json.dumps(found))
    assert "1 of 1 credentials" in check(past, 1, report)[-2]


@pytest.mark.parametrize(
    "option",
    ["--branch=main", "--since=2001-01-01", "--until=2030-01-01", "--max-size=1M",
     "--allow-shallow", "--replacements=x", "--format=sarif"],
)  # fmt: skip
def test_options_that_do_not_go_with_it(past: Any, tmp_path: Path, option: str) -> None:
    past.put("a", "text\n")
    report = tmp_path / "report.json"
    past.scan(0, "--output", str(report))
    past.scan(0, "--verify-removed", str(report))
    done = past.scan(2, "--verify-removed", str(report), option)
    assert "--verify-removed" in done.stderr


def test_a_report_that_was_narrowed(past: Any, plant: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    past.put("a", "text\n")
    past.scan(0, "--branch=main", "--output", str(report))
    done = past.scan(0, "--verify-removed", str(report))
    assert "may be more than it found" in done.stderr


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_an_incomplete_scan(past: Any, tmp_path: Path, whole: bool) -> None:
    report = tmp_path / "report.json"
    past.put("a", "text\n")
    past.scan(0, "--output", str(report))
    told = json.loads(report.read_text())
    told["scan"]["complete"] = whole
    report.write_text(json.dumps(told))
    done = past.scan(0, "--verify-removed", str(report))
    assert ("may be more than it found" in done.stderr) is not whole


def test_a_report_on_more_repositories_than_are_checked(
    past: Any, plant: Any, make_repository: Any, keycatch: Any, tmp_path: Path
) -> None:
    """What is only in another repository looks as if it was gone."""
    past.put("a", "clean\n")
    other = make_repository("other")
    other.write("b", plant.pair())
    other.commit()
    report = tmp_path / "report.json"
    names = [past.root.name, "other"]
    keycatch("history", *names, "--format", "json", "--output", str(report), cwd=tmp_path)

    done = keycatch("history", names[0], "--verify-removed", str(report), cwd=tmp_path)
    assert done.stdout.startswith("gone: ")
    assert "the report is on 2 repositories, and 1 was checked" in done.stderr
    done = keycatch("history", *names, "--verify-removed", str(report), cwd=tmp_path)
    assert done.stdout.startswith("STILL THERE: ")
    assert "was checked" not in done.stderr
