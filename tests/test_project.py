"""What the project says about itself: the README, the changelog, links and dependencies."""

from __future__ import annotations

import ast
import functools
import os
import random
import re
import string
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scanner import about
from scanner.commands import COMMANDS
from scanner.fleet.forges import FORGES, load
from scanner.reports import FORMATS
from tools.build_twice import tracked

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
IMPORT_NAMES = {
    "backports.zstd": "backports", "gitpython": "git", "markdown-it-py": "markdown_it",
    "pyyaml": "yaml", **{forge.library.lower(): forge.module for forge in map(load, FORGES)},
}  # fmt: skip
"""Distributions that are imported by another name than their own."""
BROUGHT_BY = {
    "botocore": "boto3", "dask": "distributed", "jmespath": "boto3", "urllib3": "boto3",
}  # fmt: skip
"""Packages to the distribution that is a layer over them and pins their versions."""
NOT_INSTALLED = {
    "keycatch",
    "scanner",
    "tests",
    "tools",
    "bench",
    "fuzz",
    "_typeshed",
    "compression",
}
"""Packages that no distribution brings: our own, one that only type checkers know, and one that
Python has from 3.14 on."""


def project_files() -> list[Path]:
    """Return what git tracks or would; without a repository (an sdist), every file."""
    return sorted(ROOT / name for name in tracked())


