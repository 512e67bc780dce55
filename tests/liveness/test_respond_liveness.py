"""`keycatch respond REPORT --check-liveness`: from a saved report to what STS says of it now."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from scanner.commands import main, respond
from scanner.commands.respond_liveness import with_new_answers
from scanner.commands.saved_report import read_report
from scanner.liveness.answers import unknown
from scanner.liveness.canaries import known_accounts
from scanner.liveness.states import Liveness, Reason, State, words

ROOT = Path(__file__).resolve().parents[2]
RULE = """\
id: our-token
name: Our token
summary: A token of our service.
why: Whoever has it can act as us.
severity: high
confidence: high
role: token
kind: pattern
anchors:
  - literal: ourtok-
pattern: 'ourtok-[0-9a-f]{16}'
cwe: [CWE-798]
remediation: [Revoke it.]
references: []
"""


@pytest.fixture
def pair(maker: Any) -> str:
    return text_of(maker)


def text_of(maker: Any, **account: str) -> str:
    key_id, secret = maker.key_id(**account), maker.secret()
    return f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"


class Desk:
    """A directory with a source, and the two commands."""

    def __init__(self, root: Path, capsys: Any, sts: Any) -> None:
        self.report = root.parent / "report.json"
        self._capsys = capsys
        self._sts = sts
        self.said = ""

    def scan(self, *arguments: str, code: int | None = 1) -> Any:
        """Run a command that scans, and save its report."""
        done = main([*(arguments or ("scan", ".")), "--format", "json"])
        out = self._capsys.readouterr().out
        assert code is None or done == code, out
        self.report.write_text(out)
        return json.loads(out)

    def respond(self, *options: str, code: int = 0, everywhere: bool = False) -> Any:
        """Ask again, and return what the plan tells of the credentials."""
        endpoint = [] if everywhere else ["--liveness-endpoint", self._sts.url]
        arguments = ["respond", str(self.report), "--check-liveness", *endpoint]
        done = main([*arguments, "--format", "json", *options])
        captured = self._capsys.readouterr()
        self.said = captured.err
        assert done == code, captured
        return json.loads(captured.out)["credentials"] if not code else captured.out

    def shown(self) -> str:
        """Return what was written to standard output since the last look."""
        out: str = self._capsys.readouterr().out
        return out

    def text(self, *options: str) -> str:
        arguments = ["respond", str(self.report), "--check-liveness", *options]
        assert main([*arguments, "--liveness-endpoint", self._sts.url]) == 0
        captured = self._capsys.readouterr()
        self.said = captured.err
        out: str = " ".join(captured.out.split())
        return out


@pytest.fixture
def desk(
    clean_environment: Path, tmp_path: Path, capsys: Any, sts: Any, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    return Desk(tmp_path / "src", capsys, sts)


@pytest.fixture
def everywhere(sts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server stand for STS in every partition, which no option can do."""
    monkeypatch.setattr("scanner.liveness.partitions.ENDPOINTS", sts.endpoints())


# -- from the scan to the answer -----------------------------------------------------------------


def test_a_live_key(desk: Desk, sts: Any, pair: str, helpers: Any) -> None:
    Path("a.env").write_text(pair)
    report = desk.scan()
    assert report["findings"][0]["liveness"] is None
    (found,) = desk.respond()
    assert (found["state"], found["urgency"]) == ("live", "live")
    assert (found["severity"], found["confidence"]) == ("critical", "high")
    assert (found["account_id"], found["user"]) == (helpers.ACCOUNT, "deploy")
    told = found["liveness"]
    assert (told["state"], told["account"], told["principal"]) == ("live", helpers.ACCOUNT, "user")
    assert told["arn"].endswith(":user/deploy")
    assert told["summary"].startswith("live, user of account")
    assert found["not_found_again"] is None
    assert [request.key_id for request in sts.log] == [pair.split()[2]]
    assert desk.said == "keycatch: asked STS about 1 credential: 1 live\n"
    assert "LIVE" in desk.text("-q")
    assert desk.said == ""


