"""What every report format owes its users and its readers: for whoever adds one.

`test_golden.py` compares whole outputs of each format, and `test_redaction.py` searches each for
pieces of values: both go by the registry.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scanner.reports import FORMATS, load

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "reports.md"


def test_no_command_knows_a_format_by_its_name() -> None:
    """What a command has to know is in `Format`, or the next format is forgotten somewhere."""
    commands = HERE.parent.parent / "scanner" / "commands"
    compared = re.compile(r"\.format (==|!=|in|not in) ")
    knowing = {path.name for path in commands.glob("*.py") if compared.search(path.read_text())}
    # Some give no report, but an answer of their own as text or JSON; `outputs` reads the option.
    assert knowing <= {"doctor.py", "explain.py", "history_removal.py", "outputs.py"}


@pytest.mark.parametrize("name", FORMATS)
def test_it_has_tests_of_its_own(name: str) -> None:
    path = HERE / f"test_{FORMATS[name].rpartition('.')[2]}.py"
    assert path.exists(), f"every format has a test of its own: write {path.name}"
    assert re.search(r"^def test_", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", FORMATS)
def test_its_name_is_its_own_and_in_the_documentation(name: str) -> None:
    made = load(name)
    assert made.name == name
    assert made.audience
    row = f"| `{name}` | {made.audience} | `{FORMATS[name].replace('.', '/')}.py` |"
    assert row in PAGE.read_text("utf-8").splitlines(), "run python tools/register.py"


def test_two_runs_give_the_same_bytes(case_name: str, make_case: Any) -> None:
    """Whatever the order in which workers finished: `make_case` makes everything anew.

    And every line is ended: one that is not would be glued to what the next program prints.
    """
    for name in FORMATS:
        render = load(name).render
        report, view = make_case(case_name)
        once = "".join(render(report, view))
        report, view = make_case(case_name)
        turned = report._replace(findings=report.findings[::-1])
        assert "".join(render(turned, view)) == once, name
        assert not once or once.endswith("\n"), name


@pytest.mark.parametrize("name", FORMATS)
def test_an_incomplete_scan_never_looks_clean(name: str, make_case: Any) -> None:
    report, view = make_case("incomplete_clean")
    clean = report._replace(tally=type(report.tally)())
    output = "".join(load(name).render(report, view))
    assert output != "".join(load(name).render(clean, view))
    assert "private.db" in output


@pytest.mark.parametrize("name", FORMATS)
def test_values_are_shown_only_where_the_format_says_so(name: str, make_case: Any) -> None:
    report, view = make_case("pair")
    shown = "".join(load(name).render(report, view._replace(show_secrets=True)))
    secret = report.findings[0].values["secret"].reveal().decode()
    assert (secret in shown) == load(name).shows_secrets
