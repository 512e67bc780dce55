"""What `tools/register.py` makes of the members of a family is what the repository holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from scanner import decoders, reports

TOOL = Path(__file__).parent.parent / "tools" / "register.py"


@pytest.fixture(scope="module")
def register() -> ModuleType:
    spec = importlib.util.spec_from_file_location("register", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_registries_and_documentation_are_current(register: ModuleType, capsys) -> None:
    assert register.main(["--check"]) == 0, capsys.readouterr().out


def test_every_member_is_in_its_registry(register: ModuleType) -> None:
    formats, members = (register.members(family) for family in register.FAMILIES)
    assert {made.name: module for module, made in formats.items()} == reports.FORMATS
    assert tuple(members) == decoders.MODULES


def test_what_is_new_goes_to_the_end_and_what_is_gone_leaves(register: ModuleType) -> None:
    family = register.FAMILIES[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "_registered", lambda _: ["scanner.reports.sarif", "scanner.gone"])
        first, *others = register.members(family)
    assert first == "scanner.reports.sarif"
    assert others == sorted(others)


def test_words_of_the_readme_stay_and_missing_formats_are_added(register: ModuleType) -> None:
    names = ("text", "json", "github")
    made = [register.import_module(reports.FORMATS[name]).FORMAT for name in names]
    readme = "`--format` takes\n\n- `json`, by hand;\n- `gone`, no more.\n\nText.\n"
    assert register._with_formats(readme, made) == (
        "`--format` takes\n\n"
        f"- `json`, by hand;\n- `text`, for {made[0].audience};\n- `github`, for "
        f"{made[2].audience}.\n\nText.\n"
    )
