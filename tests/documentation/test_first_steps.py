"""The walks of three new users: the commands of docs/first-steps, as the pages have them.

`tools/first_steps.py` takes the commands out of the pages and runs them. So a page that shows a
command that fails, or output that is not printed, fails here. The tests of the mark `installation`
install keycatch with the page's commands as well.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tools import first_steps
from tools.first_steps import PAGES, SCENES, Scene, Step

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pages are for a POSIX shell")
WHEELS = os.environ.get("KEYCATCH_WHEELHOUSE", "")
"""The directory with wheels; the other tests take the variable away and use none."""


class Walk(NamedTuple):
    """A page, what its commands printed, and the directory that they left."""

    text: str
    steps: list[Step]
    outputs: list[str]
    scene: Scene

    def output(self, command: str, number: int = 0) -> str:
        """Return what a command printed; `number` counts those that are the same."""
        places = [at for at, step in enumerate(self.steps) if step.command == command]
        return self.outputs[places[number]]


def walk(name: str, home: Path) -> Walk:
    text = (PAGES / f"{name}.md").read_text("utf-8")
    scene = Scene(home)
    return Walk(text, first_steps.steps_of(text), first_steps.play(name, scene), scene)


@pytest.fixture(scope="module", autouse=True)
def without_wheels():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEYCATCH_WHEELHOUSE", raising=False)
        yield


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Walk]:
    return {name: walk(name, tmp_path_factory.mktemp(name) / "home") for name in SCENES}


def assert_true(found: Walk) -> None:
    """Every command prints what the page shows."""
    for step, printed in zip(found.steps, found.outputs, strict=True):
        assert first_steps.agrees(step.shown, printed), (step, printed)


def test_every_page_has_a_scene():
    assert {path.stem for path in PAGES.glob("*.md")} == {*SCENES}


@pytest.mark.parametrize("name", SCENES)
def test_a_page_shows_what_its_commands_print(name: str, walks: dict[str, Walk]) -> None:
    assert len(walks[name].steps) > 5
    assert_true(walks[name])


def git(found: Walk, where: str, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=found.scene.home / where, env=found.scene.environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


# The developer: from the installation to a commit that is stopped, and to one that is fixed


def test_the_commit_of_the_developer_is_stopped(walks: dict[str, Walk]) -> None:
    found = walks["developer"]
    assert found.output('git commit -m "Say hello"').startswith("Commit stopped: 1 AWS credential")
    assert git(found, "shop", "log", "--format=%s").split("\n")[:-1] == [
        "Add a test", "Say hello", "Begin",
    ]  # fmt: skip


def test_the_developer_runs_what_the_screen_says(walks: dict[str, Walk]) -> None:
    found = walks["developer"]
    screen = found.output('git commit -m "Say hello"')
    advised = re.findall(r"(?m)^    (git .*)$", screen)
    assert advised
    assert [command for command in advised if command not in [s.command for s in found.steps]] == []


def test_the_key_is_in_no_commit_and_still_in_the_file(walks: dict[str, Walk]) -> None:
    found = walks["developer"]
    assert "app.env" not in git(found, "shop", "log", "--all", "--name-only", "--format=")
    assert "aws_secret_access_key" in (found.scene.home / "shop/app.env").read_text()


# The CI engineer: from 300 findings to a job that passes, and that fails on number 301


def test_the_baseline_turns_300_findings_into_none(walks: dict[str, Walk]) -> None:
    found = walks["ci"]
    codes = [found.output("echo $?", number) for number in range(4)]
    assert codes == ["1\n", "0\n", "0\n", "1\n"]
    assert "300 AWS credentials found" in found.outputs[1]
    listed = git(found, "shop", "show", "main~1:.keycatch-baseline").splitlines()
    assert len([line for line in listed if not line.startswith("#")]) == 300


def job_of(page: str) -> list[str]:
    """Return the scripts of the job that the page shows, without the installation."""
    (block,) = re.findall(r"(?s)^```yaml\n(.*?)^```", page, re.MULTILINE)
    steps = yaml.safe_load(block)["jobs"]["keycatch"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts[0].startswith("pip install ")
    return scripts[1:]


@pytest.mark.parametrize(("head", "code"), [("new-feature~1", 0), ("new-feature", 1)])
def test_the_job_passes_and_fails_on_number_301(
    head: str, code: int, walks: dict[str, Walk], tmp_path: Path
) -> None:
    found = walks["ci"]
    base = git(found, "shop", "merge-base", "main", head).strip()
    event = {
        "pull_request": {
            "base": {"sha": base, "ref": "main"},
            "head": {"sha": git(found, "shop", "rev-parse", head).strip(), "ref": "new-feature"},
        },
        "repository": {"default_branch": "main"},
    }
    (tmp_path / "event.json").write_text(json.dumps(event))
    git(found, ".", "clone", "-q", "shop", str(tmp_path / "job"))
    git(found, str(tmp_path / "job"), "checkout", "-q", event["pull_request"]["head"]["sha"])
    environment = {
        "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }  # fmt: skip
    done = [
        subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path / "job",
            env={**found.scene.environment, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )
        for script in job_of(found.text)
    ]  # fmt: skip
    assert [each.returncode for each in done] == [code], done
    assert ("app.env" in done[0].stdout) is bool(code)
    assert "services/" not in done[0].stdout


# The responder: from clones to a report and a plan


def test_the_responder_has_a_report_and_a_plan(walks: dict[str, Walk]) -> None:
    home = walks["responder"].scene.home
    report = json.loads((home / "report.json").read_text("utf-8"))
    places = {place["path"] for found in report["findings"] for place in found["locations"]}
    assert places == {"clones/billing/deploy.sh", "clones/shop/app/settings.py"}
    for name in ("report.html", "plan.html"):
        page = (home / name).read_text("utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert "clones/billing/deploy.sh" in page


# The pages cannot lie


def test_a_page_that_lies_is_found():
    assert first_steps.agrees("one\ntwo\n", "one\ntwo\n")
    assert not first_steps.agrees("one\ntwo\n", "one\n")
    assert not first_steps.agrees("", "warning\n")
    assert not first_steps.agrees("one.\n", "one!\n")


def test_three_dots_are_any_number_of_lines():
    assert first_steps.agrees("one\n...\nfour\n", "one\ntwo\nthree\nfour\n")
    assert first_steps.agrees("one\n...\n", "one\n")
    assert not first_steps.agrees("one\n...\nfour\n", "one\ntwo\n")
    assert not first_steps.agrees("one\n...\n", "zero\none\n")


def test_the_age_of_a_credential_may_differ_and_nothing_else():
    assert first_steps.agrees("180 days, since May\n", "7 days, since May\n")
    assert not first_steps.agrees("2 days, May to June\n", "3 days, May to June\n")


PAGE = "# A\n\n```console\n$ cat <<X\n> a\n> X\nold\n$ true\n```\n\n```sh\n$ not this\n```\n"


def test_the_output_is_written_into_the_page():
    assert first_steps.steps_of(PAGE) == [Step("cat <<X\na\nX", "old\n"), Step("true", "")]
    assert first_steps.rewritten(PAGE, ["a\n", ""]) == PAGE.replace("old", "a")


def test_output_that_is_shortened_stays_so():
    page = "```console\n$ run\none\n...\n```\n"
    assert first_steps.rewritten(page, ["one\ntwo\n"]) == page
    assert first_steps.rewritten(page, ["two\n"]) == page.replace("one\n...", "two")


# With the installation


@pytest.mark.installation
@pytest.mark.parametrize("name", SCENES)
def test_a_page_is_true_from_the_installation_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not list(Path(WHEELS).glob("hatchling-*.whl")):
        pytest.fail("KEYCATCH_WHEELHOUSE names no directory with wheels", pytrace=False)
    monkeypatch.setenv("KEYCATCH_WHEELHOUSE", WHEELS)
    assert_true(walk(name, tmp_path / "home"))
