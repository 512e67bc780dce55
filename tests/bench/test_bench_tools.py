"""The descriptions of scanners (`tools`), and finding them on this machine (`installed`)."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from bench.inputs.planted import count_found, plant
from bench.inputs.planted_history import require_both_halves
from bench.installed import Scanner, find_peers, keycatch
from bench.process import place_in
from bench.tools import CACHED, KEYCATCH, NAMES, PEERS, REPORT, Target, Tool, peer_names
from scanner.errors import KeycatchError

TOOLS = (KEYCATCH, CACHED, *PEERS)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_is_called_on_files_has_a_report(tool: Tool) -> None:
    assert tool.calls
    for target, call in tool.calls.items():
        if target in (Target.DIRECTORY, Target.REPOSITORY):
            assert NAMES in call.words
            assert REPORT in tool.report
            assert tool.read is not None
            assert 0 in call.exits


def test_names_are_unique() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)
    assert peer_names(Target.DIRECTORY) == (
        "gitleaks", "betterleaks", "kingfisher",
        "gitleaks-aws", "betterleaks-aws", "kingfisher-aws",
    )  # fmt: skip
    assert peer_names(Target.LABELLED)[6:] == (
        "detect-secrets", "credsweeper", "secretlint", "git-secrets",
    )  # fmt: skip
    assert peer_names(Target.STAGED)[-1] == "detect-secrets-hook"


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("gitleaks", Target.DIRECTORY, "dir TREE --no-banner --no-color"),
        ("betterleaks", Target.DIRECTORY, "filesystem TREE --no-banner --no-color"),
        (
            "kingfisher",
            Target.DIRECTORY,
            "scan TREE --no-validate --no-update-check --git-history none --jobs 3",
        ),
        ("gitleaks", Target.REPOSITORY, "git TREE --no-banner --no-color --exit-code 0"),
        ("betterleaks", Target.REPOSITORY, "git TREE --no-banner --no-color --exit-code 0"),
        ("kingfisher", Target.REPOSITORY, "scan TREE --no-validate --no-update-check --jobs 3"),
        ("betterleaks", Target.STAGED, "git --staged --no-banner --no-color"),
        (
            "kingfisher",
            Target.STAGED,
            "scan . --staged --no-validate --no-update-check --jobs 3",
        ),
        ("detect-secrets-hook", Target.STAGED, "-n TREE"),
    ],
)
def test_a_peer_is_called_as_the_documentation_says(name: str, target: Target, words: str) -> None:
    tool = next(tool for tool in PEERS if tool.name == name)
    scanner = Scanner(name, "1.0", ("program",), {}, tool)
    assert scanner.command(target, "TREE", jobs=3).argv == ("program", *words.split())
    only_aws = scanner._replace(name=f"{name}-aws").command(target, "TREE", jobs=3).argv
    assert only_aws == ("program", *words.split(), *tool.aws)


def test_keycatch_reads_a_history_without_its_cache() -> None:
    argv = keycatch().command(Target.REPOSITORY, "REPO", jobs=3).argv
    assert argv[1:] == (
        "-P", "-m", "scanner", "history", "--jobs", "3", "--exit-zero", "--no-cache", "REPO",
    )  # fmt: skip
    assert "--no-cache" not in keycatch(CACHED).command(Target.REPOSITORY, "REPO", jobs=3).argv


def test_a_program_that_is_named_is_taken(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho some 1.0\n")
    program.chmod(0o755)
    (found,) = find_peers([f"gitleaks-aws={program}"], Target.DIRECTORY)
    assert (found.name, found.version, found.start) == ("gitleaks-aws", "1.0", (str(program),))


def test_a_peer_that_is_not_installed_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    assert find_peers(None, Target.DIRECTORY) == []
    with pytest.raises(KeycatchError, match=r"^gitleaks is not installed: see docs/benchmarks\.md"):
        find_peers(["gitleaks"], Target.DIRECTORY)
    # The package for Python puts a script in front of the program: not what is to be measured.
    script = tmp_path / "gitleaks"
    script.write_text("#!/bin/sh\necho gitleaks 1.0\n")
    script.chmod(0o755)
    assert find_peers(None, Target.DIRECTORY) == []


REPORTS = {
    "gitleaks": (
        ("--report-path", '[{"File": "%s"}]'),
        "10 commits scanned.\nscanned ~12 bytes",
        (12, None, 10),
    ),
    "betterleaks": (
        (
            "--output",
            '{"findings": [{"location": {"path": "%s"}}],'
            ' "scan": {"state": "complete", "bytes_scanned": 12}}',
        ),
        "",
        (12, None, None),
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
        (12, 3, 10),
    ),
}


def pretend(directory: Path, kind: str, paths: tuple[str, ...], code: int = 0) -> Path:
    """Make a program that reports a finding in each of `paths`, whatever it is to scan."""
    (option, report), messages, _ = REPORTS[kind]
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


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_what_a_peer_says_is_read(kind: str, tmp_path: Path) -> None:
    paths = ("site-0000.ini", "site-0001.env")
    program = pretend(tmp_path, kind, paths, code=200 if kind == "kingfisher" else 0)
    (scanner,) = find_peers([f"{kind}={program}"], Target.REPOSITORY)
    assert scanner.version == "1.0"
    reported, _ = scanner.check(Target.REPOSITORY, "given", place_in(tmp_path, 1))
    assert reported[:3] == REPORTS[kind][2]
    assert reported.paths == paths
    found = count_found(plant(8, 1), reported.paths)
    assert found["key ID and secret, close"] == sum(found.values()) == 2
    # A report holds what was found: it is not kept longer than needed.
    assert list((tmp_path / "home").iterdir()) == []


def test_a_peer_that_breaks_down_ends_the_benchmark(tmp_path: Path) -> None:
    program = pretend(tmp_path, "gitleaks", ("site-0000.ini", "site-0001.env"), 1)
    (scanner,) = find_peers([f"gitleaks={program}"], Target.REPOSITORY)
    with pytest.raises(KeycatchError, match=r"^gitleaks ended with 1: scanned ~12 bytes"):
        scanner.check(Target.REPOSITORY, "given", place_in(tmp_path, 1))


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [("betterleaks", '"complete"', '"stopped"'), ("kingfisher", '"completed"', '"stopped"')],
)
def test_a_peer_that_has_not_read_all_of_a_history_ends_the_benchmark(
    kind: str, old: str, new: str, tmp_path: Path
) -> None:
    program = pretend(tmp_path, kind, ("site-0000.ini",))
    program.write_text(program.read_text().replace(old, new))
    (scanner,) = find_peers([f"{kind}={program}"], Target.REPOSITORY)
    place = place_in(tmp_path, 1)
    with pytest.raises(KeycatchError, match=f"^{kind} could not read all of the history: stopped"):
        scanner.check(Target.REPOSITORY, "given", place)
    assert scanner.check(Target.DIRECTORY, "given", place)[0].incomplete == "stopped"


@pytest.mark.parametrize(
    ("path", "what"), [("site-0000.ini", "deleted"), ("a/site-0001.env!x", "not deleted")]
)
def test_a_peer_that_does_not_read_the_history_ends_the_benchmark(path: str, what: str) -> None:
    files = plant(1, 1)
    with pytest.raises(KeycatchError, match=f"^gitleaks reports none of .* that were {what}: "):
        require_both_halves("gitleaks", files, [path])
    require_both_halves("gitleaks", files, [file.name for file in files[:2]])
