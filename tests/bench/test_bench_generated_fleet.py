"""Generated repositories: which are broken, and which share a credential."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.inputs import generated_fleet, source
from bench.inputs.generated_fleet import Fleet, generate_fleet
from bench.inputs.repositories import git
from scanner.errors import KeycatchError


@pytest.fixture(autouse=True)
def few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let making them take no longer than writing them."""
    monkeypatch.setattr(source, "_POOL", 40)


def test_a_tenth_has_a_pair_and_half_of_these_share_it(tmp_path: Path, keycatch: Any) -> None:
    folder = tmp_path / "fleet"
    assert generate_fleet(folder, 24, 1) == Fleet(24, 1, 3, 2)
    paths = sorted(folder.iterdir())
    assert len(paths) == 24
    assert [(each / "HEAD").is_file() for each in paths[:4]] == [True, False, True, False]
    for path in paths[:2]:
        assert git(path, "rev-list", "--count", "HEAD") == b"3\n"
        assert len(list(path.rglob("*.pack"))) == 1
        assert not list(path.rglob("objects/??/*"))

    chosen = [paths[number] for number in (0, 3, 13, 23)]
    done = keycatch("history", "-f", "json", "--no-cache", *chosen)
    assert done.returncode == 1, done.stderr
    found = done.report()["findings"]
    assert {each["rule_id"] for each in found} == {"aws-access-key-pair"}
    holders = [{Path(of["repository"]).name for of in each["repositories"]} for each in found]
    both = {"service-000003", "service-000023"}
    assert sorted(holders, key=len) == [{"service-000013"}, both]


def test_the_same_seed_makes_the_same_commits(tmp_path: Path) -> None:
    tips = []
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        generate_fleet(tmp_path / name, 2, seed)
        tips.append(git(tmp_path / name / "service-000001", "rev-parse", "HEAD"))
    assert tips[0] == tips[1] != tips[2]


def test_none_that_is_broken_passes_for_whole(
    tmp_path: Path, keycatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = len(generated_fleet._WAYS)
    monkeypatch.setattr(generated_fleet, "_BROKEN", (1, 0))
    assert generate_fleet(tmp_path / "fleet", ways, 1).broken == ways
    for path in (tmp_path / "fleet").iterdir():
        assert keycatch("history", "--no-cache", path).returncode == 2, path


def test_a_directory_that_is_there_is_left_alone(tmp_path: Path, bench: Callable[..., Any]) -> None:
    done = bench("generate-fleet", tmp_path / "new", "--generate", "2")
    assert done.code == 0, done.stderr
    assert "new: 2 repositories, 0 of them broken, 0 with one of 0 key pairs" in done.stdout
    assert len(list((tmp_path / "new").iterdir())) == 2
    done = bench("generate-fleet", tmp_path / "new")
    assert done.code == 2
    assert "cannot make" in done.stderr
    with pytest.raises(KeycatchError, match="cannot make"):
        generate_fleet(tmp_path / "new", 1, 1)
