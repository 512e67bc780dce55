"""A change cannot decide about its own check: its configuration, baseline and marks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.git.repository import Repository

NAME = ".keycatch-baseline"


def scan(past: Any, code: int, base: str, *options: str) -> Any:
    done = past.keycatch("range", f"{base}..HEAD", "--format", "json", *options, cwd=past.root)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def remarks(done: Any) -> dict[str, Any]:
    return {each["reason"]: each for each in done.report()["scan"].get("remarks", [])}


# -- the baseline -------------------------------------------------------------------------------


def test_a_change_cannot_baseline_its_own_finding(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.write("key.env", plant.pair())
    assert past.keycatch("baseline", "create", cwd=past.root).returncode == 0
    past.put("b.txt", "text\n")
    assert past.keycatch("scan", ".", cwd=past.root).returncode == 0
    done = scan(past, 1, base)
    assert done.paths() == {"key.env"}
    said = remarks(done)["baseline-altered"]
    assert said["places"] == [{"path": NAME}]
    assert "this change alters the baseline (.keycatch-baseline)" in said["text"]
    assert base[:8] in said["text"]
    assert "this change alters the baseline" in done.stderr

    text = past.keycatch("range", f"{base}..HEAD", cwd=past.root).stdout
    assert "review     this change alters the baseline" in text
    github = past.keycatch("range", f"{base}..HEAD", "--format", "github", cwd=past.root).stdout
    assert f"::notice file={NAME},title=For the review of this change::this change alters" in github


def test_nothing_altered_asks_for_no_common_commit(past: Any, monkeypatch: Any) -> None:
    """That can mean to read half of a history."""
    base = past.put("a.txt", "text\n")
    past.put("b.txt", "text\n")
    asked: list[str] = []
    names = Repository.names

    def noted(self: Repository, *command: str, **options: Any) -> list[str]:
        asked.append(command[0])
        return names(self, *command, **options)

    monkeypatch.setattr(Repository, "names", noted)
    assert remarks(scan(past, 0, base)) == {}
    assert "merge-base" not in asked
    past.put(NAME, "")
    assert "baseline-altered" in remarks(scan(past, 0, base, "--no-baseline"))
    assert "merge-base" in asked


def test_the_baseline_of_the_base_applies(past: Any, plant: Any) -> None:
    pair, other = plant.pair(), plant.pair()
    past.put("old.env", pair)
    assert past.keycatch("baseline", "create", cwd=past.root).returncode == 0
    base = past.put("a.txt", "text\n")
    # In the change it is copied, and its entry removed: the entry of the base counts.
    past.put(NAME, None)
    past.put("copy.env", f"# a copy\n{pair}")
    done = scan(past, 0, base)
    assert done.report()["scan"]["baseline"]["accepted"] == 1
    assert "baseline-altered" in remarks(done)
    past.put("new.env", other)
    assert scan(past, 1, base).paths() == {"new.env"}
    done = scan(past, 1, base, "--no-baseline")
    assert done.paths() == {"copy.env", "new.env"}
    assert "; none applies" in remarks(done)["baseline-altered"]["text"]


def test_an_option_goes_before_the_base(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.write("key.env", plant.pair())
    done = past.keycatch("baseline", "create", "--baseline", "../own.txt", cwd=past.root)
    assert done.returncode == 0
    past.put("b.txt", "text\n")
    scan(past, 1, base)
    scan(past, 0, base, "--baseline", "../own.txt")
    past.put("own.txt", (past.root / "../own.txt").read_text())
    done = scan(past, 0, base, "--baseline", "own.txt")
    assert "the one given as an option applies" in remarks(done)["baseline-altered"]["text"]


def test_a_damaged_baseline_of_the_base_is_an_error(past: Any) -> None:
    base = past.put(NAME, "<<<<<<< ours\n")
    past.put("a.txt", "text\n")
    past.put(NAME, "")
    done = past.keycatch("range", f"{base}..HEAD", cwd=past.root)
    assert done.returncode == 2
    assert f"line 1 of the baseline {NAME} of {base[:8]} has a merge conflict" in done.stderr
    assert past.keycatch("range", f"{base}..HEAD", "--no-baseline", cwd=past.root).returncode == 0


# -- the configuration --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".keycatch.toml", 'exclude = ["*"]\n'),
        ("pyproject.toml", '[tool.keycatch]\nexclude = ["*"]\n'),
        (".keycatch.toml", 'disable = ["aws-access-key-pair"]\nfail-on = "high"\n'),
        (".keycatch.toml", "not TOML"),
    ],
)
def test_a_change_cannot_configure_its_own_scan(
    past: Any, plant: Any, name: str, content: str
) -> None:
    base = past.put("a.txt", "text\n")
    past.put(name, content)
    past.put("key.env", plant.pair())
    done = scan(past, 1, base)
    assert done.paths() == {"key.env"}
    assert done.report()["scan"]["configuration"] is None
    assert remarks(done)["configuration-altered"]["places"] == [{"path": name}]


def test_the_configuration_of_the_base_applies(past: Any, plant: Any) -> None:
    past.put(".keycatch.toml", 'exclude = ["vendor/"]\n')
    base = past.put("a.txt", "text\n")
    past.put("vendor/key.env", plant.pair())
    done = scan(past, 0, base)
    assert done.report()["scan"]["configuration"]["excluded"] == 1
    assert done.report()["scan"]["configuration"]["file"] == ".keycatch.toml"
    assert remarks(done) == {}
    scan(past, 1, base, "--no-config")
    past.put(".keycatch.toml", "")
    done = scan(past, 0, base)
    assert set(remarks(done)) == {"configuration-altered"}


def test_what_is_not_for_keycatch_in_pyproject_is_no_remark(past: Any) -> None:
    base = past.put("pyproject.toml", '[tool.keycatch]\nexclude = ["a/"]\n[project]\nname = "x"\n')
    past.put("pyproject.toml", '[tool.keycatch]\nexclude = ["a/"]\n[project]\nname = "y"\n')
    assert remarks(scan(past, 0, base)) == {}
    past.put("pyproject.toml", '[tool.keycatch]\nexclude = ["*"]\n[project]\nname = "y"\n')
    assert set(remarks(scan(past, 0, base))) == {"configuration-altered"}


def test_what_the_base_has_got_since_is_no_remark(past: Any) -> None:
    past.put("a.txt", "text\n")
    past.git("checkout", "-q", "-b", "topic")
    past.put("b.txt", "text\n")
    past.git("checkout", "-q", "main")
    base = past.put(".keycatch.toml", 'exclude = ["vendor/"]\n')
    past.git("checkout", "-q", "topic")
    assert remarks(scan(past, 0, base)) == {}


def test_rules_of_the_project_are_those_of_the_base(past: Any, own_rule: Any) -> None:
    own_rule()
    content = next(past.root.parent.rglob("own.yaml")).read_text()
    assert "ourtok-" in content
    past.put("rules/own.yaml", content)
    past.put(".keycatch.toml", 'rules = ["rules/own.yaml"]\n')
    base = past.put("a.txt", "text\n")
    past.put("rules/own.yaml", content.replace("{16}", "{60}"))
    past.put("token.txt", "ourtok-9f8e3a7c01b2d4e5\n")
    done = scan(past, 1, base)
    assert done.paths() == {"token.txt"}
    assert remarks(done)["configuration-altered"]["places"] == [{"path": "rules/own.yaml"}]

    past.put("rules/own.yaml", "id: [")
    base = past.put("a.txt", "more\n")
    past.put("a.txt", "other\n")
    failed = past.keycatch("range", f"{base}..HEAD", cwd=past.root)
    assert failed.returncode == 2
    assert f"rules/own.yaml of {base[:8]}" in failed.stderr


def test_everything_that_a_branch_has_is_scanned_as_it_says(past: Any, plant: Any) -> None:
    """What is compared with nothing is no change."""
    past.put("vendor/key.env", plant.pair())
    past.put(".keycatch.toml", 'exclude = ["vendor/"]\n')
    env = {
        "CI_PIPELINE_SOURCE": "schedule", "GITLAB_CI": "true", "CI_COMMIT_SHA":
        past.git("rev-parse", "HEAD"), "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main",
        "GITHUB_ACTIONS": None, "KEYCATCH_BASE": None,
    }  # fmt: skip
    done = past.keycatch("ci", env=env, cwd=past.root)
    assert done.returncode == 0, (done.stdout, done.stderr)


# -- marks --------------------------------------------------------------------------------------


def marked(text: str) -> str:
    return text.replace("\n", "  # keycatch:allow made up\n")


def test_marks_that_a_change_adds_are_shown(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("one.env", f"x\n{marked(plant.pair())}")
    past.put("two.env", f"x = '{plant.key_id()}'  # gitleaks:allow\n")
    done = scan(past, 0, base)
    said = remarks(done)["marks-added"]
    assert said == {
        "reason": "marks-added",
        "text": "this change allows 2 findings by marks that it adds",
        "refused": False,
        "places": [{"path": "one.env", "line": 2}, {"path": "two.env", "line": 1}],
    }
    text = past.keycatch("range", f"{base}..HEAD", cwd=past.root).stdout
    assert "review     this change allows 2 findings by marks that it adds\n" in text
    assert "             one.env:2\n             two.env:1\n" in text
    github = past.keycatch("range", f"{base}..HEAD", "--format", "github", cwd=past.root).stdout
    assert "::warning file=one.env,line=2,title=For the review of this change::" in github
    assert "one.env:2, two.env:1" in github


def test_strict_refuses_them(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("one.env", marked(plant.pair()))
    done = scan(past, 1, base, "--strict")
    assert done.report()["findings"] == []
    assert remarks(done)["marks-added"]["refused"] is True
    done = past.keycatch("range", f"{base}..HEAD", "--strict", cwd=past.root)
    assert (done.returncode, "REFUSED" in done.stdout) == (1, True)
    done = past.keycatch("range", f"{base}..HEAD", "--strict", "-q", cwd=past.root)
    assert (done.returncode, "REFUSED" in done.stdout) == (1, True)
    done = past.keycatch("range", f"{base}..HEAD", "--strict", "--format", "github", cwd=past.root)
    assert "::error file=one.env,line=1,title=For the review" in done.stdout
    scan(past, 0, base, "--strict", "--exit-zero")
    assert scan(past, 1, base, "--no-marks", "--strict").paths() == {"one.env"}


def test_marks_that_were_there_are_not_shown(past: Any, plant: Any) -> None:
    pair = plant.pair()
    base = past.put("one.env", marked(pair))
    past.put("one.env", f"# more\n{marked(pair)}")
    past.git("mv", "one.env", "two.env")
    past.put("two.env", f"# moved\n# and more\n{marked(pair)}")
    assert remarks(scan(past, 0, base, "--strict")) == {}


def test_a_mark_on_an_old_credential_is_shown(past: Any, plant: Any) -> None:
    pair = plant.pair()
    base = past.put("one.env", pair)
    past.put("one.env", marked(pair))
    assert remarks(scan(past, 0, base))["marks-added"]["places"] == [{"path": "one.env", "line": 1}]


def test_a_mark_in_a_commit_that_a_later_one_removes_is_shown(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("one.env", marked(plant.pair()))
    past.put("one.env", None)
    assert remarks(scan(past, 0, base))["marks-added"]["places"] == [{"path": "one.env", "line": 1}]


def test_the_summary_of_a_step_has_it(past: Any, plant: Any, tmp_path: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("one.env", marked(plant.pair()))
    summary = tmp_path / "summary.md"
    env = {"GITHUB_STEP_SUMMARY": str(summary)}
    past.keycatch("range", f"{base}..HEAD", "--format", "github", cwd=past.root, env=env)
    assert "**For the review**: this change allows 1 finding by a mark" in summary.read_text()
    assert "- `one.env:1`\n" in summary.read_text()


def test_other_formats_say_it_on_standard_error(past: Any, plant: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("one.env", marked(plant.pair()))
    done = past.keycatch("range", f"{base}..HEAD", "--format", "sarif", cwd=past.root)
    assert json.loads(done.stdout)["runs"][0]["results"] == []
    assert "keycatch: this change allows 1 finding by a mark that it adds\n" in done.stderr


# -- around -------------------------------------------------------------------------------------


def test_wrong_options_are_refused_as_before(past: Any) -> None:
    base = past.put("a.txt", "text\n")
    past.put("b.txt", "text\n")
    options = ("--liveness-endpoint", "http://127.0.0.1:1")
    done = past.keycatch("range", f"{base}..HEAD", *options, cwd=past.root)
    assert done.returncode == 2
    assert "needs --check-liveness" in done.stderr


def test_a_report_with_a_baseline_and_remarks_can_be_answered(
    past: Any, plant: Any, tmp_path: Any
) -> None:
    past.put("old.env", plant.pair())
    assert past.keycatch("baseline", "create", cwd=past.root).returncode == 0
    base = past.put("a.txt", "text\n")
    past.put(NAME, "")
    past.put("copy.env", (past.root / "old.env").read_text())
    past.put("new.env", plant.pair())
    report = tmp_path / "report.json"
    report.write_text(scan(past, 1, base).stdout)
    done = past.keycatch("respond", str(report), cwd=past.root)
    assert done.returncode in (0, 1), done.stderr
    assert "new.env" in done.stdout
