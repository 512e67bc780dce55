"""Every product in the registry has what its kind needs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scanner.fleet.forges import FORGES, load
from scanner.fleet.forges.interface import Forge
from scanner.remote.failure import RemoteError, State

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", FORGES)
def test_a_member_is_complete(name: str) -> None:
    assert isinstance(load(name), Forge)
    assert (ROOT / f"tests/fleet/forges/test_{name}.py").is_file()
    rows = (ROOT / "docs/fleet.md").read_text("utf-8").splitlines()
    assert any(
        row.startswith(f"| {FORGES[name].title} ") and f"`{name}+https" in row for row in rows
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = " ".join(project["optional-dependencies"][name])
    assert load(name).library in extra
    assert "gitpython" in extra  # it is cloned as well
    assert (ROOT / f"constraints/{name}.txt").is_file()


def test_every_module_is_registered() -> None:
    members = {
        path.stem
        for path in (ROOT / "scanner/fleet/forges").glob("*.py")
        if "\nFORGE: Final = " in path.read_text("utf-8")
    }
    assert members == set(FORGES)


@pytest.mark.parametrize("name", FORGES)
def test_a_library_that_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, load(name).module, None)
    with pytest.raises(RemoteError) as caught:
        load(name)
    assert caught.value.state is State.LIBRARY
    assert f"run `pip install 'keycatch[{name}]'`" in str(caught.value)


def test_no_library_is_imported_without_such_a_source(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("/nowhere\nhttps://git.example/a\n")
    program = (
        "import sys\n"
        "from scanner.fleet.sources import entries, targets\n"
        "from scanner.fleet.forges.owner import owner_of\n"
        "import scanner.commands.fleet, scanner.fleet.run, scanner.fleet.forges.listing\n"
        "assert not any(owner_of(each) for each in entries(sys.argv[1:]))\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "list")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "scanner" in loaded
    modules = {load(name).module.partition(".")[0] for name in FORGES}
    assert loaded.isdisjoint({*modules, "requests", "urllib3", "git", "distributed"})
