"""Which findings are canaries, and that every command and format says so as `respond` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.findings import Forensics
from scanner.liveness.canaries import CONFIGURED, KNOWN, canary, known_accounts
from scanner.liveness.states import Liveness, State
from scanner.reports import FORMATS
from scanner.reports.wording import CANARIES, CANARY_STEPS
from scanner.rulebook.generator import Generator
from scanner.saved.report import read

ROOT = Path(__file__).resolve().parent.parent.parent
DECOYS = min(known_accounts())
OTHER = "222222222222"
MAKE = Generator("canaries")
ADVICE = "do not deactivate it"


def text_of(account: str) -> str:
    return (
        f"aws_access_key_id = {MAKE.access_key_id(account)}\n"
        f"aws_secret_access_key = {MAKE.secret_access_key()}\n"
    )


@pytest.mark.parametrize(
    ("account", "state", "impossible", "expected"),
    [
        (DECOYS, None, "", KNOWN),
        (DECOYS, State.CANARY, "", KNOWN),
        (DECOYS, State.INACTIVE, "", KNOWN),
        (DECOYS, State.LIVE, "", ""),  # what STS says counts more
        (DECOYS, State.SECRET_UNPROVEN, "", ""),
        (DECOYS, None, "why", ""),
        (OTHER, None, "", CONFIGURED),
        ("333333333333", None, "", ""),
        ("", None, "", ""),
    ],
)
def test_the_account_makes_a_canary(
    maker: Any, account: str, state: State | None, impossible: str, expected: str
) -> None:
    found = maker.finding(
        account_id=account, liveness=state and Liveness(state),
        forensics=Forensics("a key", impossible=impossible),
    )  # fmt: skip
    assert canary(found, (OTHER,)) == expected


def test_the_advice_is_that_of_respond() -> None:
    playbooks = yaml.safe_load((ROOT / "rules/response/playbooks.yaml").read_text("utf-8"))
    steps = [step["title"] for step in playbooks["canary"]["steps"]]
    assert [f"{step}." for step in steps] == list(CANARY_STEPS)
    assert set(CANARIES) == {KNOWN, CONFIGURED}


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_says_so(keycatch: Any, tmp_path: Path, format_name: str) -> None:
    (tmp_path / "trap.env").write_text(text_of(DECOYS))
    done = keycatch("scan", ".", "--format", format_name, cwd=tmp_path)
    assert done.returncode == 1  # somebody has to look at it
    said = done.stdout.lower()
    assert "canary" in said
    if format_name == "jsonl":
        found = json.loads(done.stdout.splitlines()[1])
        assert (found["canary"], found["severity"]) == (KNOWN, "critical")
    elif format_name == "json":
        (found,) = json.loads(done.stdout)["findings"]
        assert (found["canary"], found["severity"]) == (KNOWN, "critical")
        assert read(done.stdout.encode()).findings[0].canary == KNOWN
    else:
        assert ADVICE in said


def test_the_help_in_sarif_deactivates_no_canary(keycatch: Any, tmp_path: Path) -> None:
    """Viewers show the help of the rule with each of its results."""

    def help_of(rule_id: str) -> str:
        done = keycatch("scan", ".", "--format", "sarif", cwd=tmp_path)
        rules = json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"]
        (found,) = [each["help"] for each in rules if each["id"] == rule_id]
        assert found["text"].count("1. ") == found["markdown"].count("1. ") == 1
        return f"{found['text']}{found['markdown']}"

    (tmp_path / "trap.env").write_text(text_of(DECOYS))
    alone = help_of("aws-access-key-pair")
    assert alone.count(ADVICE) == 2
    assert "update-access-key" not in alone
    (tmp_path / "real.env").write_text(text_of("333333333333"))
    both = help_of("aws-access-key-pair")
    assert both.count(ADVICE) == 2
    assert both.index(ADVICE) < both.index("update-access-key")
    assert ADVICE not in help_of("aws-session-token")


def test_the_text_tells_nobody_to_revoke_it(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "trap.env").write_text(text_of(DECOYS))
    for options in ((), ("-v",), ("-q",)):
        said = keycatch("scan", ".", *options, cwd=tmp_path).stdout
        assert "canary" in said
        assert "deactivate" not in said.lower().replace("not use or deactivate", "").replace(
            ADVICE, ""
        ).replace("not to be deact", "")
        assert "update-access-key" not in said


def test_staged_and_history_say_so(keycatch: Any, repository: Any) -> None:
    repository.write("trap.env", text_of(DECOYS))
    repository.git("add", "-A")
    assert "canary" in keycatch("staged", cwd=repository.root).stdout
    repository.git("commit", "-q", "-m", "trap")
    said = keycatch("history", cwd=repository.root).stdout
    assert "canary" in said
    assert "Revoke" not in said
    assert "filter-repo" not in said


def test_the_configuration_adds_accounts(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "ours.env").write_text(text_of(OTHER))
    (tmp_path / ".keycatch.toml").write_text(f'canary-accounts = ["{OTHER}"]\n')
    done = keycatch("scan", ".", "--format", "json", cwd=tmp_path)
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["canary"], found["severity"], done.returncode) == (CONFIGURED, "critical", 1)

    report = tmp_path / "report.json"
    report.write_text(done.stdout)
    said = keycatch("respond", report, cwd=tmp_path).stdout
    assert "Do not use it, do not deactivate it" in said
    assert "update-access-key" not in said
