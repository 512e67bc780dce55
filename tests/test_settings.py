"""Configuration files: which one applies, what each key does, what is refused and in what words."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import ConfigError
from scanner.findings import Confidence, Severity, threshold_name
from scanner.settings import KEYS, MAX_BYTES, THRESHOLDS, Exclusion, Settings, load

PAGE = (Path(__file__).parent.parent / "docs/configuration.md").read_text("utf-8")

posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: Any) -> Path:
    """The root of a work tree, which is the current directory."""
    root = tmp_path.resolve() / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def error_of(explicit: str | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(explicit)
    text = str(caught.value)
    assert text.isprintable()
    return text


# -- which file ---------------------------------------------------------------------------------


def test_without_a_file_the_defaults_hold(project: Path) -> None:
    assert load(None) == Settings()
    assert Settings().fail_on is Confidence.MEDIUM


def test_all_keys(project: Path) -> None:
    (project / ".keycatch.toml").write_text(
        'rules = ["rules/own.yaml", "../other.yaml"]\ndisable = ["a", "b"]\n'
        'exclude = ["vendor/", "*.lock"]\nfail-on = "high"\n'
    )
    assert load(None) == Settings(
        origin=str(project / ".keycatch.toml"),
        directory=str(project),
        rules=(str(project / "rules/own.yaml"), str(project / "../other.yaml")),
        disable=("a", "b"),
        exclude=("vendor/", "*.lock"),
        fail_on=Confidence.HIGH,
    )


def test_the_table_of_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.keycatch]\nexclude = ["a"]\n')
    assert load(None).exclude == ("a",)
    assert load(None).origin == str(project / "pyproject.toml")


def test_our_own_file_goes_before_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.keycatch]\nexclude = ["a"]\n')
    (project / ".keycatch.toml").write_text("")
    assert load(None).exclude == ()
    assert load(None).origin == str(project / ".keycatch.toml")


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "[project]\ndependencies = ['keycatch']\n"])
def test_a_pyproject_of_others_is_none_of_ours(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text)
    assert load(None) == Settings()


def test_a_pyproject_that_does_not_name_us_is_not_even_parsed(project: Path) -> None:
    (project / "pyproject.toml").write_text("not = = TOML")
    assert load(None) == Settings()


def test_the_root_of_the_work_tree_counts(project: Path, monkeypatch: Any) -> None:
    (project / ".keycatch.toml").write_text('fail-on = "low"\n')
    (project / "a" / "b").mkdir(parents=True)
    (project / "a" / ".keycatch.toml").write_text('fail-on = "high"\n')
    monkeypatch.chdir(project / "a" / "b")
    assert load(None).fail_on is Confidence.LOW
    (project / "a" / ".git").mkdir()
    assert load(None).fail_on is Confidence.HIGH


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("medium", Confidence.MEDIUM), ("confidence:high", Confidence.HIGH),
        ("critical", Severity.CRITICAL), ("severity:critical", Severity.CRITICAL),
        ("severity:low", Severity.LOW), ("severity:high", Severity.HIGH),
    ],
)  # fmt: skip
def test_a_threshold_is_a_confidence_or_a_severity(
    project: Path, text: str, level: Confidence | Severity
) -> None:
    (project / ".keycatch.toml").write_text(f'fail-on = "{text}"\n')
    found = load(None).fail_on
    assert (type(found), found) == (type(level), level)
    assert THRESHOLDS[threshold_name(level)] is level


def test_outside_of_a_work_tree_the_current_directory_counts(
    tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / ".keycatch.toml").write_text('fail-on = "low"\n')
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load(None).fail_on is Confidence.LOW
    monkeypatch.chdir(tmp_path / "sub")
    assert load(None) == Settings()


def test_an_explicit_file_replaces_the_found_one(project: Path) -> None:
    """Its rules lie beside it; its exclusions are of the project that is scanned."""
    (project / ".keycatch.toml").write_text('fail-on = "low"\n')
    (project / "ci").mkdir()
    (project / "ci" / "strict.toml").write_text('exclude = ["vendor/"]\nrules = ["own.yaml"]\n')
    assert load("ci/strict.toml") == Settings(
        origin="ci/strict.toml",
        directory=str(project),
        rules=(str(project / "ci" / "own.yaml"),),
        exclude=("vendor/",),
    )


def test_an_explicit_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.keycatch]\ndisable = ['a']\n")
    assert load("pyproject.toml").disable == ("a",)
    (project / "pyproject.toml").write_text("[project]\n")
    assert error_of("pyproject.toml") == "pyproject.toml: has no table [tool.keycatch]"


def test_a_byte_order_mark_is_no_matter(project: Path) -> None:
    (project / ".keycatch.toml").write_bytes(b'\xef\xbb\xbffail-on = "low"\r\n')
    assert load(None).fail_on is Confidence.LOW


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Exclude = []", "Exclude: unknown key; did you mean exclude?"),
        ("no_marks = true", "no_marks: unknown key; did you mean no-marks?"),
        ("strict = 1", "strict: must be true or false"),
        ("no-marks = 'yes'", "no-marks: must be true or false"),
        ("show = 'none'", "show: must be low, medium or high"),
        (
            "fail-on = 'hihg'",
            "fail-on: must be low, medium or high (confidence), or critical or "
            "severity:high (severity); did you mean high?",
        ),
        ("excludes = []", "excludes: unknown key; did you mean exclude?"),
        ("fail_on = 'low'", "fail_on: unknown key; did you mean fail-on?"),
        ("zzz = 1", "zzz: unknown key; known are baseline, canary-accounts, "),
        ("'\\u001b[31m' = 1", "'\\u001b"),
        ('"\\u001b[31m" = 1', "\\x1b[31m: unknown key"),
        ("exclude = 'vendor/'", "exclude: must be a list of strings"),
        ("exclude = [1]", "exclude: must be a list of strings"),
        ("exclude = ['']", "exclude: must be a list of strings"),
        ("rules = {}", "rules: must be a list of strings"),
        ("disable = true", "disable: must be a list of strings"),
        ("fail-on = 'severity:note'", "fail-on: must be low, medium or high"),
        ("fail-on = 'worst'", "fail-on: must be low, medium or high"),
        ("fail-on = 1", "fail-on: must be low, medium or high"),
        ("fail-on = ['low']", "fail-on: must be low, medium or high"),
        ("exclude = ['./vendor/']", "exclude: './vendor/' can match nothing: write it relative"),
        ("exclude = ['/vendor/']", "exclude: '/vendor/' can match nothing"),
        (f"exclude = {['a'] * 1001}", "exclude: has 1,001 patterns, more than the 1,000"),
        ("exclude = ['../a']", "exclude: '../a' can match nothing"),
        ("exclude = ['a\\b']", "exclude: 'a\\b' can match nothing"),
        ("a = = 1", "not valid TOML: "),
        ("a = 1\na = 2", "not valid TOML: "),
        ("a = \x1b", "not valid TOML: "),
        (f"a = {'9' * 5000}", "not valid TOML: "),
        (f"a = {'[' * 5000}", "not "),
        ("# " + "x" * MAX_BYTES, "larger than 1 MiB"),
    ],
)
@pytest.mark.parametrize("name", [".keycatch.toml", "own.toml"])
def test_what_is_wrong_is_named(project: Path, text: str, error: str, name: str) -> None:
    (project / name).write_text(text)
    explicit = None if name == ".keycatch.toml" else name
    path = str(project / name) if explicit is None else name
    found = error_of(explicit)
    if not error.startswith("'"):
        assert found.startswith(f"{path}: {error}")
    assert found.startswith(f"{path}: ")


def test_bytes_that_are_no_text(project: Path) -> None:
    (project / ".keycatch.toml").write_bytes(b"a = '\xff'")
    assert "not valid TOML" in error_of()


@pytest.mark.parametrize("value", ["1", "[]", "'x'"])
def test_tool_keycatch_must_be_a_table(project: Path, value: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool]\nkeycatch = {value}\n")
    assert "tool.keycatch: must be a table" in error_of()


def test_a_file_that_is_missing(project: Path) -> None:
    assert error_of("gone.toml") == (
        "cannot read the configuration gone.toml: No such file or directory"
    )
    assert "cannot read the configuration \\x1b[31m" in error_of("\x1b[31m")


@posix
@pytest.mark.parametrize("kind", ["directory", "broken link", "pipe", "loop"])
@pytest.mark.parametrize("name", [".keycatch.toml", "pyproject.toml"])
def test_what_is_there_and_no_file_is_not_passed_over(project: Path, kind: str, name: str) -> None:
    path = project / name
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere" if kind == "broken link" else name)
    assert error_of() == f"cannot read the configuration {path}: not a file"


@posix
def test_an_explicit_directory(project: Path) -> None:
    assert "Is a directory" in error_of(".")


# -- exclusion ----------------------------------------------------------------------------------


def excluded(root: Path, *patterns: str) -> Exclusion:
    return Exclusion(Settings(directory=str(root), exclude=patterns))


@pytest.mark.parametrize(
    ("pattern", "path", "match"),
    [
        ("vendor/", "vendor/a", True),
        ("vendor/", "vendor/a/b", True),
        ("vendor/", "vendor", False),
        ("vendor/", "src/vendor/a", False),
        ("vendor/", "vendored", False),
        ("*/vendor/", "src/vendor/a", True),
        ("vendor", "vendor/a", False),
        ("vendor", "vendor", True),
        ("*.lock", "poetry.lock", True),
        ("*.lock", "deep/er/poetry.lock", True),
        ("*.lock", "poetry.lock.py", False),
        ("docs/*.md", "docs/a/b.md", True),
        ("a?c", "abc", True),
        ("[ab].txt", "a.txt", True),
        ("[!ab].txt", "a.txt", False),
        ("A.txt", "a.txt", False),
        ("a.txt", "a_txt", False),
        ("*.env", "line\nbreak.env", True),
        ("*\udcff", "name\udcff", True),
    ],
)
def test_patterns(project: Path, pattern: str, path: str, match: bool) -> None:
    assert (path in excluded(project, pattern)) is match
    assert (path in excluded(project, "other", pattern, "another/")) is match


def test_no_pattern_excludes_nothing(project: Path) -> None:
    assert "a" not in excluded(project)
    assert "" not in excluded(project)


def test_paths_are_those_of_the_project_however_they_are_written(
    project: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    (project / "vendor").mkdir()
    (project / "src").mkdir()
    exclusion = excluded(project, "vendor/")
    for path in (
        "vendor/a", "./vendor/a", "src/../vendor/a", "vendor//a", str(project / "vendor" / "a"),
        os.path.join("..", "project", "vendor", "a"),
    ):  # fmt: skip
        assert path in exclusion, path
    monkeypatch.chdir(project / "src")
    exclusion = excluded(project, "vendor/")
    assert os.path.join("..", "vendor", "a") in exclusion
    assert os.path.join("vendor", "a") not in exclusion


def test_nothing_outside_of_the_project_is_excluded(project: Path, tmp_path: Path) -> None:
    (tmp_path / "project2").mkdir()
    exclusion = excluded(project, "*")
    assert "a" in exclusion
    for path in ("../a", "../project2/a", str(tmp_path / "a"), str(tmp_path / "project2" / "a")):
        assert path not in exclusion, path


@posix
def test_a_link_to_the_project_leads_to_the_same_exclusions(project: Path, tmp_path: Path) -> None:
    (project / "vendor").mkdir()
    (tmp_path / "link").symlink_to(project)
    assert str(tmp_path / "link" / "vendor" / "a") in excluded(project, "vendor/")
    assert "vendor/a" in excluded(tmp_path / "link", "vendor/")


def test_many_stars_take_no_time(project: Path) -> None:
    """A pattern must not stop the scan: with naive matching this would take for ever."""
    assert "a" * 60 + "b" not in excluded(project, "*a" * 30 + "c")


# -- the page -----------------------------------------------------------------------------------


def test_the_example_of_the_documentation_is_valid_and_complete(project: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (project / ".keycatch.toml").write_text(example)
    assert tomllib.loads(example).keys() == set(KEYS)
    settings = load(None)
    assert settings.rules == (str(project / "security/our-token.yaml"),)
    assert settings.show is Confidence.LOW
    assert settings.strict
    assert settings.no_marks
    assert settings.disable == ("aws-unnamed-secret",)
    assert settings.fail_on is Confidence.LOW
    assert settings.own_accounts == settings.liveness_allow == ("111122223333",)
    assert settings.canary_accounts == ("444455556666",)
    assert settings.liveness_deny == ("777788889999",)
    for path, match in (("vendor/a", True), ("a/testdata/b", True), ("a.lock", True), ("a", False)):
        assert (path in Exclusion(settings)) is match


@pytest.mark.parametrize(
    "key", ["own-accounts", "canary-accounts", "liveness-allow", "liveness-deny"]
)
def test_lists_of_accounts(project: Path, key: str) -> None:
    path = project / ".keycatch.toml"
    path.write_text(f'{key} = ["012345678901", "111122223333"]\n')
    assert getattr(load(None), key.replace("-", "_")) == ("012345678901", "111122223333")
    for value in ('"012345678901"', "[12]", '["12"]', '["01234567890x"]', '["\u0661\u0661"]'):
        path.write_text(f"{key} = {value}\n", encoding="utf-8")
        assert f"{key}: must be a list of strings" in error_of()


def test_the_patterns_of_the_documentation_do_what_it_says(project: Path) -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (`[^|]*`) \| (`[^|]*`) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 4
    for pattern, matching, others in rows:
        for path in re.findall("`([^`]+)`", matching):
            assert path in excluded(project, pattern), (pattern, path)
        for path in re.findall("`([^`]+)`", others):
            assert path not in excluded(project, pattern), (pattern, path)
