"""What paths in a report are relative to: the root of the repository, wherever the scan started."""

from __future__ import annotations

import json
import os
import pty
import random
import re
import string
import subprocess
import sys

import pytest

from scanner.commands import main

COMMAND = [sys.executable, "-m", "scanner"]


def planted(path):
    rng = random.Random(str(path.name))
    key_id = "".join(("AKIA", "Q", *rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=15)))
    secret = "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=40))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n")


@pytest.fixture
def monorepo(tmp_path):
    root = tmp_path / "mono"
    planted(root / "a" / "deep" / "one.env")
    planted(root / "b" / "two.env")
    subprocess.run(["git", "init", "-q", root], check=True)
    subprocess.run(["git", "init", "-q", tmp_path / "sibling"], check=True)
    planted(tmp_path / "sibling" / "src" / "three.env")
    planted(tmp_path / "plain" / "four.env")
    return root


def paths_of(name, text):
    """Return the paths that a report of the format `name` gives to its findings."""
    if name == "sarif":
        found = json.loads(text)["runs"][0]["results"]
        return {
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in found
        }
    if name == "github":
        return set(re.findall(r"^::error file=([^,]*),", text, re.MULTILINE))
    if name == "gitlab":
        return {each["location"]["file"] for each in json.loads(text)["vulnerabilities"]}
    if name == "codequality":
        return {each["location"]["path"] for each in json.loads(text)}
    if name == "junit":
        return set(re.findall(r' file="([^"]*)"', text))
    if name == "json":
        found = json.loads(text)["findings"]
        return {place["path"] for each in found for place in each["locations"]}
    if name == "jsonl":
        found = [json.loads(line) for line in text.splitlines()]
        return {place["path"] for each in found for place in each.get("locations", ())}
    return set(re.findall(r"([\w./]+\.env)", text))


FORMATS = ("sarif", "github", "gitlab", "codequality", "junit", "html", "csv", "markdown", "text")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("start", "path", "expected"),
    [
        (".", ".", {"a/deep/one.env", "b/two.env"}),
        ("a", ".", {"a/deep/one.env"}),
        ("a", "deep", {"a/deep/one.env"}),
        ("a/deep", "one.env", {"a/deep/one.env"}),
        ("a/deep", "..", {"a/deep/one.env"}),
        ("a", "../b", {"b/two.env"}),
        ("a", "../b/two.env", {"b/two.env"}),
        ("a", "deep/../../b", {"b/two.env"}),
        ("a", "{root}/b", {"b/two.env"}),
        ("a", "{root}", {"a/deep/one.env", "b/two.env"}),
        # A scan of another repository, from inside of this one and from none.
        ("a", "../../sibling", {"src/three.env"}),
        ("..", "mono/a", {"a/deep/one.env"}),
    ],
)
def test_paths_start_at_the_root(monorepo, monkeypatch, capsys, name, start, path, expected):
    monkeypatch.chdir(monorepo / start)
    main(["scan", "--format", name, path.format(root=monorepo)])
    assert paths_of(name, capsys.readouterr().out) == expected


def test_what_is_outside_stays_as_it_is(monorepo, monkeypatch, capsys):
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "--format", "csv", ".", "../../plain"])
    assert paths_of("csv", capsys.readouterr().out) == {"a/deep/one.env", "../../plain/four.env"}
    main(["scan", "--format", "sarif", ".", str(monorepo.parent / "plain")])
    found = paths_of("sarif", capsys.readouterr().out)
    assert "a/deep/one.env" in found
    assert all(str(monorepo.parent) not in each for each in found)
    assert len([each for each in found if each.startswith("_outside/")]) == 1


def test_files_of_several_repositories_keep_the_paths_that_were_given(
    monorepo, monkeypatch, capsys
):
    monkeypatch.chdir(monorepo.parent)
    main(["scan", "--format", "csv", "mono", "sibling"])
    found = paths_of("csv", capsys.readouterr().out)
    assert found == {"mono/a/deep/one.env", "mono/b/two.env", "sibling/src/three.env"}


def test_standard_input_has_no_directory(monorepo):
    text = (monorepo / "b" / "two.env").read_bytes()
    done = subprocess.run(
        [*COMMAND, "scan", "--format", "json", "-"],
        cwd=monorepo / "a", input=text, capture_output=True, check=False,
    )  # fmt: skip
    assert paths_of("json", done.stdout) == {"<stdin>"}


