"""The action for GitHub: its metadata, and its script run with bash as the runner would."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scanner.commands import COMMANDS
from scanner.hooks.script import CLEARED
from scanner.settings import THRESHOLDS

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SCRIPT = ROOT / "action.sh"
STEPS = ACTION["runs"]["steps"]
RUN, UPLOAD = STEPS
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


# The metadata


def test_it_is_composite():
    assert ACTION["runs"]["using"] == "composite"
    assert {"name", "description", "inputs", "outputs", "runs"} <= ACTION.keys()
    assert all(step.get("shell") == "bash" for step in STEPS if "run" in step)


def test_no_expression_stands_in_a_script():
    """An expression in `run` is put into the script before bash reads it: that runs its value."""
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []
    assert "${{" not in SCRIPT.read_text("utf-8")


def test_every_input_reaches_what_it_is_for():
    used = set()
    for step in STEPS:
        for expression in EXPRESSION.findall(json.dumps(step)):
            used |= set(re.findall(r"inputs\.([a-z-]+)", expression))
    assert used == ACTION["inputs"].keys()
    names = {f"INPUT_{name.upper().replace('-', '_')}" for name in ACTION["inputs"]} - {
        "INPUT_UPLOAD"
    }
    assert RUN["env"].keys() == names
    read = set(re.findall(r"\$\{?(INPUT_[A-Z_]+)", SCRIPT.read_text("utf-8"))) - {"INPUT_"}
    assert read == names
    checked = re.search(r"for name in ([A-Z_ ]+); do", SCRIPT.read_text("utf-8"))[1].split()
    assert {f"INPUT_{name}" for name in checked} == names - {"INPUT_OUTPUTS"}  # of several lines


def test_inputs_and_outputs_are_described():
    for each in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert each["description"].endswith(".")
    assert all(isinstance(each["default"], str) for each in ACTION["inputs"].values())
    assert ACTION["outputs"].keys() == {"sarif-file", "exit-code"}
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{RUN['id']}.outputs.{name} }}}}"


def test_actions_of_others_are_pinned():
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40}", each) for each in used)


def test_the_report_is_uploaded_after_findings_too():
    condition = " ".join(UPLOAD["if"].split())
    assert "!cancelled()" in condition
    assert "always()" not in condition
    assert "steps.keycatch.outputs.sarif-file != ''" in condition
    assert "!github.event.pull_request.head.repo.fork" in condition


# The script


class Job:
    """A job of a runner: a repository checked out, and the files that the runner gives it."""

    def __init__(self, path):
        self.workspace, self.temporary = path / "workspace", path / "temp"
        self.bin = path / "bin"
        for directory in (self.workspace, self.temporary, self.bin):
            directory.mkdir()
        self.output, self.summary = path / "output", path / "summary"
        self.output.touch()
        self.path = path
        keycatch = self.program(
            "keycatch", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m scanner "$@"'
        )
        defaults = {name: each["default"] for name, each in ACTION["inputs"].items()}
        self.inputs = {**defaults, "command": "scan", "executable": str(keycatch)}
        subprocess.run(["git", "init", "-q", str(self.workspace)], check=True)

    def program(self, name, script):
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def run(self, **inputs):
        given = {**self.inputs, **{name.replace("_", "-"): text for name, text in inputs.items()}}
        environ = {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.path),
            "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOT), "CI": "true",
            "GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temporary), "GIT_CONFIG_GLOBAL": os.devnull,
        }  # fmt: skip
        for name, expression in RUN["env"].items():
            environ[name] = given[re.fullmatch(r"\$\{\{ inputs\.(.*) \}\}", expression)[1]]
        environ.update({name[4:]: text for name, text in inputs.items() if name.startswith("env ")})
        return subprocess.run(
            ["bash", "-c", RUN["run"]], cwd=self.workspace, env=environ,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def outputs(self):
        return dict(line.split("=", 1) for line in self.output.read_text("utf-8").splitlines())

    def plant(self, name="settings.ini", seed=3):
        rng = random.Random(seed)
        key_id = "AKIAZ" + "".join(rng.choices(string.ascii_uppercase + "234567", k=15))
        secret = "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=40))
        (self.workspace / name).write_text(
            f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        )
        return secret

    def report(self, name="keycatch.sarif"):
        return json.loads((self.workspace / name).read_text("utf-8"))["runs"][0]


def read_as_commands(lines):
    """Return the lines that the runner takes for commands (ActionCommand.cs of actions/runner)."""
    return [
        line for line in lines if re.match(r"\s*::.+?::", line) or re.search(r"##\[.+?\]", line)
    ]


def commands_of(done):
    """Return the commands of the output that are carried out, without those that stop others."""
    carried_out, token = [], None
    for line in read_as_commands(done.stdout.splitlines()):
        if token is not None:
            token = None if line == f"::{token}::" else token
        elif stop := re.fullmatch(r"::stop-commands::(keycatch-[0-9a-f]{32})", line):
            token = stop[1]
        else:
            carried_out.append(line)
    assert token is None, "the commands were not resumed"
    return carried_out


@pytest.fixture
def job(tmp_path):
    if shutil.which("bash") is None or os.name == "nt":
        pytest.skip("needs bash and a POSIX system")
    return Job(tmp_path)


def test_clean(job):
    (job.workspace / "app.py").write_text("print('hello')\n")
    done = job.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert commands_of(done) == []
    assert done.stdout.endswith("::\nkeycatch: clean; the report is keycatch.sarif\n")
    assert job.outputs == {"exit-code": "0", "sarif-file": "keycatch.sarif"}
    assert job.report()["results"] == []


def test_the_environment_has_no_say_in_what_is_imported(job):
    """All variables are taken out before the first Python, and the checkout is not on the path."""
    seen = job.path / "seen"
    job.inputs["executable"] = str(job.program("noting", f'env >"{seen}"; exit 0'))
    done = job.run(**{f"env {name}": "." for name in CLEARED})
    assert done.returncode == 0, done.stderr
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    assert not names & set(CLEARED)
    assert "PYTHONSAFEPATH=1" in seen.read_text().splitlines()


def test_findings_fail_the_step_and_leave_a_report(job):
    secret = job.plant()
    done = job.run()
    assert done.returncode == 1
    assert job.outputs == {"exit-code": "1", "sarif-file": "keycatch.sarif"}
    (result,) = job.report()["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "settings.ini"
    (annotation,) = commands_of(done)
    assert annotation.startswith("::error file=settings.ini,line=1,")
    assert secret not in done.stdout + done.stderr + json.dumps(job.report())


def test_scan_that_is_not_complete_fails_the_step(job):
    (job.workspace / "nested.zip").write_bytes(b"PK\3\4 this is no archive")
    done = job.run()
    assert done.returncode == 2
    assert job.outputs["exit-code"] == "2"
    (annotation,) = commands_of(done)
    assert annotation.startswith("::error title=The scan is incomplete::")


@pytest.mark.parametrize(
    "name",
    ["##[stop-commands]x.zip", "##[group]x.zip", "::stop-commands::x.zip", "##[add-mask]x.zip"],
)
def test_a_message_cannot_give_commands(job, name):
    """The runner reads `##[` anywhere in a line, of standard error as well."""
    (job.workspace / name).write_bytes(b"PK\3\4 this is no archive")
    done = job.run()
    assert done.stderr == ""
    assert name in done.stdout
    (annotation,) = commands_of(done)
    assert annotation.startswith("::error title=The scan is incomplete::")


def test_a_report_of_an_earlier_step_is_not_uploaded(job):
    (job.workspace / "keycatch.sarif").write_text("{}")
    done = job.run(config="missing.toml")
    assert done.returncode == 2
    assert "missing.toml" in done.stdout
    assert job.outputs == {"exit-code": "2"}


def test_a_configuration_in_the_checkout_cannot_silence_the_scan(job):
    job.plant()
    (job.workspace / ".keycatch.toml").write_text('exclude = ["*"]\n')
    assert job.run().returncode == 1
    assert job.run(use_config="true").returncode == 0


def test_a_configuration_that_is_named_is_used(job):
    job.plant()
    (job.path / "own.toml").write_text('exclude = ["*"]\n')
    assert job.run(config=str(job.path / "own.toml")).returncode == 0


def test_fail_on(job):
    letters = random.Random(4).choices(string.ascii_uppercase, k=15)
    (job.workspace / "a").write_text("AKIAB" + "".join(letters))  # AWS cannot have issued it
    assert job.run().returncode == 0
    assert job.run(fail_on="low").returncode == 1


@pytest.mark.parametrize("level", THRESHOLDS)
def test_every_threshold_of_the_command_is_one_of_the_action(job, level):
    job.plant()
    assert job.run(fail_on=level).returncode == 1


def test_name_of_the_report(job):
    job.plant()
    assert job.run(sarif_file="some where/$(x);'.sarif").returncode == 2  # no such directory
    (job.workspace / "some where").mkdir()
    done = job.run(sarif_file="some where/$(x);'.sarif")
    assert done.returncode == 1
    assert job.outputs["sarif-file"] == "some where/$(x);'.sarif"
    assert len(job.report("some where/$(x);'.sarif")["results"]) == 1


def test_further_reports_of_the_same_run(job):
    secret = job.plant()
    done = job.run(outputs="\n  junit=results 1.xml \n\njsonl=./keycatch.jsonl\ntext=-")
    assert done.returncode == 1
    assert "<failure" in (job.workspace / "results 1.xml").read_text("utf-8")
    assert '"record": "finding"' in (job.workspace / "keycatch.jsonl").read_text("utf-8")
    assert "CRITICAL  settings.ini:1:21" in done.stdout
    assert secret not in done.stdout
    assert len(commands_of(done)) == 1


def test_a_category_of_its_own(job):
    job.plant()
    assert job.run().returncode == 1
    assert job.report()["automationDetails"]["id"] == "keycatch/"
    assert job.run(category="services/a b").returncode == 1
    assert job.report()["automationDetails"]["id"] == "services/a b/"
    done = job.run(category="a\n::error::b")
    assert done.returncode == 2
    assert "the input CATEGORY has a line break" in done.stdout


def test_two_reports_to_one_file_are_refused(job):
    job.plant()
    done = job.run(outputs="json=keycatch.sarif")
    assert done.returncode == 2
    assert "are one file" in done.stdout
    assert job.outputs == {"exit-code": "2"}


def test_the_step_has_a_summary_only_if_there_is_something_to_say(job):
    job.summary.write_text("of another command\n")
    (job.workspace / "clean.txt").write_text("text\n")
    assert job.run().returncode == 0
    assert job.summary.read_text("utf-8") == "of another command\n"
    job.plant()
    assert job.run().returncode == 1
    text = job.summary.read_text("utf-8")
    assert text.startswith("of another command\n### keycatch: 1 AWS credential found\n")
    assert text.count("###") == 1


@pytest.mark.parametrize(
    "inputs",
    [
        {"outputs": "--exit-zero"}, {"outputs": "json=a\n-v"}, {"outputs": "=a"},
        {"outputs": "json="}, {"outputs": "json=a\n$(touch ran)"}, {"outputs": "report.json"},
        {"command": "scan; touch ran"}, {"command": "--help"}, {"command": ""},
        {"command": "ci\nscan"}, {"fail_on": "$(touch ran)"}, {"fail_on": "high --exit-zero"},
        {"fail_on": "critical --exit-zero"}, {"fail_on": "urgent"}, {"fail_on": "severity:"},
        {"use_config": "yes"}, {"sarif_file": ""}, {"sarif_file": "-x"}, {"sarif_file": "."},
        {"sarif_file": "a\nexit-code=0"}, {"sarif_file": "a\r::error::b"},
        {"config": "a\n::stop-commands::x"}, {"source": "-e .", "executable": ""},
        {"source": "--index-url=http://x.example", "executable": ""},
    ],
    ids=ascii,
)  # fmt: skip
def test_inputs_that_are_refused(job, inputs):
    done = job.run(**inputs)
    assert done.returncode == 2
    assert re.fullmatch(r"::error title=keycatch::.*\n", done.stdout), done.stdout
    assert job.outputs == {"exit-code": "2"}
    assert not (job.workspace / "ran").exists()


@pytest.mark.parametrize("name", ["config", "executable", "outputs", "python", "source"])
def test_no_input_is_run_as_a_part_of_the_script(job, name):
    value = "$(touch ran)`touch ran`; touch ran; '\"; touch ran #"
    inputs = {"executable": "", "python": "false", name: value}
    assert job.run(**inputs).returncode != 0
    assert not (job.workspace / "ran").exists()


# The installation, with a Python that writes down what it is asked for


FAKE_PYTHON = """
printf '%s\\n' "$*" >>"$HOME/calls"
case "$*" in
*"-m venv"*)
    for directory; do :; done
    mkdir -p "$directory/bin"
    cp "$0" "$directory/bin/python"
    cp "$(dirname "$0")/keycatch" "$directory/bin/keycatch"
    ;;
