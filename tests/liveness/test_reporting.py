"""How reports arrange and tell what is known of liveness."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.findings import Confidence, History, Report, Severity, Tally
from scanner.liveness.states import Liveness, Reason, State
from scanner.pushed import Pushed
from scanner.reports import FORMATS, load
from scanner.reports.arrange import by_exposure, ordered
from scanner.reports.interface import View

LIVE = Liveness(
    State.LIVE, Reason.NONE, "123456789012", "arn:aws:iam::123456789012:root", "root", "aws"
)


def view(**more: Any) -> View:
    fields: dict[str, Any] = {
        "show_secrets": False, "color": False, "verbosity": 0, "fail_on": Confidence.MEDIUM,
        "rules": (), "exit_code": 1, **more,
    }  # fmt: skip
    return View(**fields)


def text(findings: list[Any], **more: Any) -> str:
    report = Report("scan", tuple(findings), Tally())
    return "".join(load("text").render(report, view(**more)))


def test_what_is_live_comes_first_among_the_most_severe(maker: Any) -> None:
    sure = maker.finding(severity=Severity.CRITICAL, confidence=Confidence.HIGH)
    unsure = maker.finding(severity=Severity.CRITICAL, confidence=Confidence.LOW)
    live = unsure._replace(liveness=LIVE)
    assert ordered([sure, live]) == [live, sure]
    assert ordered([sure, unsure]) == [sure, unsure]
    unknown = unsure._replace(liveness=Liveness(State.UNKNOWN, Reason.THROTTLED))
    assert ordered([sure, unknown]) == [sure, unknown]


def test_what_is_live_comes_first_in_a_history(maker: Any) -> None:
    def history(in_head: bool) -> History:
        return History(
            None, None, None, in_head, Pushed.YES if in_head else Pushed.NO, 0, (), (), (), 1
        )

    exposed = maker.finding(history=history(True))
    gone = maker.finding(history=history(False))
    assert by_exposure([gone, exposed], Confidence.MEDIUM) == [exposed, gone]
    live = gone._replace(liveness=LIVE)
    assert by_exposure([live, exposed], Confidence.MEDIUM) == [live, exposed]


def test_the_text_is_loud_about_what_is_live_only(maker: Any) -> None:
    shown = text([maker.finding(liveness=LIVE)])
    assert "    liveness           LIVE, the ROOT user of account 123456789012\n" in shown
    assert "    ARN                arn:aws:iam::123456789012:root\n" in shown
    for state in set(State) - {State.LIVE}:
        assert "LIVE" not in text([maker.finding(liveness=Liveness(state))])
    assert "liveness" not in text([maker.finding()])


def test_an_arn_gives_no_commands_to_whoever_reads_the_log(maker: Any) -> None:
    """A path in IAM is chosen by whoever owns the account, and has all printable characters."""
    path = "##vso[task.complete]/##[error]/%0A::stop-commands::x/`$(id)`/|<b>/"
    arn = f"arn:aws:iam::123456789012:user/{path}a"
    live = LIVE._replace(arn=arn, principal="user")
    for name in ("text", "github", "sarif"):
        report = Report("scan", (maker.finding(liveness=live),), Tally())
        shown = "".join(load(name).render(report, view()))
        assert "##vso[" not in shown
        assert "##[" not in shown
        assert " ::stop" not in shown
        assert "\n::stop" not in shown
    assert "user/#" in text([maker.finding(liveness=live)])


def test_the_end_of_the_text_counts(maker: Any) -> None:
    known = [LIVE, LIVE, Liveness(State.CANARY), None]
    shown = text([maker.finding(liveness=each) for each in known])
    assert "\n  liveness   2 live, 1 canary\n" in shown


@pytest.mark.parametrize("owner", ["ours", "foreign"])
def test_an_owner_is_told_without_liveness(owner: str, maker: Any) -> None:
    shown = text([maker.finding(owner=owner)])
    told = {"ours": "own account", "foreign": "foreign account"}[owner]
    assert f"    owner              {told}\n" in shown
    assert f", {told}\n" in text([maker.finding(owner=owner)], verbosity=-1)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_every_state(name: str, state: State, maker: Any) -> None:
    from scanner.rulebook import load_rules

    rules = load_rules((), ())
    for reason in Reason:
        finding = maker.finding(liveness=Liveness(state, reason), owner="ours")
        report = Report("scan", (finding,), Tally())
        output = "".join(load(name).render(report, view(rules=rules)))
        if name in ("json", "sarif"):
            assert f'"{state}"' in output
            assert not reason or f'"{reason}"' in output
