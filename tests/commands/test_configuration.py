"""What a project decides by its configuration and by marks, and that it is said."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


# -- configuration ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [".keycatch.toml", "pyproject.toml"])
@pytest.mark.parametrize("inside", [".", "src"])
def test_what_the_configuration_takes_away_is_said(
    keycatch: Any, repository: Any, plant: Any, name: str, inside: str
) -> None:
    for path in ("src/a", "src/vendor/b", "src/vendor/c", "src/d.lock"):
        repository.write(path, plant.pair())
    head = "[tool.keycatch]\n" if name == "pyproject.toml" else ""
    repository.write(
        name,
        f'{head}exclude = ["*/vendor/", "*.lock"]\n'
        'disable = ["aws-access-key-pair", "aws-unnamed-secret"]\nfail-on = "high"\n',
    )
    cwd = repository.root / inside
    done = keycatch("scan", "--format", "json", cwd=cwd)
    found = done.report()
    assert {path.replace(os.sep, "/") for path in done.paths()} <= {"src/a", "a"}
    assert "aws-access-key-pair" not in {finding["rule_id"] for finding in found["findings"]}
    assert found["scan"]["counts"]["skipped"] == {"excluded-by-configuration": 3}
    total = 5 if inside == "." else 4
    assert done.stderr == (
        f"keycatch: the configuration {repository.root / name} excludes 3 of {total} files, "
        "disables aws-access-key-pair, aws-unnamed-secret, sets fail-on to high\n"
    )
    assert "excluded by configuration (3)" in keycatch("scan", "-v", cwd=cwd).stdout
    quiet = keycatch("scan", "-q", cwd=cwd)
    assert quiet.stderr == ""
    free = keycatch("scan", "--format", "json", "--no-config", cwd=cwd)
    assert (free.returncode, free.stderr) == (1, "")
    assert len(free.report()["findings"]) == 4
    assert free.report()["scan"]["counts"]["skipped"] == {}


def test_a_configuration_that_takes_nothing_away_is_not_mentioned(
    keycatch: Any, repository: Any
) -> None:
    repository.write(".keycatch.toml", 'exclude = ["vendor/"]\nfail-on = "low"\n')
    assert keycatch("scan", cwd=repository.root).stderr == ""


def test_an_excluded_file_is_excluded_even_if_it_is_named(
    keycatch: Any, repository: Any, plant: Any
) -> None:
    """pre-commit names files one by one."""
    repository.write(".keycatch.toml", 'exclude = ["vendor/"]\n')
    repository.write("vendor/a", plant.pair())
    done = keycatch("scan", "vendor/a", cwd=repository.root)
    assert done.returncode == 0
    assert "excludes 1 of 1 file\n" in done.stderr


def test_standard_input_is_never_excluded(keycatch: Any, repository: Any, plant: Any) -> None:
    repository.write(".keycatch.toml", 'exclude = ["*"]\n')
    done = keycatch("scan", "-", cwd=repository.root, given=plant.pair().encode())
    assert (done.returncode, done.stderr) == (1, "")


# -- options that add to it ------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [".", "src"])
@pytest.mark.parametrize("options", [(), ("--no-config",)])
def test_exclude_and_disable_add_to_the_configuration(
    keycatch: Any, repository: Any, plant: Any, inside: str, options: tuple[str, ...]
) -> None:
    for path in ("src/a", "src/vendor/b", "src/c.lock", "src/d.txt"):
        repository.write(path, plant.pair())
    repository.write(".keycatch.toml", 'exclude = ["*.lock"]\n')
    done = keycatch(
        "scan", "--format", "json", "--exclude", "src/vendor/", "--exclude", "*.txt",
        "--disable", "AWS-Unnamed-Secret", *options, cwd=repository.root / inside,
    )  # fmt: skip
    assert done.returncode == 1
    names = {os.path.basename(path) for path in done.paths()}
    assert names == ({"a", "c.lock"} if options else {"a"})
    configuration = done.report()["scan"]["configuration"]
    assert configuration["excluded"] == (2 if options else 3)
    assert configuration["disabled"] == ["aws-unnamed-secret"]
    assert configuration["file"] == ("(command line)" if options else ".keycatch.toml")
    total = 5 if inside == "." else 4
    end = f"excludes {3 - len(options)} of {total} files, disables aws-unnamed-secret\n"
    who = f"the configuration {repository.root / '.keycatch.toml'}, with --exclude and --disable,"
    if options:
        who = "the command line, by --exclude and --disable,"
    assert done.stderr == f"keycatch: {who} {end}"
    assert keycatch("scan", "-q", "--exclude", "*", cwd=repository.root).stderr == ""


@pytest.mark.parametrize("command", ["staged", "range HEAD~1..", "range HEAD~1", "history", "push"])
def test_exclude_is_for_every_command_that_scans(
    keycatch: Any, repository: Any, plant: Any, command: str
) -> None:
    repository.write("first")
    repository.commit()
    repository.write("vendor/a", plant.pair())
    repository.git("add", "-A")
    if command != "staged":
        repository.commit()
    arguments = command.split()
    assert keycatch(*arguments, cwd=repository.root).returncode == 1
    done = keycatch(*arguments, "--exclude", "vendor/", cwd=repository.root)
    assert done.returncode == 0, done.stdout
    assert "keycatch: the command line, by --exclude, excludes 1 " in done.stderr
    assert "(command line) excludes 1 file" in done.stdout


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--exclude", "vendor", "--exclude vendor is a directory: write vendor/ for all below it"),
        ("--exclude", "./vendor/", "argument --exclude: './vendor/' can match nothing: write it"),
        ("--exclude", "/vendor/", "argument --exclude: '/vendor/' can match nothing"),
        ("--exclude", "a\\b", "argument --exclude: 'a\\b' can match nothing"),
        ("--exclude", "", "argument --exclude: '' can match nothing"),
        ("--disable", "aws-none", "--disable: there is no rule `aws-none`"),
        ("--disable", "", "--disable: there is no rule ``"),
    ],
)
def test_what_would_take_nothing_away_is_an_error(
    keycatch: Any, repository: Any, option: str, value: str, said: str
) -> None:
    repository.write("vendor/a")
    done = keycatch("scan", option, value, cwd=repository.root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"keycatch: {said}")


def test_rule_ids_may_be_written_in_any_case(keycatch: Any, repository: Any, plant: Any) -> None:
    repository.write("a", plant.pair())
    repository.write(".keycatch.toml", 'disable = ["AWS-Access-Key-Pair"]\n')
    done = keycatch("scan", "a", cwd=repository.root)
    assert "disables aws-access-key-pair\n" in done.stderr
    assert done.returncode == 1
    both = "keycatch:allow AWS-Access-Key-ID: x keycatch:allow AWS-SECRET-ACCESS-KEY: x"
    repository.write("a", "".join(f"{line}  # {both}\n" for line in plant.pair().splitlines()))
    assert keycatch("scan", "a", cwd=repository.root).returncode == 0


def test_show_no_marks_and_strict(keycatch: Any, repository: Any, plant: Any) -> None:
    """Each key does what its option does; an option goes before `show`."""
    root = repository.root

    def marked() -> str:
        lines = plant.pair().splitlines()
        return "".join(f"{line}  # keycatch:allow: x\n" for line in lines)

    repository.write(".keycatch.toml", "strict = true\n")
    repository.commit()
    repository.write("a", marked())
    repository.commit()
    assert keycatch("range", "HEAD~1..", "--no-config", cwd=root).returncode == 0
    assert keycatch("range", "HEAD~1..", cwd=root).returncode == 1

    assert keycatch("scan", cwd=root).returncode == 0
    repository.write(".keycatch.toml", "no-marks = true\n")
    assert keycatch("scan", cwd=root).returncode == 1
    repository.commit()
    assert keycatch("history", cwd=root).returncode == 1
    assert keycatch("history", "--no-config", cwd=root).returncode == 0
    repository.write("b", marked())
    repository.commit()
    # The key is that of the base of the change.
    assert keycatch("range", "HEAD~1..", cwd=root).returncode == 1

    repository.write(".keycatch.toml", 'fail-on = "critical"\nshow = "low"\n')
    repository.write("c", plant.pair().splitlines()[0] + "\n")
    shown = keycatch("scan", "c", cwd=root)
    assert shown.returncode == 0
    assert "c:1" in shown.stdout
    assert "c:1" not in keycatch("scan", "c", "--show", "critical", cwd=root).stdout


def test_an_explicit_configuration(keycatch: Any, repository: Any, plant: Any) -> None:
    repository.write("vendor/a", plant.pair())
    repository.write(".keycatch.toml", "broken")
    config = repository.write("ci/keycatch.toml", 'exclude = ["vendor/"]\n')
    for arguments in (["--config", config], ["--config", "ci/keycatch.toml"]):
        done = keycatch("scan", *arguments, cwd=repository.root)
        assert done.returncode == 0
        assert f"{arguments[1]} excludes 1 of 3 files" in done.stderr


def test_a_rule_of_the_user(keycatch: Any, tmp_path: Path, own_rule: Any) -> None:
    own_rule()
    value = random.Random(5).randbytes(8).hex()
    (tmp_path / "file").write_text(f"\ntoken: ourtok-{value}\n")
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert (done.returncode, done.places()) == (1, {("file", 2, 8)})
    assert [finding["rule_id"] for finding in done.report()["findings"]] == ["our-token"]


def test_a_pattern_that_would_never_end_is_stopped_and_said(
    keycatch: Any, tmp_path: Path, own_rule: Any, plant: Any
) -> None:
    own_rule("ourtok-(?:a|a)*(?:a|a)*b")
    (tmp_path / "file").write_text("ourtok-" + "a" * 5000 + "\n")
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert done.returncode == 2
    scan = done.report()["scan"]
    assert scan["complete"] is False
    (notice,) = scan["notices"]
    assert notice["path"] == "file"
    assert "our-token" in notice["detail"]
    assert notice["reason"] in scan["incomplete"]
    # The other rules have their say all the same.
    with open(tmp_path / "file", "a", encoding="utf-8") as file:
        file.write(plant.pair())
    assert keycatch("scan", "file", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("disabled", "expected"),
    [
        ("aws-access-key-id", {"aws-secret-access-key"}),
        ("aws-access-key-pair", {"aws-access-key-id", "aws-secret-access-key"}),
        ("aws-mws-auth-token", {"aws-access-key-pair"}),
    ],
)
def test_rules_that_build_on_one_another_are_told_apart(
    keycatch: Any, tmp_path: Path, plant: Any, disabled: str, expected: set[str]
) -> None:
    (tmp_path / "file").write_text(plant.pair())
    (tmp_path / ".keycatch.toml").write_text(f'disable = ["{disabled}"]\n')
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert {finding["rule_id"] for finding in done.report()["findings"]} == expected


# -- ignoring --------------------------------------------------------------------------------------


def marks() -> list[tuple[str, str]]:
    """Return (mark, what it allows) of the table in the documentation."""
    page = (Path(__file__).parent.parent.parent / "docs/ignoring.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| \w[\w-]* \| (.*?) \|$", page, re.MULTILINE)
    assert len(rows) == 11
    return [("keycatch:allow", "its line"), ("keycatch:allow aws-access-key-id", "its line"), *rows]


@pytest.mark.parametrize(("mark", "allows"), marks())
def test_marks_do_what_the_documentation_says(
    keycatch: Any, tmp_path: Path, plant: Any, mark: str, allows: str
) -> None:
    keys = [plant.key_id() for _ in range(4)]
    lines = [keys[0], f"{keys[1]}  # {mark}", keys[2], "# secretlint-enable", keys[3]]
    (tmp_path / "file").write_text("\n".join(lines) + "\n")
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    allowed = {"its line": {2}, "the line below": {3}}.get(allows, {3})
    assert {line for _, line, _ in done.places()} == {1, 2, 3, 5} - allowed
    assert done.report()["scan"]["counts"]["set_aside"] == {"allowed-on-line": 1}


def test_a_mark_with_a_misspelt_rule_allows_nothing(
    keycatch: Any, tmp_path: Path, plant: Any
) -> None:
    (tmp_path / "file").write_text(f"{plant.key_id()}  # keycatch:allow aws-acess-key-id\n")
    assert keycatch("scan", "file", cwd=tmp_path).returncode == 1


def test_a_mark_on_the_key_id_does_not_allow_the_secret(
    keycatch: Any, tmp_path: Path, plant: Any
) -> None:
    key_id, secret = plant.pair().splitlines()
    (tmp_path / "file").write_text(f"{key_id}  # keycatch:allow\n{secret}\n")
    done = keycatch("scan", "--format", "json", "file", cwd=tmp_path)
    assert [finding["rule_id"] for finding in done.report()["findings"]] == [
        "aws-secret-access-key"
    ]
