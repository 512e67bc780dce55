"""The survey of random damage: that it sees what it is there to see, and a few attempts of it."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from fuzz import __main__ as command
from fuzz.corruption import attempt, survey
from fuzz.corruption.damage import damaged
from fuzz.corruption.subjects import FILES, PARTS, File, make_repository
from fuzz.planted import PLANTED
from scanner.commands import main

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks a process for each scan"),
    pytest.mark.usefixtures("clean_environment"),
]


def undamaged(monkeypatch: Any) -> None:
    monkeypatch.setattr(survey, "damaged", lambda data, _: data)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_hides_what_its_reader_and_a_scan_show(
    file: File, tmp_path: Path, monkeypatch: Any
) -> None:
    data = file.make()
    assert PLANTED not in data
    assert any(PLANTED in content for content in file.shown(data))
    (tmp_path / file.name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    assert main(["scan", "--no-config", "--jobs", "1", file.name]) == 1


def test_each_part_is_there_and_a_repository_has_the_credential(
    tmp_path: Path, monkeypatch: Any
) -> None:
    for name in ("packed", "loose"):
        make_repository(tmp_path / name, packed=name == "packed")
        for arguments in survey._COMMANDS:
            monkeypatch.chdir(tmp_path / name)
            assert main([*arguments, "--no-config", "--jobs", "1"]) == 1
    for part in PARTS:
        root = tmp_path / ("loose" if part.name == "loose object" else "packed")
        assert part.find(root / ".git"), part.name


def test_an_attempt_on_each(tmp_path: Path) -> None:
    names = list(survey.SUBJECTS)
    done = list(survey.attempts(range(len(names)), names, 1, tmp_path))
    assert [each.fault for each in done if each.fault] == []
    assert [each.subject for each in done] == names
    shown = "\n".join(survey.table(done))
    assert all(f"| {name} | 1 |" in shown for name in names)


def test_an_attempt_is_the_same_each_time(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    one, other = (damaged(data, random.Random("7")) for _ in range(2))
    assert one == other
    made = {damaged(data, random.Random(seed)) for seed in range(60)}
    assert len(made) > 50
    assert damaged(b"", random.Random(1)) is not None


@pytest.mark.parametrize("name", ["a.zip", "a.db", "pack"])
def test_a_clean_scan_is_noticed(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    undamaged(monkeypatch)
    monkeypatch.setattr(attempt, "main", lambda _: 0)
    (done,) = survey.attempts(range(1), [name], 1, tmp_path)
    assert "the credential" in done.fault
    assert list((tmp_path / "1-0").rglob("*"))  # what was scanned is kept


def fail(_: object) -> int:
    raise ZeroDivisionError


def waste(_: object) -> int:
    return len(bytearray(700 << 20)) and 1


def wait(_: object) -> int:
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass
    return 1


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (fail, "an exception: Traceback"),
        (waste, "MiB"),
        (wait, "it took 0 s"),
        (lambda _: os.kill(os.getpid(), 9), "it ended with -9"),
        (lambda _: 3, "it ended with 3"),
    ],
)
def test_what_must_not_happen_is_noticed(
    act: Any, said: str, tmp_path: Path, monkeypatch: Any
) -> None:
    undamaged(monkeypatch)
    if act is wait:
        monkeypatch.setattr(survey, "SLOWEST", 0.3)
    monkeypatch.setattr(attempt, "main", act)
    (done,) = survey.attempts(range(1), ["a.gz"], 1, tmp_path)
    assert said in done.fault


def test_the_command_prints_how_to_repeat_a_fault(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    undamaged(monkeypatch)
    monkeypatch.setattr(attempt, "main", lambda _: 0)
    arguments = ["corrupt", "--number", "1", "--first", "2", "--directory", str(tmp_path)]
    assert command.main(arguments) == 1
    shown = capsys.readouterr().out
    assert "python -m fuzz corrupt --seed 1 --first 2 --number 1" in shown
    assert "| stored.zip | 1 |" in shown
