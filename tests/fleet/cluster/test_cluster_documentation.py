"""The files of `docs/fleet.md` for a cluster: whole, with settings and options that Dask has."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

from scanner.fleet.cluster import library

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "fleet.md").read_text("utf-8")
COMMANDS = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def leaves(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Return each setting that is no group, by its whole name."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        inner = leaves(value, f"{above}{name}.") if isinstance(value, dict) else None
        found |= {f"{above}{name}": value} if inner is None else inner
    return found


def test_the_configuration_is_one_that_a_worker_may_have() -> None:
    settings = yaml.safe_load(blocks("yaml")[0])
    found = leaves(settings)
    missing = object()
    assert [key for key in found if dask.config.get(key, missing) is missing] == []
    for name, value in library.NOTHING_ON_DISK.items():
        assert found[name] is value
    with dask.config.set(found):
        security = distributed.Security()
    assert security.require_encryption
    for role in ("client", "scheduler", "worker"):
        files = security.get_tls_config_for_role(role)
        assert all((files["ca_file"], files["cert"], files["key"]))


def options_of(command: list[str]) -> set[str]:
    """Return the options in a `command` of Dask that it does not have."""
    program, kind, *arguments = command
    assert program.endswith("dask")
    known = {name for each in COMMANDS[kind].params for name in (*each.opts, *each.secondary_opts)}
    return {each for each in arguments if each.startswith("--")} - known


def test_units_start_what_dask_has() -> None:
    units = blocks("ini")
    assert len(units) == 2
    for text in units:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment, method-assign]
        unit.read_string(text)
        assert options_of(shlex.split(unit["Service"]["ExecStart"])) == set()


def test_pods_start_what_dask_has_and_have_what_they_name() -> None:
    *_, text = blocks("yaml")
    resources = list(yaml.safe_load_all(text))
    deployments = [each["spec"] for each in resources if each["kind"] == "Deployment"]
    assert len(deployments) == 2
    for spec in deployments:
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        assert options_of(container["command"]) == set()
        volumes = {each["name"] for each in pod["volumes"]}
        assert {each["name"] for each in container["volumeMounts"]} == volumes
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("option", ["--cluster", "--cluster-ca", "--cluster-cert", "--allow-tcp"])
def test_the_page_has_each_option(option: str) -> None:
    assert option in PAGE