*version_info*) exit "$(cat "$HOME/too_old" 2>/dev/null || echo 0)" ;;
esac
"""


@pytest.mark.parametrize("source", ["", "keycatch==0.1.0 --pre"])
def test_installation(job, source):
    job.program("python3", FAKE_PYTHON)
    (job.workspace / "clean.txt").write_text("text\n")
    done = job.run(executable="", source=source)
    assert done.returncode == 0, done.stdout + done.stderr
    version, environment, installation = (job.path / "calls").read_text("utf-8").splitlines()
    assert "version_info < (3, 11)" in version
    assert environment == f"-I -m venv {job.temporary}/keycatch"
    assert installation.startswith("-I -m pip install ")
    assert installation.endswith(f" -- {source or ROOT}")
    assert all(call.startswith("-I ") for call in (version, environment, installation))
    assert (job.workspace / "keycatch.sarif").exists()


def test_python_that_is_too_old(job):
    job.program("python3", FAKE_PYTHON)
    (job.path / "too_old").write_text("1")
    done = job.run(executable="")
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stdout
    assert job.outputs == {"exit-code": "2"}


def test_modules_in_the_checkout_are_not_run(job):
    """`python -m venv` without -I would import them instead of Python's own."""
    for name in ("venv", "pip", "ensurepip", "scanner", "sitecustomize"):
        (job.workspace / f"{name}.py").write_text("open('ran', 'w')\n")
    job.program("python3", f'case "$*" in *venv*) "{sys.executable}" $1 -m venv -h;; esac; exit 1')
    done = job.run(executable="")
    assert done.returncode == 2
    assert not (job.workspace / "ran").exists()
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run(
        [sys.executable, "-m", "venv", "-h"],
        cwd=job.workspace,
        env=plain,
        capture_output=True,
        check=False,
    )
    assert (job.workspace / "ran").exists()  # the trap


