"""`keycatch scan` as a process, on real directories and repositories."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


WINDOW = 16 << 20


# -- options and operands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("one two -q", {"one", "two"}),
        ("-q one two", {"one", "two"}),
        ("one -q two", {"one", "two"}),
        ("one --jobs 1 two --color=never", {"one", "two"}),
        ("-- one two", {"one", "two"}),
        ("one -- two", {"one", "two"}),
        ("-- -dash", {"-dash"}),
        ("one -q -- -dash --", {"one", "-dash", "--"}),
        ("-- --jobs", {"--jobs"}),
        ("-- -- one", {"--", "one"}),
        ("./-dash", {"./-dash"}),
        ("./-", {"./-"}),
        ("one one ./one", {"one"}),
        (". one", {"-", "--", "--jobs", "-dash", "one", "two"}),
        ("--", {"-", "--", "--jobs", "-dash", "one", "two"}),
        ("", {"-", "--", "--jobs", "-dash", "one", "two"}),
    ],
)
def test_where_options_and_operands_may_stand(
    keycatch: Any, tmp_path: Path, plant: Any, arguments: str, expected: set[str]
) -> None:
    for name in ("-", "--", "--jobs", "-dash", "one", "two"):
        (tmp_path / name).write_text(plant.pair())
    done = keycatch("scan", "--format=json", *arguments.split(), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.paths() == expected


# -- standard input and pipes ----------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["-"], ["--", "-"], ["-", "-"], ["-", "file"]], ids=str)
def test_standard_input(keycatch: Any, tmp_path: Path, plant: Any, arguments: list[str]) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "-").write_text(plant.pair())
    given = f"\n  {plant.key_id()}\n".encode()
    done = keycatch("scan", "--format", "json", *arguments, cwd=tmp_path, given=given)
    assert done.returncode == 1
    assert done.places() == {("<stdin>", 2, 3)}
    assert done.report()["scan"]["counts"]["blobs"] == 1 + ("file" in arguments)


def test_empty_standard_input(keycatch: Any, tmp_path: Path) -> None:
    done = keycatch("scan", "-", cwd=tmp_path, given=b"")
    assert (done.returncode, done.stderr) == (0, "")


@posix
def test_standard_input_that_is_closed(keycatch: Any, tmp_path: Path) -> None:
    shell = ["sh", "-c", 'exec "$@" <&-', "sh"]
    done = keycatch("scan", "-", cwd=tmp_path, prefix=shell)
    assert done.returncode == 2
    assert "<stdin>: unreadable, standard input is closed" in done.stdout


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_large_standard_input(keycatch: Any, tmp_path: Path, plant: Any, jobs: str) -> None:
    """Larger than a window, and than what is scanned before work is shared out."""
    line = b"x" * 99 + b"\n"
    number = (56 << 20) // len(line)
    last = plant.key_id()
    for name in range(40):
        (tmp_path / f"file{name}").write_text(plant.key_id())
    done = keycatch(
        "scan", "--format", "json", "--jobs", jobs, "-", ".", cwd=tmp_path,
        given=line * number + last.encode(),
    )  # fmt: skip
    assert done.returncode == 1
    assert ("<stdin>", number + 1, 1) in done.places()
    assert len(done.places()) == 41


@posix
def test_a_pipe_that_is_named(keycatch: Any, tmp_path: Path, plant: Any) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "value").write_text(plant.pair())
    shell = ["sh", "-c", 'cat value >pipe & exec "$@"', "sh"]
    done = keycatch("scan", "--format", "json", "pipe", cwd=tmp_path, prefix=shell)
    assert (done.returncode, done.paths()) == (1, {"pipe"})


@posix
def test_a_pipe_in_a_directory_neither_blocks_nor_hides_anything(
    keycatch: Any, tmp_path: Path
) -> None:
    (tmp_path / "top").mkdir()
    os.mkfifo(tmp_path / "top" / "pipe")
    done = keycatch("scan", "--format", "json", "top", cwd=tmp_path)
    assert done.returncode == 0
    assert done.report()["scan"]["counts"]["skipped"] == {"not-a-file": 1}


# -- content ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "line", "column"),
    [
        (b"", 1, 1),
        (b"\0" * 100 + b"\n\0", 2, 2),
        (b"\xff\xfe\xfd\n\xc3\x28 ", 2, 4),
        ("\u00fc\u20ac\U0001f600 ".encode(), 1, 5),
        (b"a\r\nb\rc\nd\r\n", 5, 1),
        (b"\n" * 70_000, 70_001, 1),
        (b"\xef\xbb\xbf", 1, 2),
    ],
)
def test_lines_and_columns(
    keycatch: Any, tmp_path: Path, plant: Any, before: bytes, line: int, column: int
) -> None:
    (tmp_path / "file").write_bytes(before + plant.key_id().encode() + b"\n")
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert done.places() == {("file", line, column)}


@pytest.mark.parametrize("size", [2 * WINDOW - 13, 30_000_000])
def test_a_large_file_of_one_line(keycatch: Any, tmp_path: Path, plant: Any, size: int) -> None:
    first, second, last = plant.key_id(), plant.key_id(), plant.key_id()
    filler = "lorem ipsum "
    text = filler * (size // len(filler) + 1)
    at = WINDOW - 10  # across the end of the first window
    text = f"{first} {text[: at - 22]} {second} {text[at:size]} {last}"
    (tmp_path / "file").write_text(text)
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert done.places() == {("file", 1, text.index(value) + 1) for value in (first, second, last)}
    assert done.report()["scan"]["counts"] == {
        "blobs": 1, "bytes": len(text), "skipped": {}, "set_aside": {}
    }  # fmt: skip


@posix
def test_a_sparse_file_is_read_in_windows(keycatch: Any, tmp_path: Path, plant: Any) -> None:
    """With less memory than its size: the address space of the process is limited."""
    import resource

    size = 300 << 20
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(size)
        file.seek(size)
        file.write(f"\n\n{plant.key_id()}".encode())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))

    options: dict[str, Any] = {"preexec_fn": limit} if sys.platform == "linux" else {}
    done = keycatch("scan", "--format", "json", "sparse", cwd=tmp_path, **options)
    assert (done.returncode, done.places()) == (1, {("sparse", 3, 1)})


def test_an_unreadable_file(
    keycatch: Any, tmp_path: Path, plant: Any, unprivileged: list[str]
) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "locked").write_text(plant.pair())
    (tmp_path / "top" / "locked").chmod(0)
    done = keycatch("scan", "top", cwd=tmp_path, prefix=unprivileged)
    assert done.returncode == 2
    assert "INCOMPLETE" in done.stdout
    assert f"top{os.sep}locked: unreadable, Permission denied" in done.stdout
    (tmp_path / "top" / "open").write_text(plant.pair())
    assert keycatch("scan", "top", cwd=tmp_path, prefix=unprivileged).returncode == 1


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="needs /proc")
def test_a_file_of_proc(keycatch_process: Any, tmp_path: Path, plant: Any) -> None:
    env = {"PLANTED": plant.key_id()}
    done = keycatch_process("scan", "--format", "json", "/proc/self/environ", cwd=tmp_path, env=env)
    assert (done.returncode, done.paths()) == (1, {"/proc/self/environ"})


# -- repositories ----------------------------------------------------------------------------------


@posix
def test_a_repository_with_everything(
    keycatch: Any, repository: Any, make_repository: Any, plant: Any
) -> None:
    make_repository("inner").commit("clean")
    repository.git("submodule", "add", "-q", "../inner", "sub")
    planted = {
        "tracked", "deep/er/untracked", "sub/in submodule", "nested/in repository", "kept.log",
        "-", "-rf", 'quo"te', "two\nlines", "tab\there", "\udcff\udcfe", "\u00fc", ".hidden",
        "link",
    }  # fmt: skip
    make_repository("repo/nested")
    repository.write(".gitignore", "*.log\nignored/\n")
    for name in sorted(planted - {"link"} | {"x.log", "ignored/file"}):
        repository.write(name, plant.pair())
    (repository.root / "link").symlink_to(plant.key_id())
    repository.git("add", "--force", "tracked", "kept.log", "link", "two\nlines")
    done = keycatch("scan", "--format", "json", cwd=repository.root)
    assert (done.returncode, done.stderr) == (1, "")
    found = {
        os.fsdecode(_bytes(place["path_bytes"])) if "path_bytes" in place else place["path"]
        for finding in done.report()["findings"]
        for place in finding["locations"]
    }
    assert found == planted
    everything = keycatch("scan", "--format", "json", ".", "ignored", "x.log", cwd=repository.root)
    assert {"ignored/file", "x.log"} <= everything.paths()


def _bytes(percent_encoded: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(percent_encoded)


@posix
def test_one_process_and_several_find_the_same(keycatch: Any, repository: Any, plant: Any) -> None:
    for number in range(1700):
        repository.write(f"d{number % 7}/{number}", plant.pair() if number % 100 == 0 else "text")
    repository.git("add", "--all")
    outputs = {
        keycatch("scan", "--format", name, "--jobs", jobs, cwd=repository.root).stdout
        for name in ("json",)
        for jobs in ("1", "2", "5")
    }
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())["findings"]) == 17


@posix
def test_no_script_of_the_repository_runs(
    keycatch: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    proof = tmp_path / "it-ran"
    script = repository.write("evil.sh", f"#!/bin/sh\necho ran >>'{proof}'\n")
    script.chmod(0o755)
    repository.write("git", f"#!/bin/sh\necho ran >>'{proof}'\n").chmod(0o755)
    for name in ("scanner.py", "re.py", "json.py", "sitecustomize.py", "stringzilla.py"):
        repository.write(name, f"open({str(proof)!r}, 'w')\n")
    repository.write("file", plant.pair())
    repository.git("add", "--all")
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand"):
        repository.git("config", key, str(script))
    env = {"PATH": f":.:{os.environ['PATH']}"}
    # As the installed command does it: `python -m` alone puts the directory on the module path.
    safe = {"PYTHONSAFEPATH": "1"}
    done = keycatch("scan", "--format", "json", cwd=repository.root, env={**env, **safe})
    assert (done.returncode, done.paths()) == (1, {"file"})
    assert not proof.exists()


# -- output ----------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("report_format", ["text", "json", "sarif"])
@pytest.mark.parametrize("options", [[], ["-q"], ["-v"], ["--show-secrets"]], ids=str)
def test_nothing_reaches_the_terminal_unescaped(
    keycatch: Any, repository: Any, plant: Any, report_format: str, options: list[str]
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[31m\r\x9b\u202e\udcff"
    name = f"name{hostile}"
    repository.write(name, f"{hostile}{plant.pair()}{hostile}")
    os.symlink("nowhere", repository.root / f"link{hostile}")
    repository.write(".keycatch.toml", 'disable = ["aws-session-token"]\nexclude = ["x\\u001b"]\n')
    done = keycatch(
        "scan", "--format", report_format, "--color", "never", *options, ".", os.devnull,
        cwd=repository.root,
    )  # fmt: skip
    assert done.returncode == 1
    for text in (done.stdout, done.stderr):
        bad = [c for c in text if c != "\n" and not c.isprintable()]
        assert bad == [], text


def test_values_are_redacted_unless_asked_for(keycatch: Any, tmp_path: Path, plant: Any) -> None:
    key_id, secret = plant.key_id(), plant.secret()
    (tmp_path / "file").write_text(f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n")
    for name in ("text", "json", "sarif"):
        for options in ([], ["-v"], ["-q"]):
            done = keycatch("scan", "--format", name, *options, "file", cwd=tmp_path)
            assert secret[3:-3] not in done.stdout + done.stderr
            assert key_id[5:-5] not in done.stdout + done.stderr
    assert secret in keycatch("scan", "--show-secrets", "file", cwd=tmp_path).stdout


def test_output_to_a_file(keycatch: Any, tmp_path: Path, plant: Any) -> None:
    (tmp_path / "file").write_text(plant.pair())
    done = keycatch("scan", "--format", "json", "--output", "out.json", "file", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("; wrote out.json\n")
    shown = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert (tmp_path / "out.json").read_text() == shown.stdout
    assert keycatch("scan", "--output", "-", "file", cwd=tmp_path).stdout.startswith("CRITICAL")
    assert sorted(os.listdir(tmp_path)) == ["file", "home", "out.json"]


# -- other systems ---------------------------------------------------------------------------------


def test_processes_that_are_started_anew_find_the_same(
    tmp_path: Path, monkeypatch: Any, plant: Any, own_rule: Any
) -> None:
    """As on macOS and Windows: everything that a worker gets has to survive the way there."""
    from scanner.engine import workers
    from scanner.engine.examine import Examiner
    from scanner.engine.run import Blobs
    from scanner.engine.sweep import sweep
    from scanner.findings import Tally
    from scanner.line_hash import line_hash
    from scanner.rulebook import load_rules
    from scanner.sources import tree

    own_rule()
    (tmp_path / "top").mkdir()
    for number in range(6):
        token = random.Random(number).randbytes(8).hex()
        (tmp_path / "top" / f"file{number}").write_text(f"{plant.pair()}ourtok-{token}\n")
    monkeypatch.chdir(tmp_path)
    examiner = Examiner(load_rules([str(tmp_path / "own.yaml")], ()), line_hash)
    blobs = tree.blobs(["top"], Tally())
    expected = sweep(examiner, blobs)
    assert len(expected.findings) == 12
    monkeypatch.setattr(workers, "FORKS", False)
    work = Blobs(examiner, blobs)
    found = [swept for _, swept in workers.share_out(work, len(blobs), 2)]
    key = lambda finding: (finding.fingerprint, finding.locations)  # noqa: E731
    findings = [finding for swept in found for finding in swept.findings]
    assert sorted(findings, key=key) == sorted(expected.findings, key=key)
    assert sum(swept.tally.blobs for swept in found) == 6
    assert [notice for swept in found for notice in swept.tally.notices] == []
