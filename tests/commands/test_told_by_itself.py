"""What a credential tells by itself is in the report of every command that scans."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from scanner.kinds import service_key, service_password, signed_url
from scanner.rulebook.generator import Generator

MADE = Generator(29)
ACCOUNT = "123456789012"
TOKEN = MADE.session_token("eu-west-2")
REQUEST = signed_url.make_url(MADE)
SIGNER = re.findall(r"AKIA[A-Z2-7]{16}", REQUEST)[0]
SHOWN = f"{SIGNER[:4]}****{SIGNER[-4:]}"
CONTENT = (
    f"aws_access_key_id = {MADE.access_key_id(ACCOUNT, 'ASIA')}\n"
    f"aws_secret_access_key = {MADE.secret_access_key()}\n"
    f"aws_session_token = {TOKEN}\n\n\n"
    f"see {REQUEST}\n"
)
PAIR = {
    "kind": "temporary access key", "generation": 2, "impossible": None, "region": "eu-west-2",
    "issued": None, "expires": None, "user": None, "signed_by": None,
}  # fmt: skip
URL = {
    "kind": "presigned URL", "generation": 2, "impossible": None, "region": "eu-west-1",
    "issued": "2026-02-14T09:30:00Z", "expires": "2026-02-14T10:30:00Z", "user": None,
    "signed_by": SHOWN,
}  # fmt: skip
ROWS = (
    "    kind               temporary access key, ID of the form since March 2019\n"
    "    region             eu-west-2\n",
    "    region             eu-west-1\n"
    "    issued             2026-02-14T09:30:00Z\n"
    "    expires            2026-02-14T10:30:00Z\n"
    f"    signed by          {SHOWN}\n",
)


class Run(NamedTuple):
    """How to start a command."""

    arguments: list[str]
    given: bytes | None = None
    env: dict[str, str] | None = None


@pytest.fixture
def change(repository: Any) -> Any:
    """A repository in which a commit on a branch adds the credentials, and something staged too."""
    repository.commit("a")
    repository.git("branch", "base")
    repository.write("keys.env", CONTENT)
    repository.git("add", "--all")
    return repository


def committed(change: Any) -> tuple[str, str]:
    old = change.git("rev-parse", "HEAD").strip()
    change.git("commit", "-qm", "keys")
    return old, change.git("rev-parse", "HEAD").strip()


def scan(change: Any) -> Run:
    return Run(["scan", "."])


def standard_input(change: Any) -> Run:
    return Run(["scan", "-"], CONTENT.encode())


def staged(change: Any) -> Run:
    return Run(["staged"])


def range_(change: Any) -> Run:
    committed(change)
    return Run(["range", "base..HEAD"])


def ci(change: Any) -> Run:
    old, new = committed(change)
    return Run(
        ["ci"],
        env={
            "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": old, "CI_COMMIT_SHA": new,
            "CI_MERGE_REQUEST_IID": "1", "CI_DEFAULT_BRANCH": "base",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "base",
        },
    )  # fmt: skip


def push(change: Any) -> Run:
    old, new = committed(change)
    return Run(["push"], f"refs/heads/x {new} refs/heads/x {old}\n".encode())


def receive(change: Any) -> Run:
    old, new = committed(change)
    change.git("reset", "-q", "--soft", old)  # what is pushed is in no reference yet
    return Run(["receive"], f"{old} {new} refs/heads/x\n".encode())


def history(change: Any) -> Run:
    committed(change)
    return Run(["history"])


@pytest.mark.parametrize(
    "command", [scan, standard_input, staged, range_, ci, push, receive, history]
)
def test_every_command_tells(command: Callable[[Any], Run], change: Any, keycatch: Any) -> None:
    arguments, given, env = command(change)
    done = keycatch(*arguments, "--format", "json", given=given, env=env, cwd=change.root)
    assert done.returncode == 1, done.stderr
    findings = json.loads(done.stdout)["findings"]
    told = {each["rule_id"]: each["forensics"] for each in findings}
    assert told == {"aws-access-key-pair": PAIR, "aws-presigned-url": URL}
    text = keycatch(*arguments, given=given, env=env, cwd=change.root).stdout
    assert all(rows in text for rows in ROWS), text


def test_a_note_tells_as_well(change: Any, keycatch: Any) -> None:
    """What was there before the change is a note, and is settled before all is concluded."""
    committed(change)
    change.write("keys.env", f"{CONTENT}more\n")
    change.git("add", "--all")
    findings = keycatch("staged", "--format", "json", cwd=change.root).report()["findings"]
    assert [each["severity"] for each in findings] == ["note", "note"]
    assert all(each["forensics"] in (PAIR, URL) for each in findings)


def test_a_record_of_the_scan_before_tells_the_same(
    change: Any, keycatch: Any, tmp_path: Any
) -> None:
    committed(change)
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first, second = (
        keycatch("history", "--format", "json", cwd=change.root, env=env).report()["findings"]
        for _ in range(2)
    )
    assert first == second
    assert [each["forensics"] for each in first] == [PAIR, URL]


def test_users_of_service_credentials_are_told(tmp_path: Any, keycatch: Any) -> None:
    key, name, password = (
        service_key.make_bedrock_key(MADE),
        service_password.make_user_name(MADE),
        service_password.make_password(MADE),
    )
    (tmp_path / "a.env").write_text(f"KEY={key}\n")
    (tmp_path / "b.json").write_text(
        json.dumps({"ServiceUserName": name, "ServicePassword": password})
    )
    (tmp_path / "c.env").write_text(
        f"KEY={service_key.make_short_term_key(MADE, 'bedrock', 'eu-west-1')}\n"
    )
    done = keycatch("scan", ".", "--format", "json", "--show-secrets", cwd=tmp_path)
    told = {each["rule_id"]: each["forensics"] for each in done.report()["findings"]}
    assert told["aws-codecommit-password"]["user"] == name.partition("-at-")[0]
    assert told["aws-bedrock-api-key"]["user"]
    assert told["aws-bedrock-api-key"]["signed_by"] is None
    signer = told["aws-bedrock-short-term-api-key"]["signed_by"]
    assert re.fullmatch(r"[A-Z]{4}\*{4}[A-Z2-7]{4}", signer)  # redacted in any case


def test_a_rule_of_the_user_tells_nothing(
    tmp_path: Any, own_rule: Callable[..., None], keycatch: Any
) -> None:
    own_rule()
    (tmp_path / "a.txt").write_text(f"ourtok-{'3f9a0c27'}{'be5d1846'}\n")
    done = keycatch("scan", "a.txt", "--format", "json", cwd=tmp_path)
    assert [each["forensics"] for each in done.report()["findings"]] == [None]
