"""The command line with `--check-liveness` and with lists of accounts, in processes of its own."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from scanner.commands import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
SCANNING = [name for name in COMMANDS if name not in ("rules", "install")]


@pytest.fixture
def pair(maker: Any) -> Any:
    """The lines of a credentials file, and the values in them."""

    class Pair:
        key_id = maker.key_id()
        secret = maker.secret()
        text = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"

    return Pair()


def only(done: Any, code: int = 1) -> dict[str, Any]:
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    report = done.report()
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(report)
    (finding,) = report["findings"]
    found: dict[str, Any] = finding
    return found


def asking(sts: Any, *more: str) -> list[str]:
    return ["--check-liveness", "--liveness-endpoint", sts.url, "--format", "json", *more]


# -- what is reported ----------------------------------------------------------------------------


def test_a_live_key(keycatch: Any, sts: Any, pair: Any, tmp_path: Path, helpers: Any) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    finding = only(keycatch("scan", "a.env", *asking(sts), cwd=tmp_path))
    assert finding["liveness"] == {
        "state": "live",
        "reason": None,
        "account": helpers.ACCOUNT,
        "arn": f"arn:aws:iam::{helpers.ACCOUNT}:user/deploy",
        "principal": "user",
        "partition": "aws",
        "summary": f"live, user of account {helpers.ACCOUNT}",
    }
    assert (finding["severity"], finding["confidence"]) == ("critical", "high")
    assert [request.key_id for request in sts.log] == [pair.key_id]


FORMATS = {
    "text": ["LIVE, user of account", "arn:aws:iam::123456789012:user/deploy"],
    "github": ["live, user of account"],
    "sarif": ['"liveness":"live"'],
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells(name: str, keycatch: Any, sts: Any, pair: Any, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    summary = tmp_path / "summary.md"
    done = keycatch(
        "scan", "a.env", *asking(sts), "--format", name, cwd=tmp_path,
        env={"GITHUB_STEP_SUMMARY": str(summary)},
    )  # fmt: skip
    output = done.stdout.replace('": "', '":"')
    assert [text for text in FORMATS[name] if text not in output] == []
    if name == "sarif":
        assert "user/deploy" not in output  # which may name a person, and is uploaded
    if name == "github":
        assert "live, user of account" in summary.read_text().replace("\\", "")


def test_the_short_text_tells(keycatch: Any, sts: Any, pair: Any, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    options = ["--check-liveness", "--liveness-endpoint", sts.url]
    done = keycatch("scan", "-q", "a.env", *options, cwd=tmp_path)
    assert done.stdout.endswith(", live, user of account 123456789012\n")


@pytest.mark.parametrize("name", SCANNING)
def test_every_command_asks(name: str, keycatch: Any, sts: Any, pair: Any, repository: Any) -> None:
    repository.commit("first")
    before = repository.git("rev-parse", "HEAD").strip()
    repository.write("a.env", pair.text)
    repository.git("add", "--all")
    arguments, given, env = [], None, {}
    if name != "staged":
        repository.git("commit", "-q", "-m", "change")
    after = repository.git("rev-parse", "HEAD").strip()
    if name == "range":
        arguments = [f"{before}..{after}"]
    elif name == "push":
        given = f"refs/heads/a {after} refs/heads/a {before}\n".encode()
    elif name == "receive":
        repository.git("update-ref", "--no-deref", "HEAD", before)
        repository.git("update-ref", "refs/heads/main", before, check=False)
        repository.git("update-ref", "refs/heads/master", before, check=False)
        given = f"{before} {after} refs/heads/a\n".encode()
    elif name == "ci":
        env = {
            "TRAVIS": "true",
            "TRAVIS_COMMIT_RANGE": f"{before}...{after}",
            "TRAVIS_COMMIT": after,
            "TRAVIS_EVENT_TYPE": "push",
            "TRAVIS_BRANCH": "a",
        }
    settings = {"given": given} if given else {}
    done = keycatch(name, *arguments, *asking(sts), cwd=repository.root, env=env, **settings)
    assert only(done)["liveness"]["state"] == "live"
    assert len(sts.log) == 1


def test_a_dead_key_is_a_note(
    sts: Any, pair: Any, tmp_path: Path, helpers: Any, monkeypatch: Any, capsys: Any
) -> None:
    """Here this server stands for STS in every partition, which no option can do."""
    monkeypatch.setattr("scanner.liveness.partitions.ENDPOINTS", sts.endpoints())
    monkeypatch.chdir(tmp_path)
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    (tmp_path / "a.env").write_text(pair.text)
    arguments = ["scan", "a.env", "--check-liveness", "--format", "json"]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    (finding,) = report["findings"]
    assert finding["severity"] == "note"
    assert finding["liveness"]["state"] == "inactive"
    assert finding["evidence"][-1].startswith("inactive or unknown to STS: asked in aws, ")
    # One endpoint of its own knows one partition: what it does not know may be live elsewhere.
    assert main([*arguments, "--liveness-endpoint", sts.url]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["severity"] == "critical"
    assert report["findings"][0]["liveness"]["state"] == "inactive"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("region = cn-north-1\n", "cn-north-1"),
        ("# arn:aws-us-gov:iam::1:user/a\n", "us-gov-west-1"),
        ("region = eu-west-1\n", "us-east-1"),
        ("", "us-east-1"),
    ],
)
def test_the_partition_that_the_file_names_is_asked_first(
    text: str, region: str, sts: Any, pair: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr("scanner.liveness.partitions.ENDPOINTS", sts.endpoints())
    monkeypatch.chdir(tmp_path)
    Path("a.env").write_text(f"{text}{pair.text}")
    assert main(["scan", ".", "--check-liveness", "--format", "json"]) == 1
    assert sts.regions == [region]
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 1


def test_without_an_answer_everything_is_reported(
    keycatch: Any, closed_port: int, pair: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    plain = only(keycatch("scan", "a.env", "--format", "json", cwd=tmp_path))
    assert plain["liveness"] is None
    url = f"http://127.0.0.1:{closed_port}"
    options = ["--check-liveness", "--liveness-endpoint", url, "--format", "json"]
    finding = only(keycatch("scan", "a.env", *options, cwd=tmp_path))
    told = finding.pop("liveness")
    assert (told["state"], told["reason"]) == ("unknown", "unreachable")
    assert finding == {key: value for key, value in plain.items() if key != "liveness"}


@pytest.mark.skipif(os.name == "nt", reason="signals to others are those of POSIX")
def test_an_interrupt_costs_no_finding(
    start: Any, sts: Any, maker: Any, tmp_path: Path, helpers: Any
) -> None:
    for number in range(30):
        text = f"aws_access_key_id={maker.key_id()}\naws_secret_access_key={maker.secret()}\n"
        (tmp_path / f"{number}.env").write_text(text)

    def answer(_request: Any) -> Any:
        if len(sts.log) > 3:
            sts.stop.wait(20)
        return helpers.LIVE

    sts.answer = answer
    with start("scan", ".", *asking(sts), "--no-config", cwd=tmp_path) as process:
        until = time.monotonic() + 60
        while len(sts.log) < 12 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (1, b"")
    findings = json.loads(stdout)["findings"]
    assert len(findings) == 30
    states = [finding["liveness"]["state"] for finding in findings]
    assert (states.count("live"), states.count("unknown")) == (3, 27)
    assert {finding["liveness"]["reason"] for finding in findings} == {None, "interrupted"}


def test_a_server_s_time_limit_holds_for_the_asking(
    keycatch: Any, sts: Any, pair: Any, repository: Any, helpers: Any
) -> None:
    repository.write("a.env", pair.text)
    repository.git("add", "--all")
    tree = repository.git("write-tree").strip()
    commit = repository.git("commit-tree", tree, "-m", "change").strip()

    def hang(_request: Any) -> Any:
        sts.stop.wait(20)
        return helpers.LIVE

    sts.answer = hang
    given = f"{'0' * 40} {commit} refs/heads/a\n".encode()
    done = keycatch("receive", "--time-limit", "3", *asking(sts), cwd=repository.root, given=given)
    assert done.returncode == 2
    assert "was not scanned within the 3 seconds" in " ".join(done.stderr.split())


# -- whom not to ask -----------------------------------------------------------------------------


def test_lists_of_the_configuration(keycatch: Any, sts: Any, maker: Any, tmp_path: Path) -> None:
    accounts = {"own": "111111111111", "canary": "222222222222", "denied": "333333333333"}
    for name, account in accounts.items():
        text = f"aws_access_key_id={maker.key_id(account)}\naws_secret_access_key={maker.secret()}"
        (tmp_path / f"{name}.env").write_text(text)
    (tmp_path / ".keycatch.toml").write_text(
        f'own-accounts = ["{accounts["own"]}"]\ncanary-accounts = ["{accounts["canary"]}"]\n'
        f'liveness-deny = ["{accounts["denied"]}"]\n'
    )
    done = keycatch("scan", ".", *asking(sts), cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    found = {
        finding["locations"][0]["path"]: (
            finding["liveness"]["state"], finding["liveness"]["reason"], finding["owner"],
            finding["severity"],
        )
        for finding in done.report()["findings"]
    }  # fmt: skip
    # No list makes less of a finding.
    assert found == {
        "own.env": ("live", None, "ours", "critical"),
        "canary.env": ("canary", None, "foreign", "critical"),
        "denied.env": ("unverifiable", "account-list", "foreign", "critical"),
    }
    assert len(sts.log) == 1


def test_the_configuration_can_allow_accounts(
    keycatch: Any, sts: Any, pair: Any, tmp_path: Path, helpers: Any
) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    for account, state in ((helpers.ACCOUNT, "live"), ("111111111111", "unverifiable")):
        (tmp_path / ".keycatch.toml").write_text(f'liveness-allow = ["{account}"]\n')
        finding = only(keycatch("scan", "a.env", *asking(sts), cwd=tmp_path))
        assert finding["liveness"]["state"] == state
    assert len(sts.log) == 1


def test_lists_of_the_command_line(keycatch: Any, sts: Any, maker: Any, tmp_path: Path) -> None:
    for account in ("111111111111", "222222222222", "333333333333"):
        text = f"aws_access_key_id={maker.key_id(account)}\naws_secret_access_key={maker.secret()}"
        (tmp_path / f"{account}.env").write_text(text)
    done = keycatch(
        "scan", ".", *asking(sts), "--liveness-allow", "111111111111,222222222222",
        "--liveness-deny", "222222222222", "--own-accounts", "111111111111",
        "--own-accounts", "333333333333", cwd=tmp_path,
    )  # fmt: skip
    found = [
        (finding["account_id"], finding["liveness"]["state"], finding["owner"])
        for finding in done.report()["findings"]
    ]
    assert sorted(found) == [
        ("111111111111", "live", "ours"),
        ("222222222222", "unverifiable", "foreign"),
        ("333333333333", "unverifiable", "ours"),
    ]


# -- bad options ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--liveness-endpoint", "https://sts.example.com"], "with --check-liveness only"),
        (["--check-liveness", "--liveness-endpoint", "http://example.com"], "https://"),
        (["--check-liveness", "--liveness-endpoint", "nowhere"], "is not an address"),
        (["--own-accounts", "12"], "12 digits"),
        (["--liveness-deny", "123456789012,"], "12 digits"),
    ],
)
def test_bad_options(
    options: list[str], words: str, keycatch: Any, pair: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    done = keycatch("scan", "a.env", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_server_refuses_bad_options_too(keycatch: Any, repository: Any) -> None:
    given = f"{'0' * 40} {'0' * 40} refs/heads/a\n".encode()
    options = ["--liveness-endpoint", "https://sts.example.com"]
    done = keycatch("receive", *options, cwd=repository.root, given=given)
    assert done.returncode == 2
    assert "with --check-liveness only" in " ".join(done.stderr.split())


def test_without_boto3_it_says_so_before_it_scans(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("nothing to be found\n")
    missing = tmp_path / "path" / "botocore"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError\n")
    path = os.pathsep.join([str(missing.parent), str(ROOT)])
    done = keycatch("scan", "a.env", "--check-liveness", cwd=tmp_path, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'keycatch[sts]'" in done.stderr


# -- what stays in the process -------------------------------------------------------------------

WATCH = """\
import json, sys
events = []
sys.addaudithook(
    lambda name, arguments: events.append(name) if name.startswith(("socket.", "ctypes.")) else None
)
from scanner.commands import main
code = main(sys.argv[1:])
sys.stdout.flush()
loaded = {name.partition(".")[0] for name in sys.modules}
seen = sorted(set(events))
import ctypes
is_dumped = sys.platform != "linux" or bool(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
print(json.dumps([code, seen, sorted(loaded), is_dumped]), file=sys.stderr)
"""


def watched(tmp_path: Path, *arguments: str) -> tuple[int, set[str], set[str], bool]:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    code, events, loaded, is_dumped = json.loads(done.stderr.splitlines()[-1])
    return code, set(events), set(loaded), is_dumped


def test_without_the_option_there_is_no_socket_and_no_boto3(
    sts: Any, pair: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.env").write_text(pair.text)
    network = {"socket", "ssl", "boto3", "botocore", "urllib3", "http"}
    for more in ([], ["--own-accounts", "123456789012"], ["--liveness-deny", "123456789012"]):
        code, events, loaded, is_dumped = watched(
            tmp_path, "scan", "a.env", "--format", "json", *more
        )
        assert (code, is_dumped) == (1, True)
        assert events == set()
        assert loaded & network == set()
    # The same watch does see it with the option.
    code, events, loaded, is_dumped = watched(tmp_path, "scan", "a.env", *asking(sts))
    assert (code, is_dumped) == (1, sys.platform != "linux")
    assert "socket.connect" in events
    assert network - {"boto3"} <= loaded


def test_the_values_never_leave_the_process(
    keycatch: Any, sts: Any, maker: Any, helpers: Any, tmp_path: Path
) -> None:
    """Everything written and sent is searched, in all the cases that could say something."""
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir()
    elsewhere.mkdir()
    secrets = []
    for number in range(6):
        values = maker.key_id(prefix="ASIA"), maker.secret(), maker.token()
        secrets += values[1:]
        names = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
        lines = "".join(f"{name}={value}\n" for name, value in zip(names, values, strict=True))
        (work / f"{number}.env").write_text(lines)
    replies = [
        helpers.LIVE, helpers.Reply(how="close"), helpers.Reply(403, b"<html>no"),
        helpers.Reply(302, b"", {"Location": "http://127.0.0.1:1/"}),
        helpers.MISMATCH, helpers.Reply(how="cut", body=helpers.identity()),
    ]  # fmt: skip
    by_id: dict[str, Any] = {}

    def answer(request: Any) -> Any:
        reply = by_id.setdefault(request.key_id, replies[len(by_id) % len(replies)])
        # A server that repeats the request that it complains about, as STS does.
        if reply is helpers.MISMATCH:
            quoted = "".join(f"{name}:{value}" for name, value in request.headers.items())
            message = f"The request signature we calculated does not match. '{quoted}'"
            return helpers.Reply(403, helpers.fault("SignatureDoesNotMatch", message))
        return reply

    sts.answer = answer
    env = {
        "TMPDIR": str(elsewhere), "HOME": str(elsewhere), "BOTO_DEBUG": "1",
        "SSLKEYLOGFILE": str(elsewhere / "keys.log"), "PYTHONFAULTHANDLER": "1",
    }  # fmt: skip
    outputs = []
    for name in ("json", "text"):
        done = keycatch("scan", ".", *asking(sts), "-v", "--format", name, cwd=work, env=env)
        assert done.returncode == 1, done.stderr
        outputs.append(f"{done.stdout}{done.stderr}".encode())
    assert len(by_id) == 6
    written = [path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()]
    assert not (elsewhere / "keys.log").exists()
    keys = secrets[0::2]
    sent = [request.raw for request in sts.log]
    for secret in secrets:
        for form in (secret.encode(), base64.b64encode(secret.encode())[:-4]):
            assert not [text for text in (*outputs, *written) if form in text]
    for secret in keys:
        assert not [text for text in sent if secret.encode() in text]
    # The search does find what is there: the session tokens are what is sent.
    assert all(any(token.encode() in text for text in sent) for token in secrets[1::2])