def test_links_lead_to_the_file_that_git_has(monorepo, monkeypatch, capsys, tmp_path):
    (monorepo / "a" / "current").symlink_to("../b")
    (monorepo / "a" / "far").symlink_to(tmp_path / "plain")
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "--format", "csv", "current/", "far/"])
    assert paths_of("csv", capsys.readouterr().out) == {"b/two.env", "a/far/four.env"}

    entry = tmp_path / "entry"
    entry.symlink_to(monorepo)
    main(["scan", "--format", "csv", str(entry / "b")])
    assert paths_of("csv", capsys.readouterr().out) == {"b/two.env"}


def test_a_submodule_is_part_of_the_repository_around_it(monorepo, monkeypatch, capsys):
    planted(monorepo / "vendor" / "part" / "five.env")
    subprocess.run(["git", "init", "-q", monorepo / "vendor" / "part"], check=True)
    monkeypatch.chdir(monorepo / "vendor")
    main(["scan", "--format", "csv", "part"])
    assert paths_of("csv", capsys.readouterr().out) == {"vendor/part/five.env"}


def test_what_was_not_read_has_the_same_root(monorepo, monkeypatch, capsys):
    broken = monorepo / "a" / "broken.zip"
    broken.write_bytes(b"PK\x03\x04" + bytes(60))
    os.mkfifo(monorepo / "a" / "pipe")
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "--format", "sarif", "."])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    notices = run["invocations"][0]["toolExecutionNotifications"]
    uris = [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for each in notices for place in each["locations"]
    ]  # fmt: skip
    assert uris
    assert all(uri.startswith("a/broken.zip") for uri in uris)


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_programs_get_the_paths_that_they_gave(monorepo, monkeypatch, capsys, name):
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "--format", name, "../b", str(monorepo / "a")])
    found = paths_of(name, capsys.readouterr().out)
    assert found == {"../b/two.env", str(monorepo / "a/deep/one.env")}


def test_on_a_terminal_a_path_opens_from_where_one_is(monorepo):
    master, slave = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "scan", "--color", "never", "../b"],
        cwd=monorepo / "a",
        stdout=slave,
        check=False,
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert done.returncode == 1
    assert "../b/two.env:1:" in shown


def test_a_text_in_a_file_starts_at_the_root(monorepo, monkeypatch, tmp_path):
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "-o", f"text={tmp_path / 'report.txt'}", "../b"])
    assert "b/two.env:1:" in (tmp_path / "report.txt").read_text()
    assert "../b" not in (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize("command", [["staged"], ["history"], ["range", "HEAD~1..HEAD"]])
def test_other_commands_agree(monorepo, monkeypatch, capsys, command):
    def git(*arguments):
        user = ("-c", "user.name=T", "-c", "user.email=t@example.com")
        subprocess.run(["git", "-C", monorepo, *user, *arguments], check=True)

    git("commit", "-q", "--allow-empty", "-m", "start")
    git("add", ".")
    if command[0] != "staged":
        git("commit", "-q", "-m", "all")
    monkeypatch.chdir(monorepo / "a")
    main([*command, "--format", "sarif"])
    assert paths_of("sarif", capsys.readouterr().out) == {"a/deep/one.env", "b/two.env"}


def test_fingerprints_do_not_depend_on_where_the_scan_started(monorepo, monkeypatch, capsys):
    def prints(*arguments):
        main(["scan", "--format", "sarif", *arguments])
        results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
        return [each["partialFingerprints"] for each in results]

    monkeypatch.chdir(monorepo)
    whole = prints("b")
    monkeypatch.chdir(monorepo / "a")
    assert prints("../b") == whole


# Categories


def category(capsys):
    return json.loads(capsys.readouterr().out)["runs"][0]["automationDetails"]["id"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("services/a", "services/a/"), ("services/a/", "services/a/"), ("web app", "web app/")],
)
def test_category_keeps_parts_of_a_monorepo_apart(monorepo, monkeypatch, capsys, given, expected):
    monkeypatch.chdir(monorepo / "a")
    main(["scan", "--format", "sarif", "--category", given])
    assert category(capsys) == expected


@pytest.mark.parametrize("given", ["", "/", "a\nb", "x" * 300])
def test_a_category_that_no_consumer_takes_is_refused(monorepo, monkeypatch, capsys, given):
    monkeypatch.chdir(monorepo)
    assert main(["scan", "--format", "sarif", "--category", given]) == 2
    said = capsys.readouterr()
    assert "--category" in said.err
    assert not said.out


def test_a_category_without_sarif_is_refused(monorepo, monkeypatch, capsys):
    monkeypatch.chdir(monorepo)
    assert main(["scan", "--category", "a"]) == 2
    assert "--output sarif=FILE" in capsys.readouterr().err
