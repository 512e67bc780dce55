"""`keycatch baseline import`: files of other scanners, and what cannot be carried over."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

NAME = ".keycatch-baseline"


@pytest.fixture
def project(past: Any, plant: Any) -> Any:
    """A repository with credentials, `values` of each by name and the `lines` of its key IDs."""
    past.values = {}
    for name in ("one", "two", "three"):
        key_id, secret = plant.key_id(), plant.secret()
        past.values[name] = (key_id, secret)
        past.put(
            f"conf/{name}.env",
            f"# {name}\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n",
        )
    return past


def take(project: Any, content: Any, *options: str, code: int = 0, name: str = "f.txt") -> Any:
    text = content if isinstance(content, str) else json.dumps(content)
    path = project.root.parent / name
    path.write_text(text)
    done = project.keycatch("baseline", "import", str(path), *options, cwd=project.root)
    assert done.returncode == code, (done.stdout, done.stderr)
    baseline = project.root / NAME
    written = baseline.read_text() if baseline.exists() else ""
    for values in project.values.values():
        for value in values:
            assert value not in written + done.stdout + done.stderr
    return done


def left(project: Any) -> set[str]:
    done = project.keycatch("scan", ".", "--format", "json", cwd=project.root)
    found: set[str] = done.paths()
    return found


def sha(name: str, text: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


# -- gitleaks and betterleaks -------------------------------------------------------------------


def test_a_gitleaks_ignore_file(project: Any) -> None:
    commit = project.git("rev-list", "-1", "HEAD", "--", "conf/one.env")
    project.put("conf/one.env", f"\n\n\n{(project.root / 'conf/one.env').read_text()}")
    done = take(
        project,
        f"# made up for a test\n{commit}:conf/one.env:aws-access-token:2\n\n"
        f"conf/two.env:generic-api-key:3\n"
        f"{commit[:7]}:conf/one.env:aws-access-token:1\n"
        "conf/three.env:slack-bot-token:2\n"
        f"{'1' * 40}:conf/three.env:aws-access-token:2\n"
        "nonsense\n",
    )
    assert "imported 2 credentials from gitleaks into .keycatch-baseline" in done.stdout
    assert "not carried over: 4\n" in done.stdout
    assert "1  for something other than AWS credentials" in done.stdout
    assert "1  in a commit or file that is not in this clone" in done.stdout
    assert "1  not found: no AWS credential is there" in done.stdout
    assert "1  an entry in a form that is not known" in done.stdout
    assert left(project) == {"conf/three.env"}
    written = (project.root / NAME).read_text()
    assert "reason=made up for a test\n" in written
    assert "reason=imported from gitleaks\n" in written


@pytest.mark.parametrize("form", ["json", "csv", "redacted"])
def test_a_gitleaks_report(project: Any, form: str) -> None:
    value = "REDACTED" if form == "redacted" else project.values["one"][0]
    record = {
        "RuleID": "aws-access-token", "Description": "d", "StartLine": 2, "EndLine": 2,
        "StartColumn": 21, "EndColumn": 41, "Match": value, "Secret": value,
        "File": "conf/one.env", "Commit": "", "Fingerprint": "conf/one.env:aws-access-token:2",
    }  # fmt: skip
    content: Any = [record]
    if form == "csv":
        keys = ("RuleID", "Commit", "File", "Secret", "Match", "StartLine", "EndLine")
        content = f"{','.join(keys)}\n{','.join(str(record[key]) for key in keys)}\n"
    done = take(project, content)
    assert "imported 1 credential from gitleaks" in done.stdout
    assert "not carried over" not in done.stdout
    assert left(project) == {"conf/two.env", "conf/three.env"}


def test_a_value_is_looked_for_wherever_it_is(project: Any) -> None:
    record = {"RuleID": "x", "StartLine": 900, "File": "gone", "Secret": project.values["one"][1]}
    assert "imported 1 credential" in take(project, [record]).stdout
    assert left(project) == {"conf/two.env", "conf/three.env"}


def test_a_replaced_value_is_not_accepted_by_its_place(project: Any, plant: Any) -> None:
    record = {"RuleID": "x", "StartLine": 2, "File": "conf/one.env", "Secret": plant.key_id()}
    done = take(project, [record])
    assert "imported 0 credentials" in done.stdout
    assert not (project.root / NAME).exists()
    assert len(left(project)) == 3


@pytest.mark.parametrize("form", ["ignore", "json", "jsonl"])
def test_betterleaks(project: Any, form: str) -> None:
    digest = sha("sha256", project.values["two"][0])
    finding = {
        "rule_id": "aws-access-key", "match": {"value": "REDACTED", "fingerprint": digest},
        "location": {"path": "conf/two.env", "start_line": 2},
    }  # fmt: skip
    envelope = {"schema_version": "1", "finding": finding}
    content = {
        "ignore": f"# known\n{digest}\n{'0' * 64}\n",
        "json": {"schema_version": "1", "findings": [finding], "scan": {}},
        "jsonl": f"{json.dumps(envelope)}\n{json.dumps({'schema_version': '1', 'scan': {}})}\n",
    }[form]
    done = take(project, content)
    assert "imported 1 credential from betterleaks" in done.stdout
    assert ("not carried over: 1" in done.stdout) == (form == "ignore")
    assert left(project) == {"conf/one.env", "conf/three.env"}


def test_a_betterleaks_file_of_version_1(project: Any) -> None:
    done = take(project, "conf/two.env:aws-access-token:2\n", "--from", "betterleaks")
    assert "imported 1 credential from betterleaks" in done.stdout


# -- the others ---------------------------------------------------------------------------------


def test_detect_secrets(project: Any, plant: Any) -> None:
    def secret(text: str, line: int) -> dict[str, Any]:
        return {"type": "x", "hashed_secret": sha("sha1", text), "line_number": line}

    done = take(
        project,
        {
            "version": "1.5.0",
            "plugins_used": [{"name": "AWSKeyDetector"}],
            "filters_used": [
                {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["a", "b"]}
            ],
            "results": {
                "conf/one.env": [secret(project.values["one"][0], 2)],
                "conf/two.env": [secret(project.values["two"][1], 3), secret(plant.key_id(), 2)],
                "conf/three.env": [{"type": "x"}],
            },
        },
    )
    assert "imported 2 credentials from detect-secrets" in done.stdout
    assert "not carried over: 4" in done.stdout
    assert "2  a pattern for paths, which belongs under `exclude`" in done.stdout
    assert left(project) == {"conf/three.env"}


def test_kingfisher(project: Any) -> None:
    done = take(
        project,
        "ExactFindings:\n  matches:\n"
        "  - filepath: conf/one.env/\n    fingerprint: 056876f00ffd0622\n    linenum: 2\n"
        "    lastupdated: Mon, 14 Jul 2025 10:17:56 -0700\n"
        f"  - filepath: {project.root}/conf/two.env\n    fingerprint: ab\n    linenum: 3\n"
        "  - filepath: conf/three.env\n    fingerprint: ab\n    linenum: 1\n",
    )
    assert "imported 2 credentials from kingfisher" in done.stdout
    assert left(project) == {"conf/three.env"}


def test_trufflehog(project: Any) -> None:
    key_id, secret = project.values["one"]
    done = take(
        project,
        {
            "local test": key_id,
            "prefix": f"regex:^{secret[:12].replace('+', '.')}",
            "bad": "regex:(",
        },
    )
    assert "imported 1 credential from trufflehog" in done.stdout
    assert "1  an expression that cannot be used" in done.stdout
    assert "reason=local test" in (project.root / NAME).read_text()

    place = {"Data": {"Git": {"file": "conf/two.env", "line": 2, "commit": ""}}}
    records = [
        {"SourceMetadata": place, "DetectorName": "AWS", "Raw": project.values["two"][0]},
        {"SourceMetadata": place, "DetectorName": "Slack", "Raw": "x"},
    ]
    done = take(project, "".join(f"{json.dumps(each)}\n" for each in records))
    assert "imported 1 credential from trufflehog" in done.stdout
    assert left(project) == {"conf/three.env"}
    done = take(project, "conf/.*\nvendor/.*\n", "--from", "trufflehog")
    assert "2  a pattern for paths" in done.stdout


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_secretlint(project: Any, form: str) -> None:
    key_id = project.values["one"][0]
    aws = {
        "id": "@secretlint/secretlint-rule-aws",
        "options": {"allows": [key_id, f"/^{project.values['two'][0][:8].lower()}/i", "nothing"]},
        "allowMessageIds": ["AWSAccountID"],
    }
    slack = {"id": "@secretlint/secretlint-rule-slack", "options": {"allows": ["x"]}}
    content: Any = {
        "rules": [{"id": "@secretlint/secretlint-rule-preset-recommend", "rules": [aws, slack]}]
    }
    if form == "yaml":
        import yaml

        content = yaml.safe_dump(content)
    done = take(project, content)
    assert "imported 2 credentials from secretlint" in done.stdout
    assert "not carried over: 3" in done.stdout
    assert left(project) == {"conf/three.env"}


# -- around -------------------------------------------------------------------------------------


def test_what_is_only_in_the_history_needs_an_option(project: Any) -> None:
    digest = sha("sha256", project.values["one"][0])
    project.put("conf/one.env", "# gone\n")
    assert "imported 0 credentials" in take(project, f"{digest}\n").stdout
    assert "imported 1 credential" in take(project, f"{digest}\n", "--history").stdout
    assert "imported 0 credentials" in take(project, f"{digest}\n", "--history").stdout


def test_notes_of_the_options_go_first(project: Any) -> None:
    take(
        project, "# theirs\nconf/one.env:aws:2\n",
        "--reason", "ours", "--owner", "team-a", "--expires", "2999-01-31",
    )  # fmt: skip
    line = (project.root / NAME).read_text().splitlines()[-1]
    assert line.endswith("path=conf/one.env owner=team-a expires=2999-01-31 reason=ours")


@pytest.mark.parametrize(
    "content",
    ["", "  \n", "nonsense\n", "{}", "[1]", "[[[", '{"results": 3, "version": 1}', "a\0b",
     "[" * 100_000, '{"rules": [{"id": "eslint"}]}', "ExactFindings: [", "ExactFindings: 3",
     '{"ExactFindings": {}}', "<html></html>"],
)  # fmt: skip
def test_nonsense_is_one_sentence_and_writes_nothing(project: Any, content: str) -> None:
    done = take(project, content, code=2)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout == ""
    assert not (project.root / NAME).exists()


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read(project: Any, name: str) -> None:
    done = project.keycatch("baseline", "import", name, cwd=project.root)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cannot read" in done.stderr


def test_another_tool_than_it_is_of(project: Any) -> None:
    done = take(project, "conf/one.env:aws:2\n", "--from", "kingfisher", code=2)
    assert "it is not a file of kingfisher" in done.stderr
