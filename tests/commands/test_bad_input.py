"""What cannot be done is said in one sentence, with exit code 2 and nothing on standard output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


def refused(done: Any) -> str:
    """Check the form of a refusal and return what it says."""
    assert (done.returncode, done.stdout) == (2, "")
    said: str = done.stderr
    assert said.startswith("keycatch: ")
    assert said.endswith("\n")
    assert said[:-1].isprintable(), "more than a line, or escapes"
    return said[len("keycatch: ") : -1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("text")
    (tmp_path / "directory").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "there is no command 'bogus'; there are scan, "),
        (["sacn"], "there is no command 'sacn'; did you mean scan?"),
        (["SCAN"], "there is no command 'SCAN'; "),
        (["directory"], "there is no command 'directory'; to scan it: keycatch scan directory"),
        (["--bogus"], "put '--bogus' after a command; see keycatch --help"),
        (["--format", "json", "scan"], "put '--format' after a command"),
        (["-q", "scan"], "put '-q' after a command"),
        (["--version", "--bogus"], None),
        (["scan", "--bogus"], "unrecognized arguments: --bogus; see keycatch scan --help"),
        (["scan", "--form", "json"], "unrecognized arguments: --form"),
        (["scan", "-x"], "unrecognized arguments: -x"),
        (["scan", "--format"], "argument -f/--format: expected one argument"),
        (["scan", "--format", "xml"], "argument -f/--format: invalid choice: 'xml' (choose from "),
        (["scan", "--fail-on", "never"], "argument --fail-on: invalid choice: 'never'"),
        (["scan", "--color", "no"], "argument --color: invalid choice: 'no'"),
        *(
            (["scan", "--jobs", value], f"--jobs: must be a number from 1 to 256, not {value!r}")
            for value in ("0", "abc", "", "257", "1.5", "1e3", "\u0663", "9" * 5000)
        ),
        (["scan", "--jobs=-1"], "argument --jobs: must be a number from 1 to 256, not '-1'"),
        (["scan", "-q", "-v"], "not allowed with argument"),
        (["scan", "--config", "a", "--no-config"], "not allowed with argument"),
        (["scan", "gone"], "cannot scan 'gone': No such file or directory"),
        (["scan", ""], "cannot scan '': No such file or directory"),
        (["scan", "file/below"], "cannot scan 'file/below': Not a directory"),
        (["scan", ".", "gone"], "cannot scan 'gone': "),
        (["scan", "a" * 5000], "File name too long"),
        (["scan", "--config", "gone.toml"], "the configuration gone.toml: No such file"),
        (["scan", "--config", ""], "cannot read the configuration : No such file"),
        (["scan", "--config", "directory"], "the configuration directory: Is a directory"),
        (["scan", "--output", "gone/report"], "write the report to gone/report: No such file"),
        (["scan", "--output", "directory"], "cannot write the report to directory: Is a directory"),
        (["scan", "--output", "file/report"], "cannot write the report to file/report: Not a dir"),
        (["rules"], "the following arguments are required: ACTION"),
    ],
)  # fmt: skip
@posix
def test_bad_usage(keycatch: Any, project: Path, arguments: list[str], said: str | None) -> None:
    done = keycatch(*arguments, cwd=project)
    if said is None:
        assert done.returncode == 0
        return
    assert said in refused(done)
    assert sorted(os.listdir(project)) == ["directory", "file", "home"]


@posix
@pytest.mark.parametrize("text", ["\x1b[31m\x07", "line\nbreak", "\udcff", "\u202e", "\r", "\x9b"])
@pytest.mark.parametrize(
    "form",
    [
        ["{}"], ["--{}"], ["scan", "--{}"], ["scan", "-x{}"], ["scan", "--format={}"],
        ["scan", "--jobs={}"], ["scan", "--fail-on={}"], ["scan", "{}"], ["scan", "--config={}"],
        ["scan", "--output={}/report", "."], ["rules", "{}"], ["rules", "show", "{}"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_arguments_are_repeated_escaped(
    keycatch: Any, project: Path, form: list[str], text: str
) -> None:
    refused(keycatch(*(word.replace("{}", text) for word in form), cwd=project))


def test_a_report_that_cannot_be_written_leaves_nothing(
    keycatch: Any, project: Path, unprivileged: list[str]
) -> None:
    (project / "directory").chmod(0o555)
    done = keycatch("scan", "--output", "directory/report", cwd=project, prefix=unprivileged)
    (project / "directory").chmod(0o755)
    assert "cannot write the report to directory/report: Permission denied" in refused(done)
    assert os.listdir(project / "directory") == []


def test_an_older_report_stays_if_the_scan_fails(keycatch: Any, project: Path) -> None:
    (project / "report").write_text("older")
    refused(keycatch("scan", "--output", "report", "gone", cwd=project))
    assert (project / "report").read_text() == "older"


# -- configuration ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("disabel = []", "disabel: unknown key; did you mean disable?"),
        ("exclude = 1", "exclude: must be a list of strings"),
        ("= 1", "not valid TOML: "),
        ('disable = ["aws-acess-key-id"]',
         "disable: there is no rule `aws-acess-key-id`; did you mean `aws-access-key-id`?"),
        ('disable = ["\\u001b[31m"]', "disable: there is no rule `\\x1b[31m`"),
    ],
)  # fmt: skip
def test_a_bad_configuration(keycatch: Any, repository: Any, text: str, said: str) -> None:
    repository.write(".keycatch.toml", text)
    repository.write("sub/file")
    done = keycatch("scan", cwd=repository.root / "sub")
    assert refused(done).startswith(f"{repository.root / '.keycatch.toml'}: {said}")
    assert keycatch("scan", "--no-config", cwd=repository.root / "sub").returncode == 0


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (None, "No such file or directory"),
        ("", ""),
        ("a: b", ""),
        ("a: [", "is not YAML"),
        ("a: 1\na: 2", "given twice"),
        ("!!python/object/apply:os.system ['touch it-ran']", ""),
        ("id: our\npattern: '['", "own.yaml: "),
        ("&a [*a]", ""),
        ("a: \x1b[31m", ""),
    ],
)
def test_a_bad_rule_of_the_user(keycatch: Any, project: Path, rule: str | None, said: str) -> None:
    (project / ".keycatch.toml").write_text('rules = ["own.yaml"]\n')
    if rule is not None:
        (project / "own.yaml").write_text(rule)
    found = refused(keycatch("scan", "file", cwd=project))
    assert found.startswith(str(project / "own.yaml"))
    assert said in found
    assert not (project / "it-ran").exists()
