"""The command line of the fuzzing, without atheris: what it runs, counts and says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fuzz import __main__ as command
from fuzz import campaign
from fuzz.campaign import fuzz
from fuzz.targets import targets

TARGET = targets()["delta"]
STATISTICS = "stat::number_of_executed_units: 1234\n"
RAISED = " === Uncaught Python exception: ===\nBrokenPromiseError: a promise\nTraceback\n"


def answering(monkeypatch: Any, *answers: tuple[str, str]) -> None:
    """Have each run of a target say the next text, and leave an input under the next name."""
    given = iter(answers)

    def run(_target: object, corpus: Path, findings: Path, _seconds: int) -> str:
        name, said = next(given)
        if name:
            (findings / name).write_bytes(b"x")
        (corpus / f"found-{said[:3]}").write_bytes(b"y")
        return said

    monkeypatch.setattr(campaign, "_run", run)
    monkeypatch.setattr(campaign, "_MOST_FINDINGS", len(answers))


def test_it_goes_on_after_a_finding(tmp_path: Path, monkeypatch: Any) -> None:
    answering(monkeypatch, ("crash-1", STATISTICS + RAISED), ("crash-2", STATISTICS + RAISED))
    outcome = fuzz(TARGET, 1, tmp_path)
    assert outcome.executions == 2468
    seeds = len(list(TARGET.seeds()))
    assert outcome.inputs == (seeds, seeds + 1)
    assert [finding.file.name for finding in outcome.findings] == ["crash-1", "crash-2"]
    assert {finding.what for finding in outcome.findings} == {"BrokenPromiseError: a promise"}


def test_a_timeout_is_a_finding(tmp_path: Path, monkeypatch: Any) -> None:
    answering(monkeypatch, ("timeout-1", f"{STATISTICS}SUMMARY: libFuzzer: timeout\n"))
    (finding,) = fuzz(TARGET, 1, tmp_path).findings
    assert finding.what == "timeout"


def test_what_does_not_start_is_a_problem(tmp_path: Path, monkeypatch: Any) -> None:
    answering(monkeypatch, ("", "Traceback\nImportError: x\n"))
    assert fuzz(TARGET, 1, tmp_path).problem == "ImportError: x"


def test_a_run_prints_how_to_repeat_a_finding(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    answering(monkeypatch, ("crash-1", STATISTICS + RAISED))
    monkeypatch.setattr(command, "find_spec", lambda _: True)
    arguments = ["run", "delta", "--minutes", "1", "--directory", str(tmp_path)]
    assert command.main(arguments) == 1
    shown = capsys.readouterr().out
    assert f"python -m fuzz repeat delta {tmp_path / 'findings/delta/crash-1'}" in shown
    assert "1,234" in shown


def test_without_atheris_it_says_what_to_install(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    assert command.main(["run", "delta"]) == 2
    assert "pip install -e '.[fuzz]'" in capsys.readouterr().err


def test_repeat_says_whether_it_still_breaks(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    seed = tmp_path / "seed"
    seed.write_bytes(next(iter(TARGET.seeds())))
    assert command.main(["repeat", "delta", str(seed)]) == 0
    monkeypatch.setattr("fuzz.targets.packs.apply", lambda *_: b"wrong")
    assert command.main(["repeat", "delta", str(seed)]) == 1
    assert "BrokenPromiseError" in capsys.readouterr().err


def test_list_names_every_target(capsys: Any) -> None:
    assert command.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in targets() if name not in shown] == []


@pytest.mark.parametrize("arguments", [["run", "unknown"], ["repeat", "unknown", "file"]])
def test_an_unknown_target_is_refused(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "no target unknown" in capsys.readouterr().err