def test_no_result_is_one_error_and_a_line_of_the_summary(job):
    """The event names no commits, and what it is called is the text of somebody else."""
    job.program(
        "keycatch",
        "echo 'keycatch: first' >&2; printf 'keycatch: 100%% of `x`\\r::error::y\\n' >&2; exit 2",
    )
    done = job.run()
    assert done.returncode == 2
    assert job.outputs == {"exit-code": "2"}
    (annotation,) = commands_of(done)
    assert annotation == "::error title=keycatch::keycatch: 100%25 of `x`%0D::error::y"
    assert job.summary.read_text("utf-8") == (
        "**keycatch could not scan (exit code 2)**\n\n"
        "```text\nkeycatch: 100% of 'x' ::error::y\n```\n"
    )


def test_wrong_usage_is_one_error(job):
    job.plant()
    done = job.run(config="missing.toml")
    assert done.returncode == 2
    (annotation,) = commands_of(done)
    assert annotation.startswith("::error title=keycatch::keycatch: cannot read the configuration")
    assert "missing.toml" in job.summary.read_text("utf-8")


def test_a_program_that_says_nothing(job):
    job.program("keycatch", "exit 3")
    done = job.run()
    assert done.returncode == 3
    assert commands_of(done) == [
        "::error title=keycatch::keycatch ended with exit code 3 and gave no reason"
    ]
    assert "could not scan (exit code 3)" in job.summary.read_text("utf-8")


