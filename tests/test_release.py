"""What a release is made of: constraints, metadata, the bill of materials, the workflow."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import about
from tools import lock, sbom

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
PINNED = re.compile(r"(?m)^(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,]+\])?==(?P<version>[\w.+!-]+)")
"""A version in a file of constraints; hashes are on the lines below."""


def normal(name: str) -> str:
    """Return the name of a distribution as the index has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name: str) -> dict[str, list[str]]:
    """Return what a file of constraints allows: each name to its versions."""
    found: dict[str, list[str]] = {}
    for match in PINNED.finditer((ROOT / f"constraints/{name}.txt").read_text("utf-8")):
        found.setdefault(normal(match["name"]), []).append(match["version"])
    return found


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def test_there_is_a_file_for_everything() -> None:
    assert {path.stem for path in (ROOT / "constraints").iterdir()} == set(lock.files())


@pytest.mark.parametrize("name", lock.files())
def test_constraints_fit_what_is_required(name: str) -> None:
    """Whoever changes a requirement has to write the constraints again."""
    allowed = pinned(name)
    for requirement in lock.requirements(name):
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?(?:(>=|==)([\w.]+))?", requirement)
        assert match, requirement
        versions = allowed.get(normal(match[1]))
        assert versions, f"{match[1]} is not in constraints/{name}.txt: run python tools/lock.py"
        for version in versions:
            assert match[3] is None or number(version) >= number(match[3]), requirement
            assert match[2] != "==" or version == match[3], requirement


@pytest.mark.parametrize("name", lock.files())
def test_every_version_has_its_hashes_and_no_file_an_address(name: str) -> None:
    text = (ROOT / f"constraints/{name}.txt").read_text("utf-8")
    assert re.search(r"://|--(?:extra-)?index-url|--find-links|@ *file|^-[a-z]", text) is None
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert entries
    assert all("==" in entry and entry.endswith("\\") for entry in entries)
    hashes = re.findall(r"--hash=(\S+)", text)
    assert len(hashes) >= len(entries)
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in hashes)


def test_the_metadata_is_complete() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert all(PROJECT[key] for key in ("description", "readme", "keywords", "authors"))
    assert not [each for each in PROJECT["classifiers"] if each.startswith("License")]
    oldest = int(PROJECT["requires-python"].removeprefix(">=3."))
    listed = re.findall(r"Python :: 3\.(\d+)", "\n".join(PROJECT["classifiers"]))
    assert [int(each) for each in listed] == list(range(oldest, int(listed[-1]) + 1))


def test_the_metadata_has_addresses_once_there_is_one() -> None:
    urls = PROJECT.get("urls", {})
    assert bool(urls) == bool(about.HOME)
    assert all(url.startswith(about.HOME) for url in urls.values())


# The bill of materials


def test_only_what_the_program_needs_is_listed() -> None:
    document: dict[str, Any] = {
        "metadata": {"component": {"bom-ref": "root", "name": "keycatch"}},
        "components": [{"bom-ref": each} for each in ("a", "b", "pip")],
        "dependencies": [
            {"ref": "root", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b"},
            {"ref": "pip", "dependsOn": ["b"]},
        ],
    }  # fmt: skip
    found = sbom.finished(document)
    assert [each["bom-ref"] for each in found["components"]] == ["a", "b"]
    assert [each["ref"] for each in found["dependencies"]] == ["root", "a", "b"]
    assert found["metadata"]["component"]["version"] == about.VERSION


# The workflow


def steps() -> list[dict[str, Any]]:
    return [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_actions_are_pinned_to_commits() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40}", each) for each in used)


def test_only_the_jobs_that_need_it_may_ask_for_an_identity() -> None:
    assert WORKFLOW["permissions"] == {}
    jobs = WORKFLOW["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    for name in ("attest", "publish"):
        assert jobs[name]["permissions"]["id-token"] == "write"
        assert not [step for step in jobs[name]["steps"] if "run" in step]  # none of our code


def test_files_that_the_workflow_names_exist() -> None:
    text = "\n".join(step.get("run", "") for step in steps())
    named = re.findall(r"(?<![\w/])(?:tools|constraints|scanner)/[\w.]+", text)
    assert set(named) >= {"tools/build_twice.py", "tools/sbom.py", "constraints/core.txt"}
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_files_of_a_build_are_in_the_sdist() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    included = build["targets"]["sdist"]["include"]
    for name in (
        "keycatch",
        "scanner",
        "constraints",
        "tools",
        ".github",
        ".pre-commit-hooks.yaml",
    ):
        assert f"/{name}" in included
    assert sys.version_info >= (3, 11)


# The image


def test_the_image_runs_as_nobody_in_isolated_mode() -> None:
    text = (ROOT / "Containerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if line.startswith("USER")] == ["USER 65532:65532"]
    assert 'ENTRYPOINT ["/opt/keycatch/bin/python", "-I", "-m", "keycatch"]' in lines
    assert "--require-hashes -r /build/core.txt" in text
    assert all("python3 -I" in line for line in lines if "python3 -" in line)
