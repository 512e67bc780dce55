"""The command line with `--check-liveness` and with lists of accounts, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from scanner.commands import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
OTHERS = (
    "baseline", "rules", "install", "respond", "completion", "help", "version", "explain", "doctor",
    "commit-msg", "agent", "agent-hook", "fleet",
)  # fmt: skip
"""`commit-msg` and `agent-hook` scan too, but a text and not the repository. `respond` asks about
what `fleet` has found, whose report of a repository can be older than its last run."""
SCANNING = [name for name in COMMANDS if name not in OTHERS]


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


def test_a_key_of_a_partition_out_of_reach_is_not_taken_for_dead(
    sts: Any, pair: Any, tmp_path: Path, helpers: Any, capsys: Any
) -> None:
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    told = {}
    for region in ("us-isob-east-1", "eu-west-1"):
        (tmp_path / "a.env").write_text(f"{pair.text}region = {region}\n")
        assert main(["scan", str(tmp_path / "a.env"), "--no-config", *asking(sts)]) == 1
        (found,) = json.loads(capsys.readouterr().out)["findings"]
        told[region] = found["liveness"]["state"], found["liveness"]["summary"]
    assert told["eu-west-1"][0] == "inactive"
    assert told["us-isob-east-1"] == (
        "unknown",
        "unknown: STS could not be reached; it seems to belong to aws-iso-b; asked in aws",
    )  # fmt: skip


def test_who_watches_a_scan_is_told_how_many_are_asked_about(
    sts: Any, pair: Any, maker: Any, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.commands.liveness_check.is_watched", lambda _args: True)
    for text, said in ((pair.text, True), ("", False)):
        (tmp_path / "a.env").write_text(f"{text}\n\n\nid = {maker.key_id()}\n")
        main(["scan", str(tmp_path / "a.env"), "--no-config", *asking(sts)])
        told = "keycatch: asking STS about 1 credential\n" in capsys.readouterr().err
        assert told is said


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

    sts.answer_first(3)
    with start("scan", ".", *asking(sts), "--no-config", cwd=tmp_path) as process:
        sts.wait_until_answers_are_read(3)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    said = (
        b"keycatch: asked STS about 3 credentials: 3 live; 27 not checked because of an interrupt\n"
    )
    assert (process.returncode, stderr) == (1, said)
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

    sts.answer_first(0)
    given = f"{'0' * 40} {commit} refs/heads/a\n".encode()
    done = keycatch("receive", "--time-limit", "1", *asking(sts), cwd=repository.root, given=given)
    assert done.returncode == 2
    assert "was not scanned within the 1 seconds" in " ".join(done.stderr.split())


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


@pytest.mark.parametrize(
    "line", ['liveness-endpoint = "https://sts.example.com"', "check-liveness = true"]
)
def test_a_repository_cannot_have_anybody_asked(
    line: str, keycatch: Any, sts: Any, pair: Any, tmp_path: Path
) -> None:
    """Its configuration is what was scanned, too: who is asked, only the command line says."""
    (tmp_path / "a.env").write_text(pair.text)
    (tmp_path / ".keycatch.toml").write_text(f"{line}\n")
    for more in ([], asking(sts)):
        done = keycatch("scan", "a.env", *more, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert line.partition(" ")[0] in done.stderr
    assert sts.log == []


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("ABIA", "STS can check access keys only"), ("ACCA", "STS can check access keys only")],
)
def test_ids_that_are_none_of_access_keys(
    prefix: str, words: str, keycatch: Any, sts: Any, maker: Any, tmp_path: Path
) -> None:
    """A STS bearer token and a service-specific credential have no secret access key."""
    (tmp_path / "a.env").write_text(
        f"aws_access_key_id={maker.key_id(prefix=prefix)}\naws_secret_access_key={maker.secret()}\n"
    )
    done = keycatch("scan", "a.env", *asking(sts), cwd=tmp_path)
    told = [finding["liveness"] for finding in done.report()["findings"]]
    assert told
    assert {each["state"] for each in told} == {"unverifiable"}
    assert words in " ".join(each["summary"] for each in told)
    assert sts.log == []


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
        (["--liveness-endpoint", "https://sts.example.com"], "needs --check-liveness"),
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
    assert "needs --check-liveness" in " ".join(done.stderr.split())


def test_without_boto3_it_says_so_before_it_scans(keycatch: Any, tmp_path: Path) -> None:
    here = tmp_path / "here"  # what is on the path below the current directory does not count
    here.mkdir()
    (here / "a.env").write_text("nothing to be found\n")
    missing = tmp_path / "path" / "botocore"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError\n")
    path = os.pathsep.join([str(missing.parent), str(ROOT)])
    done = keycatch("scan", "a.env", "--check-liveness", cwd=here, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install boto3" in done.stderr


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
