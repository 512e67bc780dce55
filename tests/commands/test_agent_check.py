"""What is stopped: by the configuration, the baseline and the marks of the project."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def check(keycatch, repository):
    """Check the call of a tool of Claude Code, or a prompt."""

    def run(code, tool="Bash", event="PreToolUse", prompt="", response=None, **arguments):
        given = {
            "session_id": "x", "cwd": str(repository.root), "hook_event_name": event,
            "tool_name": tool, "tool_input": arguments, "prompt": prompt, "tool_response": response,
        }  # fmt: skip
        done = keycatch("agent-hook", given=json.dumps(given).encode(), cwd=repository.root.parent)
        if event == "UserPromptSubmit" and code == 2:
            assert json.loads(done.stdout)["decision"] == "block"
            code = 0
        assert done.returncode == code, done
        return done

    return run


def b64(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "command",
    [
        "export AWS_ACCESS_KEY_ID=@ID AWS_SECRET_ACCESS_KEY=@SECRET; aws s3 ls",
        "aws configure set aws_secret_access_key @SECRET",
        "cat > a.env <<'EOF'\nAWS_ACCESS_KEY_ID=@ID\nAWS_SECRET_ACCESS_KEY=@SECRET\nEOF\n",
        "echo @B64 | base64 -d > .env",
        "git commit -m 'use @ID and @SECRET'",
        "python -c \"import boto3; boto3.client('s3', aws_access_key_id='@ID', "
        "aws_secret_access_key='@SECRET')\"",
        "curl -u @ID:@SECRET --aws-sigv4 aws:amz https://example.com",
        "Set-Item Env:AWS_SECRET_ACCESS_KEY '@SECRET'",
        "echo @GZIP | base64 -d | gunzip > .env",
        "sed -i 's|aws_secret_access_key = .*|aws_secret_access_key = @SECRET|' credentials",
    ],
)
def test_commands(check, plant, command):
    key_id, secret = plant.key_id(), plant.secret()
    pair = f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n"
    packed = base64.b64encode(gzip.compress(pair.encode(), mtime=0)).decode()
    values = {"@ID": key_id, "@SECRET": secret, "@B64": b64(pair), "@GZIP": packed}
    for name, value in values.items():
        command = command.replace(name, value)
    done = check(2, command=command)
    for value in (key_id, secret):
        assert value not in done.stderr


def test_a_value_is_seen_with_the_name_before_it(check, repository, plant):
    repository.write("a.env", "AWS_SECRET_ACCESS_KEY=CHANGEME\n")
    path = str(repository.root / "a.env")
    check(2, "Edit", file_path=path, old_string="CHANGEME", new_string=plant.secret())
    check(0, "Edit", file_path=path, old_string="CHANGEME", new_string="$FROM_VAULT")


def test_what_the_file_has_already_is_nothing_new(check, repository, plant):
    pair = plant.pair()
    path = str(repository.write("a.env", f"{pair}mode = one\n"))
    check(0, "Edit", file_path=path, old_string="one", new_string="two")
    check(0, "Write", file_path=path, content=f"# A comment\n{pair}")
    check(0, "Edit", file_path=path, old_string=pair, new_string="")
    check(2, "Write", file_path=f"{path}.copy", content=pair)
    check(2, "Edit", file_path=path, old_string="one", new_string=f"one\n{plant.key_id()}")


def test_an_allowed_fixture(check, repository, plant):
    line = f"key = {plant.key_id()}  # keycatch:allow\n"
    path = str(repository.write("tests/a.py", f"{line}one\n"))
    assert not check(0, "Edit", file_path=path, old_string="one", new_string="two").stdout
    assert not check(0, "Write", file_path=path, content=f"new\n{line}").stdout


def test_a_mark_that_the_edit_adds_is_shown_or_refused(check, repository, plant):
    line = f"key = {plant.key_id()}  # keycatch:allow\n"
    path = str(repository.root / "a.py")
    said = check(0, "Write", file_path=path, content=line).stdout
    assert "adds a mark" in json.loads(said)["systemMessage"]

    for setting in ("strict = true\n", "no-marks = true\n"):
        repository.write(".keycatch.toml", setting)
        check(2, "Write", file_path=path, content=line)

    # What a person has marked stays allowed: it is nothing that the edit adds.
    repository.write("a.py", f"{line}one\n")
    check(0, "Edit", file_path=path, old_string="one", new_string="two")


def test_nothing_allows_itself(check, plant):
    line = f"key = {plant.key_id()}  # keycatch:allow\n"
    check(2, event="UserPromptSubmit", prompt=line)
    check(2, command=f"cat > a <<EOF\n{line}EOF")
    check(2, "mcp__files__send", note=line)


def test_excluded_files(check, repository, plant):
    repository.write(".keycatch.toml", 'exclude = ["vendor/"]\n')
    check(0, "Write", file_path=str(repository.root / "vendor" / "a"), content=plant.pair())
    check(0, "Write", file_path="vendor/a", content=plant.pair())
    check(2, "Write", file_path=str(repository.root / "src" / "a"), content=plant.pair())
    check(2, command=f"echo {plant.pair()} > vendor/a")


def test_the_baseline_of_the_project(check, keycatch, repository, plant):
    pair = plant.pair()
    repository.commit("known.env")
    repository.write("known.env", pair)
    assert keycatch("baseline", "create", cwd=repository.root).returncode == 0
    for case in ({"command": pair}, {"tool": "Write", "file_path": "b", "content": pair}):
        check(0, **case)
    check(0, event="UserPromptSubmit", prompt=pair)
    check(2, command=plant.pair())


def test_the_threshold_of_the_project(check, repository, plant):
    impossible = f"AKIAA{plant.key_id()[5:]}"  # AWS cannot have issued it: low confidence
    check(0, command=f"echo {impossible}")
    repository.write(".keycatch.toml", 'fail-on = "low"\n')
    check(2, command=f"echo {impossible}")


def test_documentation_examples_go_on(check):
    check(0, command="export AWS_ACCESS_KEY_ID=" + "".join(("AK", "IAIOSFODNN7EXAMPLE")))


def test_an_output_that_hides_one_is_withheld(check, plant):
    response = {"stdout": f"{b64(plant.pair())}\n", "stderr": "", "interrupted": False}
    said = json.loads(check(0, "Bash", "PostToolUse", response=response).stdout)
    output = said["hookSpecificOutput"]["updatedToolOutput"]
    assert output["stdout"].startswith("[keycatch has taken this text out")
    assert output["interrupted"] is False


def test_an_output_whose_fields_say_what_it_is(check, plant):
    secret = plant.secret()
    response = {"Credentials": {"SecretAccessKey": secret}, "Zone": "eu-west-1"}
    done = check(0, "mcp__aws__sts", "PostToolUse", response=response)
    assert secret not in done.stdout
    output = json.loads(done.stdout)["hookSpecificOutput"]["updatedToolOutput"]
    assert output["Zone"] == "eu-west-1"


def test_reading_an_allowed_fixture(check, repository, plant):
    line = f"key = {plant.key_id()}  # keycatch:allow\n"
    response = {"type": "text", "file": {"filePath": "a.py", "content": line}}
    check(0, "Read", "PostToolUse", response=response, file_path="a.py")
    assert check(0, "Bash", "PostToolUse", response={"stdout": line}).stdout


def test_what_cannot_be_read_to_its_end(check, monkeypatch):
    nested = b"text"
    for _ in range(12):
        nested = gzip.compress(nested, mtime=0)
    text = base64.b64encode(nested).decode()
    assert "could not be read to its end" in check(2, command=f"echo {text} | base64 -d").stderr
    done = check(0, event="PostToolUse", response={"stdout": text})
    assert "was not stopped" in json.loads(done.stdout)["systemMessage"]


def test_an_edit_of_what_the_project_has_decided_is_shown(check, repository):
    path = str(repository.root / ".keycatch.toml")
    done = check(0, "Write", file_path=path, content='exclude = ["*"]\n')
    assert "changes what keycatch checks" in json.loads(done.stdout)["systemMessage"]


def test_many_are_counted(check, plant):
    done = check(2, command="\n\n".join(plant.key_id() for _ in range(9)))
    assert "and 4 more" in done.stderr
