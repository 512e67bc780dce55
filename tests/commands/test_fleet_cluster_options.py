"""What workers of a cluster get of the configuration of whoever asks them."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scanner.commands.fleet_cluster import _files
from scanner.settings import load


def test_only_what_a_scan_needs_of_the_configuration_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text("id: a rule\n")
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.uv.index]]\nurl = "https://somebody:password@pypi.example"\n[tool.keycatch]\n'
        'rules = ["own.yaml"]\nown-accounts = ["000000000000"]\ndisable = ["one", "two"]\n'
        'baseline = "known.json"\nfail-on = "high"\n'
    )
    files = _files(argparse.Namespace(disable=["two"], exclude=[]), load(None))
    assert files == {
        "rules-0.yaml": "id: a rule\n",
        ".keycatch.toml": 'rules = ["rules-0.yaml"]\ndisable = ["one"]\n'
        'own-accounts = ["000000000000"]\n',
    }
    for name, text in files.items():
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        (tmp_path / "elsewhere" / name).write_text(text)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(None).rules == (str(tmp_path / "elsewhere/rules-0.yaml"),)