def test_refused_input_is_in_the_summary(job):
    done = job.run(command="other")
    assert done.returncode == 2
    assert len(commands_of(done)) == 1
    assert "the input command must be ci or scan" in job.summary.read_text("utf-8")


def test_working_directory(job):
    """The part of a monorepo is scanned; files that inputs name stay where other steps look."""
    (job.workspace / "shop").mkdir()
    (job.workspace / "other").mkdir()
    job.plant("shop/key.ini")
    job.plant("other/key.ini", seed=4)
    (job.workspace / "policy.toml").write_text('fail-on = "high"\n')
    done = job.run(
        working_directory="shop", outputs="junit=reports.xml\ntext=-", config="policy.toml"
    )
    assert done.returncode == 1, done.stdout
    (result,) = job.report()["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "shop/key.ini"
    assert (job.workspace / "reports.xml").exists()
    assert job.outputs["sarif-file"] == "keycatch.sarif"


@pytest.mark.parametrize("name", ["missing", "file", "-x", "a\nb"])
def test_working_directory_that_is_none(job, name):
    (job.workspace / "file").write_text("")
    done = job.run(working_directory=name)
    assert done.returncode == 2
    (annotation,) = commands_of(done)
    assert "working-directory" in annotation or "WORKING_DIRECTORY" in annotation


def test_a_repository_that_is_checked_out_below_the_workspace(job):
    subprocess.run(["git", "init", "-q", str(job.workspace / "-repo")], check=True)
    job.plant("-repo/key.ini")
    done = job.run(working_directory="-repo")
    assert done.returncode == 1, done.stdout
    (result,) = job.report()["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "key.ini"


def test_the_commands_exist():
    commands = re.search(r"(?m)^(\w+(?: \| \w+)*)\) ;;$", SCRIPT.read_text("utf-8"))[1]
    assert set(commands.split(" | ")) <= COMMANDS.keys()
    assert ACTION["inputs"]["command"]["default"] in COMMANDS