def test_who_watches_is_told_what_takes_time(
    desk: Desk, pair: str, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.env").write_text(pair)
    desk.scan()
    for module in ("liveness_check", "respond_liveness"):
        monkeypatch.setattr(f"scanner.commands.{module}.is_watched", lambda _args: True)
    desk.respond()
    expected = [
        "keycatch: looking for 1 credential in the source",
        "keycatch: asking STS about 1 credential",
        "keycatch: asked STS about 1 credential: 1 live",
    ]
    assert desk.said.splitlines() == expected
    # What cannot be asked about is looked for, and not counted.
    Path("b.env").write_text(f"id = {maker.key_id()}\n")
    desk.scan()
    desk.respond()
    assert desk.said.splitlines() == [
        "keycatch: looking for 2 credentials in the source",
        "keycatch: asking STS about 1 credential",
        "keycatch: asked STS about 1 credential: 1 live; 1 could not or must not be checked",
    ]
    Path("a.env").unlink()
    desk.scan()
    desk.respond()
    assert not any("asking STS" in line for line in desk.said.splitlines())


def test_a_dead_key(desk: Desk, sts: Any, everywhere: None, pair: str, helpers: Any) -> None:
    Path("a.env").write_text(pair)
    desk.scan()
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    (found,) = desk.respond(everywhere=True)
    assert (found["state"], found["urgency"], found["severity"]) == ("inactive", "dead", "note")
    # One endpoint knows one partition: what it does not know may be live elsewhere.
    (found,) = desk.respond()
    assert (found["state"], found["urgency"], found["severity"]) == ("inactive", "open", "critical")


def test_the_order_is_that_of_the_new_answers(
    desk: Desk, sts: Any, maker: Any, helpers: Any, everywhere: None
) -> None:
    for name in "abc":
        Path(f"{name}.env").write_text(text_of(maker))
    live = Path("c.env").read_text().split()[2]
    desk.scan()
    sts.answer = lambda request: helpers.LIVE if request.key_id == live else helpers.UNKNOWN_ID
    states = [(each["state"], each["places"][0]) for each in desk.respond(everywhere=True)]
    assert [state for state, _ in states] == ["live", "inactive", "inactive"]
    assert states[0][1].startswith("c.env")


def test_a_report_with_its_secrets(desk: Desk, pair: str, maker: Any) -> None:
    Path("a.env").write_text(pair)
    desk.scan("scan", ".", "--show-secrets")
    assert desk.respond()[0]["state"] == "live"
    Path("b.env").write_text(text_of(maker))
    desk.scan("scan", ".", "--show-secrets")
    Path("a.env").unlink()
    _, found = desk.respond()
    assert found["state"] is None
    assert (found["liveness"], found["not_found_again"]) == (None, "source-gone")
    assert found["notes"][-1] == (
        "It was not checked now (source-gone): the file or object that had it is no longer in the "
        "source."
    )


def test_a_temporary_key(desk: Desk, sts: Any, maker: Any, helpers: Any) -> None:
    text = text_of(maker, prefix="ASIA") + f"aws_session_token = {maker.token()}\n"
    Path("a.env").write_text(text)
    desk.scan()
    sts.answer = lambda _request: helpers.Reply(403, helpers.fault("ExpiredToken", "It is expired"))
    (found,) = desk.respond()
    assert (found["state"], found["severity"]) == ("expired", "note")


def test_a_pair_in_two_commits(
    desk: Desk, pair: str, make_repository: Any, sts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_repository("src")
    for value in pair.split()[2::3]:
        made.write("a.env", value)
        made.commit()
    report = desk.scan("history")
    report["findings"][0]["confidence"] = "medium"
    desk.report.write_text(json.dumps(report))
    (found,) = desk.respond()
    assert (found["state"], found["confidence"]) == ("live", "high")
    assert len(sts.log) == 1
    monkeypatch.chdir(made.root.parent)
    assert desk.respond("--source", "src")[0]["state"] == "live"


def test_two_repositories(desk: Desk, maker: Any, make_repository: Any, sts: Any) -> None:
    for name in ("one", "two"):
        made = make_repository(f"src/{name}")
        made.write("a.env", text_of(maker))
        made.commit()
    desk.scan("history", "one", "two")
    # The names of the repositories are the report's: the user has to say where they are.
    assert "name the repository of the report with --source" in refused(desk)
    found = desk.respond("--source", "one", "--source", "two")
    assert [each["state"] for each in found] == ["live", "live"]
    assert len(sts.log) == 2


def test_what_was_staged_and_is_deleted(
    desk: Desk, pair: str, make_repository: Any, maker: Any
) -> None:
    made = make_repository("src")
    made.commit("first")
    made.write("a.env", pair)
    made.write("b.env", text_of(maker))
    made.git("add", "--all")
    desk.scan("staged")
    made.git("rm", "-q", "-f", "--cached", "a.env")
    Path("a.env").unlink()
    assert [each["state"] for each in desk.respond()] == ["live", "live"]
    made.git("gc", "-q", "--prune=now")
    _, found = desk.respond()
    assert found["state"] is None
    assert "the file or object that had it is no longer in the source" in found["notes"][-1]


def test_rules_and_exclusions_of_the_source(
    desk: Desk, pair: str, maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sts: Any
) -> None:
    """Those of the directory where the report was made, wherever the question comes from."""
    Path("own.yaml").write_text(RULE)
    Path(".keycatch.toml").write_text('rules = ["own.yaml"]\n')
    Path("a.env").write_text("ourtok-9f86d081884c7d65")
    Path("b.env").write_text(pair)
    desk.scan()
    monkeypatch.chdir(tmp_path)
    states = {each["rule_id"]: each["state"] for each in desk.respond("--source", "src")}
    assert states == {"our-token": "unverifiable", "aws-access-key-pair": "live"}
    assert "1 could not or must not be checked" in desk.said
    states = {
        each["rule_id"]: each["state"] for each in desk.respond("--source", "src", "--no-config")
    }
    assert states == {"our-token": None, "aws-access-key-pair": "live"}
    sts.log.clear()
    (tmp_path / "src" / ".keycatch.toml").write_text('exclude = ["*.env"]\n')
    assert {each["state"] for each in desk.respond("--source", "src")} == {None}
    assert "2 not found again (2 excluded: the configuration excludes its file)" in desk.said
    (tmp_path / "other.toml").write_text('exclude = ["a.env"]\n')
    desk.respond("--source", "src", "--config", "other.toml")
    assert len(sts.log) == 1


def test_exclusions_hold_for_the_paths_of_a_repository(
    desk: Desk, maker: Any, make_repository: Any, monkeypatch: pytest.MonkeyPatch, sts: Any
) -> None:
    made = make_repository("src")
    made.write("vendor/a.env", text_of(maker))
    made.write("sub/b.env", text_of(maker))
    made.commit()
    desk.scan("history")
    made.write(".keycatch.toml", 'exclude = ["vendor/"]\n')
    monkeypatch.chdir("sub")
    assert [each["state"] for each in desk.respond()] == ["live", None]
    assert len(sts.log) == 1


def test_a_repository_without_a_work_tree(desk: Desk, pair: str, make_repository: Any) -> None:
    made = make_repository("src")
    made.write("a.env", pair)
    made.commit()
    made.git("clone", "-q", "--bare", ".", "../bare.git")
    desk.scan("history")
    (made.root / ".git").rename(made.root.parent / "gone")
    assert desk.respond("--source", "../bare.git")[0]["state"] == "live"


# -- with an earlier answer in the report --------------------------------------------------------


def replies(helpers: Any) -> dict[str, Any]:
    return {
        "live": helpers.LIVE,
        "inactive": helpers.UNKNOWN_ID,
        "secret-unproven": helpers.MISMATCH,
        "expired": helpers.Reply(403, helpers.fault("ExpiredToken", "It is expired")),
        "unknown": helpers.Reply(403, b"<html>"),
    }


@pytest.mark.parametrize("kind", ["new", "old", "temporary"])
def test_it_tells_what_a_scan_would_tell_now(
    kind: str, desk: Desk, sts: Any, everywhere: None, maker: Any, helpers: Any, capsys: Any
) -> None:
    """Whatever the report told before: nothing of an earlier answer is left, if there is one."""
    text = text_of(maker)
    answers = replies(helpers)
    if kind == "old":  # only an answer tells its account
        text = text.replace(text.split()[2], old_key_id(maker))
    if kind == "temporary":
        text = text_of(maker, prefix="ASIA") + f"aws_session_token = {maker.token()}\n"
    else:
        del answers["expired"]
    Path("a.env").write_text(text)
    parser = argparse.ArgumentParser()
    respond.configure(parser)
    args = parser.parse_args([os.fspath(desk.report), "--check-liveness"])
    told = {}
    for state in ("", *answers):
        sts.answer = lambda _request, state=state: answers[state]
        desk.scan("scan", ".", *(["--check-liveness"] if state else []), code=None)
        told[state] = read_report(os.fspath(desk.report))
        assert told[state].findings[0].liveness == (None if not state else ANY)
    for before, report in told.items():
        for now in answers:
            sts.answer = lambda _request, now=now: answers[now]
            (found,) = with_new_answers(report, args).report.findings
            if now == "unknown" and before in ("live", "secret-unproven"):
                assert found == report.findings[0]  # no answer takes nothing back
                continue
            (wanted,) = told[now].findings
            assert found.liveness
            assert found.liveness.state == now
            if found.liveness.state != "live" and before == "live":  # nobody has forgotten it
                wanted = wanted._replace(account_id=helpers.ACCOUNT)
            assert found == wanted, (before, now)


def test_a_dead_key_that_is_live_again(
    desk: Desk, sts: Any, everywhere: None, pair: str, helpers: Any
) -> None:
    Path("a.env").write_text(pair)
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    report = desk.scan("scan", ".", "--check-liveness", code=0)
    assert report["findings"][0]["severity"] == "note"
    sts.answer = lambda _request: helpers.LIVE
    (found,) = desk.respond(everywhere=True)
    assert (found["state"], found["urgency"], found["severity"]) == ("live", "live", "critical")


def test_a_dead_key_of_which_nobody_knows_now(
    desk: Desk, sts: Any, everywhere: None, pair: str, helpers: Any
) -> None:
    Path("a.env").write_text(pair)
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    desk.scan("scan", ".", "--check-liveness", code=0)
    sts.answer = lambda _request: helpers.Reply(403, b"<html>")
    (found,) = desk.respond(everywhere=True)
    assert (found["state"], found["urgency"], found["severity"]) == ("unknown", "open", "critical")


def test_a_live_key_that_is_dead_now(
    desk: Desk, sts: Any, everywhere: None, maker: Any, helpers: Any
) -> None:
    Path("a.env").write_text(maker.key_id())
    lone = desk.scan()["findings"][0]
    Path("a.env").write_text(text_of(maker, prefix="ASIA") + f"aws_session_token={maker.token()}")
    report = desk.scan("scan", ".", "--check-liveness")
    assert report["findings"][0]["severity"] == "critical"
    assert lone["severity"] != "critical"
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    # Of a temporary key that is not certain: it is as severe as it would be in a scan.
    (found,) = desk.respond(everywhere=True)
    assert (found["state"], found["severity"]) == ("inactive", "high")


def test_a_note_stays_one(
    desk: Desk, sts: Any, pair: str, make_repository: Any, helpers: Any
) -> None:
    """What was there before a change, which the fresh look cannot tell."""
    made = make_repository("src")
    made.write("a.env", pair)
    made.commit()
    made.write("a.env", f"{pair}more\n")
    made.git("add", "--all")
    for options in ((), ("--check-liveness", "--liveness-endpoint", sts.url)):
        report = desk.scan("staged", *options, code=0)
        assert report["findings"][0]["severity"] == "note"
        (found,) = desk.respond()
        assert (found["state"], found["severity"]) == ("live", "note")


def test_an_earlier_answer_stays_where_nothing_is_found(desk: Desk, sts: Any, pair: str) -> None:
    Path("a.env").write_text(pair)
    desk.scan("scan", ".", "--check-liveness", "--liveness-endpoint", sts.url)
    Path("a.env").write_text("nothing\n")
    sts.log.clear()
    (found,) = desk.respond()
    assert (found["state"], found["urgency"]) == ("live", "live")
    assert found["notes"][-1] == (
        "It was not checked now (changed): the enabled rules no longer find it in the source. The "
        "STS result is from the report, and as old as the report."
    )
    assert desk.said == (
        "keycatch: asked STS about 0 credentials; 1 not found again (1 changed: the enabled rules "
        "no longer find it in the source)\n"
    )
    assert "as old as the report." in desk.text()
    assert "as old as the report." in desk.text("--format", "markdown")
    assert sts.log == []


SILENT = [
    unknown(each)
    if each
    in ("throttled", "clock", "unreachable", "not-sts", "sts-fault", "refused", "interrupted",
        "time-limit", "defect")
    else Liveness(State.UNVERIFIABLE, each)
    for each in Reason
    if each
]  # fmt: skip


@pytest.mark.parametrize("told", SILENT, ids=lambda each: str(each.reason))
@pytest.mark.parametrize("state", ["live", "secret-unproven"])
def test_no_answer_takes_nothing_back(
    state: str, told: Liveness, desk: Desk, sts: Any, pair: str, helpers: Any, monkeypatch: Any
) -> None:
    Path("a.env").write_text(pair)
    sts.answer = lambda _request: replies(helpers)[state]
    report = desk.scan("scan", ".", "--check-liveness", "--liveness-endpoint", sts.url)
    (saved,) = report["findings"]
    monkeypatch.setattr(
        "scanner.commands.respond_liveness.inquire",
        lambda findings, *_: [each._replace(liveness=told) for each in findings],
    )
    (found,) = desk.respond()
    assert found["state"] == state
    for name in ("liveness", "severity", "confidence", "account_id"):
        assert found[name] == saved[name], name
    why = words(told).partition(": ")[2]
    assert why
    assert found["notes"][-1] == (
        f"STS did not answer now ({why}). The STS result is from the report, and as old as the "
        "report."
    )
    assert found["not_found_again"] is None
    warned = f"! STS gave no answer about 1 of these: {why} (1)." in desk.text()
    assert warned == (told.state == "unknown")


def test_an_account_list_takes_nothing_back(desk: Desk, sts: Any, pair: str, helpers: Any) -> None:
    Path("a.env").write_text(pair)
    desk.scan("scan", ".", "--check-liveness", "--liveness-endpoint", sts.url)
    sts.log.clear()
    (found,) = desk.respond("--liveness-deny", helpers.ACCOUNT)
    assert (found["state"], found["urgency"]) == ("live", "live")
    assert "(the account lists exclude it)" in found["notes"][-1]
    assert sts.log == []


@pytest.mark.parametrize("where", ["scanner.sources.files.FileBlob.read", "_reasons"])
def test_an_interrupt_takes_nothing_back(
    where: str, desk: Desk, sts: Any, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        Path(f"{name}.env").write_text(text_of(maker))
    desk.scan("scan", ".", "--check-liveness", "--liveness-endpoint", sts.url)
    Path("b.env").unlink()
    sts.log.clear()

    def interrupt(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    target = where if "." in where else f"scanner.commands.rescan.{where}"
    monkeypatch.setattr(target, interrupt)
    for found in desk.respond():
        assert found["state"] == "live"
        assert found["notes"][-1].endswith("is from the report, and as old as the report.")
    assert sts.log == []


def test_who_gave_no_answer_is_counted_apart(
    desk: Desk, sts: Any, maker: Any, helpers: Any, everywhere: None
) -> None:
    for name in "abcd":
        Path(f"{name}.env").write_text(text_of(maker))
    live, dead, other = (Path(f"{name}.env").read_text().split()[2] for name in "abc")
    answers = {live: helpers.LIVE, dead: helpers.UNKNOWN_ID, other: helpers.MISMATCH}
    sts.answer = lambda request: answers.get(request.key_id, helpers.Reply(403, b"<html>"))
    desk.scan()
    desk.respond(everywhere=True)
    assert desk.said == (
        "keycatch: asked STS about 4 credentials: 1 live, 1 secret-unproven, 1 inactive, 1 without "
        "an answer (1 not-sts: the response was not from STS)\n"
    )
    warned = "STS gave no answer about 1 of these: the response was not from STS (1). Treat it as "
    assert warned in desk.text()
    assert "Nobody has asked" not in desk.text()
    # A report that a scan has made tells it too.
    options = ["--check-liveness", "--liveness-endpoint", sts.url]
    report = desk.scan("scan", ".", *options)
    assert {each["liveness"]["state"] for each in report["findings"]} >= {"live", "unknown"}
    assert main(["respond", str(desk.report)]) == 0
    assert warned in " ".join(desk.shown().split())


def test_who_was_not_asked_about_is_told_in_spite_of_answers(
    desk: Desk, sts: Any, maker: Any
) -> None:
    for name in "ab":
        Path(f"{name}.env").write_text(text_of(maker))
    desk.scan()
    Path("b.env").unlink()
    text = desk.text()
    # What advises the option that was just used would be of no use.
    assert "STS was not asked about 1 of these: it was not found again in the source." in text
    assert "respond REPORT --check-liveness" not in text
    assert desk.said.endswith("; if the source is elsewhere, name it with --source\n")
    report = desk.scan("scan", ".", "--check-liveness", "--liveness-endpoint", sts.url)
    lone = {**report["findings"][0], "fingerprint": "0" * 32, "liveness": None}
    report["findings"].append(lone)
    desk.report.write_text(json.dumps(report))
    assert main(["respond", str(desk.report)]) == 0
    text = " ".join(desk.shown().split())
    assert "STS was not asked about 1 of these. `keycatch respond REPORT --check-liveness`" in text


@pytest.mark.parametrize("number", [1, 2])
def test_the_wrong_directory(number: int, desk: Desk, sts: Any, maker: Any, tmp_path: Path) -> None:
    for name in "ab"[:number]:
        Path(f"{name}.env").write_text(text_of(maker))
    desk.scan()
    (tmp_path / "other").mkdir()
    what = "the credential" if number == 1 else "none of the 2 credentials"
    for options, where in (([], "the current directory"), (["--source", "../other"], "../other")):
        with contextlib.chdir(tmp_path / "other"):
            assert refused(desk, *options) == (
                f"keycatch: {what} of the report is {'not ' if number == 1 else ''}in {where}: "
                "name the directory where the scan was started with --source, or leave out "
                "--check-liveness\n"
            )
    assert sts.log == []


# -- whom not to ask -----------------------------------------------------------------------------


def refused(desk: Desk, *options: str) -> str:
    """Return the one sentence with which asking again is refused."""
    assert desk.respond(*options, code=2) == ""
    assert desk.said.count("\n") == 1
    return desk.said


def test_a_fingerprint_that_somebody_has_made_up(desk: Desk, sts: Any, pair: str) -> None:
    """It gets no question asked: whoever knows the fingerprint of a credential knows that."""
    Path("a.env").write_text(pair)
    report = desk.scan()
    (finding,) = report["findings"]
    for fingerprint in ("0" * 32, "f" * 32):
        made_up = {**report, "findings": [{**finding, "fingerprint": fingerprint}]}
        desk.report.write_text(json.dumps(made_up))
        assert desk.respond()[0]["state"] is None
    assert sts.log == []
    desk.report.write_text(json.dumps(report))
    assert desk.respond()[0]["state"] == "live"


@pytest.mark.parametrize("kind", ["scan", "range", "history"])
def test_nothing_that_a_report_names_is_opened(
    kind: str, desk: Desk, sts: Any, pair: str, tmp_path: Path, make_repository: Any
) -> None:
    """Neither paths nor links, devices, objects and repositories: the source alone is read."""
    elsewhere = make_repository("elsewhere")
    elsewhere.write("a.env", pair)
    elsewhere.commit()
    made = make_repository("src")
    made.write("a.env", pair)
    report = desk.scan()
    made.write("a.env", "nothing\n")
    made.commit()
    (tmp_path / "outside.env").write_text(pair)
    paths = ["../outside.env", os.fspath(tmp_path / "outside.env"), "../elsewhere/a.env",
             "/dev/zero", "a.env/../../outside.env"]  # fmt: skip
    if os.name == "posix":
        os.mkfifo("pipe")
        os.symlink("../outside.env", "link.env")
        paths += ["pipe", "link.env", "link.env/x"]

    (finding,) = report["findings"]
    named = {"commit": elsewhere.git("rev-parse", "HEAD").strip()}
    in_git = {**named, "object": elsewhere.git("rev-parse", "HEAD:a.env").strip()}
    locations = [
        {**at, "path": path, **({} if kind == "scan" else in_git)}
        for at in finding["locations"]
        for path in paths
    ]
    report["scan"] |= {"kind": kind, "heads": [{"repository": "../elsewhere", **named}]}
    report["findings"] = [{**finding, "locations": locations}]
    desk.report.write_text(json.dumps(report))

    options = ["--check-liveness", "--liveness-endpoint", sts.url]
    events, _ = watched("respond", str(desk.report), *options, code=2)
    opened = {each for each in events if os.path.isabs(each)}
    assert os.path.realpath("a.env") in opened or kind == "history"
    beyond = {each for each in opened if each.startswith(os.fspath(tmp_path))}
    inside = os.path.join(made.root, "")
    assert {each for each in beyond if not each.startswith(inside)} <= {
        str(desk.report), os.fspath(made.root)
    }  # fmt: skip
    assert opened.isdisjoint({"/dev/zero", os.path.join(inside, "pipe")})
    assert sts.log == []


def test_lists_of_accounts(desk: Desk, sts: Any, maker: Any) -> None:
    accounts = {"own": "111111111111", "canary": "222222222222", "denied": "333333333333"}
    for name, account in accounts.items():
        Path(f"{name}.env").write_text(text_of(maker, account=account))
    desk.scan()
    Path(".keycatch.toml").write_text(
        f'own-accounts = ["{accounts["own"]}"]\ncanary-accounts = ["{accounts["canary"]}"]\n'
        f'liveness-deny = ["{accounts["denied"]}"]\n'
    )
    found = {
        each["places"][0].partition(".")[0]: (each["state"], each["owner"])
        for each in desk.respond()
    }
    assert found == {
        "own": ("live", "ours"),
        "canary": ("canary", "foreign"),
        "denied": ("unverifiable", "foreign"),
    }
    assert len(sts.log) == 1
    assert desk.said == (
        "keycatch: asked STS about 1 credential: 1 live; 2 could not or must not be checked\n"
    )
    sts.log.clear()
    Path("canary.env").write_text(text_of(maker, account=min(known_accounts())))
    desk.scan("scan", "canary.env")
    assert desk.respond()[0]["state"] == "canary"
    assert sts.log == []
    desk.scan()
    states = [each["state"] for each in desk.respond("--liveness-deny", "111111111111")]
    assert states.count("unverifiable") == 2
    assert sts.log == []


def old_key_id(maker: Any) -> str:
    """Return one of the form before 2019, which does not tell its account."""
    return f"AKIAI{maker.key_id()[5:-1]}Q"


def test_what_the_report_tells_of_an_account_can_only_keep_from_asking(
    desk: Desk, sts: Any, maker: Any
) -> None:
    text = f"aws_access_key_id = {old_key_id(maker)}\naws_secret_access_key = {maker.secret()}\n"
    Path("a.env").write_text(text)
    report = desk.scan()
    assert report["findings"][0]["account_id"] is None
    report["findings"][0]["account_id"] = "111111111111"
    desk.report.write_text(json.dumps(report))
    (found,) = desk.respond("--liveness-deny", "111111111111")
    assert found["state"] == "unverifiable"
    (found,) = desk.respond("--liveness-allow", "111111111111")
    assert found["state"] == "unverifiable"
    Path(".keycatch.toml").write_text('canary-accounts = ["111111111111"]\n')
    assert desk.respond()[0]["state"] == "canary"
    assert sts.log == []
    Path(".keycatch.toml").unlink()
    assert desk.respond()[0]["state"] == "live"


def test_own_accounts_of_a_key_that_tells_none(desk: Desk, maker: Any) -> None:
    Path("a.env").write_text(old_key_id(maker))
    desk.scan()
    assert desk.respond("--own-accounts", "111111111111")[0]["owner"] is None


def test_own_accounts_without_a_question(
    desk: Desk, sts: Any, pair: str, helpers: Any, capsys: Any
) -> None:
    Path("a.env").write_text(pair)
    desk.scan()
    Path("c.toml").write_text(f'own-accounts = ["{helpers.ACCOUNT}"]\n')
    for options, owner in (
        ([], None),
        (["--own-accounts", helpers.ACCOUNT], "ours"),
        (["--own-accounts", "111111111111"], "foreign"),
        (["--config", "c.toml"], "ours"),
    ):
        assert main(["respond", str(desk.report), "--format", "json", *options]) == 0
        (found,) = json.loads(capsys.readouterr().out)["credentials"]
        assert (found["owner"], found["state"]) == (owner, None)
    assert sts.log == []


# -- interrupts ----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals to others are those of POSIX")
def test_an_interrupt_while_sts_is_asked(
    desk: Desk, start: Any, sts: Any, maker: Any, helpers: Any
) -> None:
    for number in range(20):
        Path(f"{number}.env").write_text(text_of(maker))
    desk.scan()

    def answer(_request: Any) -> Any:
        if len(sts.log) > 3:
            sts.stop.wait(20)
        return helpers.LIVE

    sts.answer = answer
    options = ["--check-liveness", "--liveness-endpoint", sts.url, "--format", "json"]
    with start("respond", str(desk.report), *options, cwd=os.getcwd()) as process:
        until = time.monotonic() + 60
        while len(sts.log) < 12 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert stderr == (
        b"keycatch: asked STS about 3 credentials: 3 live; 17 not checked because of an interrupt\n"
    )
    states = [each["state"] for each in json.loads(stdout)["credentials"]]
    assert states == ["live"] * 3 + ["unknown"] * 17


def test_an_interrupt_while_the_source_is_read(
    desk: Desk, sts: Any, pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.env").write_text(pair)
    desk.scan()

    def interrupt(_blob: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("scanner.sources.files.FileBlob.read", interrupt)
    told = desk.text()
    assert "unknown: interrupted" in told
    assert "as old" not in told
    assert "the check was interrupted before it was found again" in desk.said
    assert sts.log == []


def test_an_interrupt_between_reading_and_asking(
    desk: Desk, sts: Any, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found by then is not asked about either."""
    Path("a.env").write_text(text_of(maker))
    Path("b.env").write_text(text_of(maker))
    desk.scan()
    Path("b.env").unlink()

    def interrupt(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scanner.commands.rescan._reasons", interrupt)
    assert [each["state"] for each in desk.respond()] == ["unknown", "unknown"]
    assert sts.log == []


# -- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "."], "--source needs --check-liveness"),
        (["--liveness-allow", "1" * 12], "--liveness-allow needs --check-liveness"),
        (["--liveness-deny", "1" * 12], "--liveness-deny needs --check-liveness"),
        (["--liveness-endpoint", "https://sts.example.com"], "needs --check-liveness"),
        (["--check-liveness", "--source", "nowhere"], "there is no directory 'nowhere'"),
        (["--check-liveness", "--source", "a.env"], "there is no directory 'a.env'"),
        (["--check-liveness", "--config", "nowhere.toml"], "cannot read the configuration"),
        (["--own-accounts", "12"], "12 digits"),
    ],
)
def test_bad_options(
    options: list[str], words: str, desk: Desk, sts: Any, pair: str, capsys: Any
) -> None:
    Path("a.env").write_text(pair)
    desk.scan()
    assert main(["respond", str(desk.report), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert sts.log == []


def test_a_report_about_git_outside_of_a_repository(
    desk: Desk, sts: Any, pair: str, make_repository: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    made = make_repository("src")
    made.write("a.env", pair)
    made.commit()
    desk.scan("history")
    monkeypatch.chdir(tmp_path)
    assert desk.respond(code=2) == ""
    assert "name the repository of the report with --source" in desk.said
    assert desk.said.count("\n") == 1
    assert desk.respond("--source", "src")[0]["state"] == "live"


def test_without_boto3_it_says_so_at_once(desk: Desk, keycatch: Any, pair: str) -> None:
    Path("a.env").write_text(pair)
    desk.scan()
    missing = desk.report.parent / "path" / "botocore"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError\n")
    path = os.pathsep.join([str(missing.parent), str(ROOT)])
    arguments = ["respond", str(desk.report), "--check-liveness"]
    done = keycatch(*arguments, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install boto3" in done.stderr


# -- what is opened, sent and written ------------------------------------------------------------

WATCH = """\
import json, os, sys
events = []
def watch(name, arguments):
    if name.startswith(("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn")):
        events.append(name)
    elif name in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        events.append(os.path.abspath(os.fsdecode(arguments[0])))
sys.addaudithook(watch)
from scanner.commands import main
code = main(sys.argv[1:])
sys.stdout.flush()
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps([code, sorted(set(events)), sorted(loaded)]), file=sys.stderr)
"""


def watched(*arguments: str, code: int = 0) -> tuple[set[str], set[str]]:
    """Return what a command that ends with `code` did and opened, and what it imported."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    ended, events, loaded = json.loads(done.stderr.splitlines()[-1])
    assert ended == code, done.stderr
    return set(events), set(loaded)


@pytest.mark.parametrize("command", [("scan", "."), ("history",)])
def test_without_the_option_nothing_is_sent_run_or_read(
    command: tuple[str, ...], desk: Desk, sts: Any, pair: str, make_repository: Any
) -> None:
    made = make_repository("src")
    made.write("a.env", pair)
    made.write(".keycatch.toml", "")
    made.commit()
    desk.scan(*command)
    network = {"socket", "ssl", "boto3", "botocore", "urllib3", "http"}
    source = os.path.join(made.root, "")

    def of_source(events: set[str]) -> set[str]:
        return {each for each in events if each.startswith(source)}

    for more in ([], ["--own-accounts", "123456789012"], ["--format", "json"]):
        events, loaded = watched("respond", str(desk.report), *more)
        assert str(desk.report) in events
        assert [each for each in events if not os.path.isabs(each)] == []
        assert of_source(events) == set()
        assert loaded & network == set()
    # The same watch does see it with the option.
    options = ["--check-liveness", "--liveness-endpoint", sts.url]
    events, loaded = watched("respond", str(desk.report), *options)
    assert "socket.connect" in events
    assert "subprocess.Popen" in events
    assert of_source(events) != set()
    assert network - {"boto3"} <= loaded


def test_the_values_never_leave_the_process(
    desk: Desk, keycatch_process: Any, sts: Any, maker: Any, helpers: Any, make_repository: Any
) -> None:
    elsewhere = desk.report.parent / "elsewhere"
    elsewhere.mkdir()
    made = make_repository("src")
    secrets = []
    for number in range(3):
        text = text_of(maker, prefix="ASIA") + f"aws_session_token = {maker.token()}\n"
        secrets += text.split()[5::3]
        made.write(f"{number}.env", text)
    made.commit()
    for command in (("scan", "."), ("history",)):
        desk.scan(*command)
        for name in ("text", "json", "markdown"):
            options = ["--check-liveness", "--liveness-endpoint", sts.url, "--format", name]
            env = {"TMPDIR": str(elsewhere), "HOME": str(elsewhere), "BOTO_DEBUG": "1"}
            done = keycatch_process("respond", str(desk.report), *options, env=env)
            said = done.stderr + done.stdout
            assert (done.returncode, "3 live" in done.stderr) == (0, True), said
            assert len(secrets) == 6
            for secret in secrets:
                assert secret not in done.stdout + done.stderr
    written = [path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()]
    assert [each for each in written for secret in secrets if secret.encode() in each] == []
    assert len(sts.log) == 18