FILES = project_files()
PAGES = [str(path.relative_to(ROOT)) for path in FILES if path.suffix == ".md"]
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@functools.cache
def keycatch(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "scanner", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def read(name: str | Path) -> str:
    return (ROOT / name).read_text("utf-8")


def code_lines(page: str) -> list[str]:
    """Return the lines of all fenced blocks of a page."""
    return [line for block in FENCED.findall(read(page)) for line in block.splitlines()]


def prose(page: str) -> str:
    """Return a page without its fenced blocks."""
    return FENCED.sub("", read(page))


def keycatch_calls(page: str) -> list[list[str]]:
    """Return the arguments of every call of `keycatch` that a page shows as code."""
    spans = re.findall(r"`([^`\n]+)`", prose(page))
    return [
        match.group(1).split()
        for shown in code_lines(page) + spans
        for match in re.finditer(r"(?:^|[\s/$])keycatch((?: +[^\s|&;#>]+)+)", shown)
    ]


# The README


@pytest.mark.parametrize("end", ["keycatch scan .", "python -m pytest -q"])
def test_readme_has_one_line_that_does_it_all(end: str) -> None:
    lines = [line for line in code_lines("README.md") if line.startswith("python3 -m venv ")]
    assert len([line for line in lines if line.endswith(f" && .venv/bin/{end}")]) == 1, lines


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_shown_exists(page: str) -> None:
    for call in keycatch_calls(page):
        words = [word for word in call if not word.startswith("-")]
        if not re.fullmatch("[a-z]+", "".join(words[:1])):
            words = []
        shown = keycatch(*words[:1], "--help")
        if "ACTION" in shown.stdout and len(words) > 1:
            shown = keycatch(*words[:2], "--help")
        assert shown.returncode == 0, (call, shown.stderr)
        for option in (word.partition("=")[0] for word in call if word.startswith("-")):
            pattern = rf"(?<![\w-]){re.escape(option)}(?![\w-])"
            assert option == "-" or re.search(pattern, shown.stdout), (page, call)


def test_readme_names_every_command() -> None:
    text = read("README.md")
    assert COMMANDS
    assert [name for name in COMMANDS if f"`keycatch {name}" not in text] == []


def test_readme_names_every_format() -> None:
    text = read("README.md")
    assert FORMATS
    assert [name for name in FORMATS if f"`{name}`" not in text] == []


def test_readme_shows_what_the_command_prints(tmp_path: Path) -> None:
    """The credential is made with a fixed seed, so that what is shown stays the same."""
    rng = random.Random(20261121)
    body = rng.choice("QRSTUVWXYZ")
    body += "".join(rng.choices(string.ascii_uppercase + "234567", k=15))
    secret = "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=40))
    (tmp_path / "deploy.env").write_text(
        f"AWS_REGION=eu-central-1\nAWS_ACCESS_KEY_ID=AKIA{body}\nAWS_SECRET_ACCESS_KEY={secret}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "scan", "deploy.env"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert f"$ .venv/bin/keycatch scan deploy.env\n{done.stdout}" in read("README.md")


# The versions


def test_changelog_has_the_current_version() -> None:
    assert re.search(rf"(?m)^## \[{re.escape(about.VERSION)}\] - \S+", read("CHANGELOG.md"))


def test_the_command_tells_its_version() -> None:
    assert keycatch("--version").stdout.split()[-1] == about.VERSION


# Links and paths


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ +(.+)$", prose(page))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_resolve() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            linked = ((ROOT / page).parent / name).resolve() if name else ROOT / page
            assert linked.is_relative_to(ROOT), (page, target)
            assert linked.exists(), (page, target)
            if anchor:
                assert anchor in anchors(str(linked)), (page, target)


def test_every_page_of_documentation_is_in_the_index() -> None:
    index = read("docs/README.md")
    names = {path.relative_to(ROOT / "docs").as_posix() for path in FILES if in_docs(path)}
    assert [name for name in sorted(names - {"README.md"}) if f"]({name})" not in index] == []


def in_docs(path: Path) -> bool:
    return path.is_relative_to(ROOT / "docs")


def test_readme_names_every_rule() -> None:
    text = read("README.md")
    rules = [page for page in PAGES if page.startswith("docs/rules/")]
    assert rules
    assert [page for page in rules if f"]({page})" not in text] == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_named_files_exist(page: str) -> None:
    """A span of code that starts with a folder of ours is a path in the repository."""
    top = {path.relative_to(ROOT).parts[0] for path in FILES}
    spans = re.findall(r"`([^`\s]+/[^`\s]*)`", prose(page))
    named = [span for span in spans if span.split("/")[0] in top]
    assert named
    assert [span for span in named if not (ROOT / span).exists()] == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    """A path of a work place helps nobody who has a clone."""
    pattern = re.compile(rb"(?<![\w.~$}/-])/(?:work|tmp/w)/\w")
    found = [str(path.relative_to(ROOT)) for path in FILES if pattern.search(path.read_bytes())]
    assert found == []


# The dependencies


def distributions(requirements: list[str]) -> set[str]:
    """Return the import names of what a list of requirements asks for."""
    names = [re.split(r"[\[<>=!~; ]", text)[0].lower() for text in requirements]
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def imported(folder: str) -> set[str]:
    """Return the packages that are neither ours nor Python's own and imported under `folder`."""
    found = set()
    for path in FILES:
        if path.suffix == ".py" and path.is_relative_to(ROOT / folder):
            for node in ast.walk(ast.parse(path.read_bytes())):
                match node:
                    case ast.Import(names=names):
                        found.update(alias.name.partition(".")[0] for alias in names)
                    case ast.ImportFrom(module=str(module), level=0):
                        found.add(module.partition(".")[0])
                    # Data that a package ships: importlib.resources.files("package")
                    case ast.Call(
                        func=ast.Attribute(attr="files"), args=[ast.Constant(value=str(module))]
                    ):
                        found.add(module.partition(".")[0])
    found = {BROUGHT_BY.get(name, name) for name in found}
    return found - set(sys.stdlib_module_names) - NOT_INSTALLED


RUN_AS_PROGRAMS = {"git_filter_repo", "pre_commit", "prek"}
PYTEST_PLUGINS = {"pytest_xdist"}
"""What rewrites a history, and frameworks that run the hooks; nothing is imported from them."""
FORGE_MODULES = {forge.module for forge in map(load, FORGES)}
"""They are imported by the program alone, when the tests run it."""
PROJECT = PYPROJECT["project"]
NEEDED = distributions(PROJECT["dependencies"])
EXTRAS = {name: distributions(texts) for name, texts in PROJECT["optional-dependencies"].items()}


def test_what_the_program_imports_is_what_it_depends_on() -> None:
    cluster = EXTRAS["cluster"] - {"cryptography"}  # Dask imports it
    extras = [EXTRAS[name] for name in ("sts", "remote", *FORGES)]
    assert imported("scanner") == NEEDED.union(*extras, cluster)


def test_what_the_tests_import_is_what_they_depend_on() -> None:
    own = {path.stem for path in FILES} - {"git"}  # docs/git.md; GitPython is imported so
    tests, tools = (imported(folder) - own - NEEDED for folder in ("tests", "tools"))
    assert tests - EXTRAS["test"] == EXTRAS["browser"]  # those that open pages in a browser
    only_named = EXTRAS["test"] - tests - tools
    assert only_named == RUN_AS_PROGRAMS | PYTEST_PLUGINS | (FORGE_MODULES - tests)
    assert tools - EXTRAS["test"] - EXTRAS["dev"] - EXTRAS["browser"] == set()
    assert EXTRAS["docs"] - tools == {"zensical"}  # run as a program by tools/build_site.py
