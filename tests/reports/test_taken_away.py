"""What the project itself took out of a report is announced in each format, with its place."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.commands import main
from scanner.reports import FORMATS
from tests.conftest import Planter

SAID = {
    "the configuration": ".keycatch.toml",
    "the baseline": "the baseline .keycatch-baseline accepts 1 credential",
    "a mark": "marks on their lines allow 2 values: marked.env:1, marked.env:2",
    "a rule": "rules of the user have, in place of shipped ones, 1 value: shapeless.env:1",
    "what was not opened": "closed.7z",
}
_ENTRY = '".keycatch-baseline", "entries": 1, "accepted": 1'
# These have it in their own words, or in fields.
OWN = {
    ("the baseline", "text"): "baseline   .keycatch-baseline accepts 1 credential",
    ("the baseline", "json"): _ENTRY,
    ("the baseline", "jsonl"): _ENTRY,
    ("the baseline", "html"): "<code>known.env:1:21</code></td><td>in the baseline",
    ("a mark", "text"): "allowed on the line (2)",
    ("a mark", "json"): '"allowed-on-line": 2',
    ("a mark", "jsonl"): '"allowed-on-line": 2',
    ("a mark", "html"): "<code>marked.env:1:21</code></td><td>allowed on the line",
    ("a rule", "text"): "taken by a rule of",
    ("a rule", "json"): '"taken-by-rule": 1',
    ("a rule", "jsonl"): '"taken-by-rule": 1',
    ("a rule", "html"): "<code>shapeless.env:1:25</code></td><td>taken by a rule of the user",
}
RULE = """\
id: mine
name: X
summary: X.
severity: note
confidence: high
anchors:
  - literal: secret_access_key
pattern: 'secret_access_key = (?P<value>\\S{34})$'
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: Any) -> dict[str, str]:
    """Return what each format says of a scan with less in its report than it found."""
    plant, root = Planter(), tmp_path_factory.mktemp("project")
    mark = "  # keycatch:allow aws-access-key-pair: it is made up\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.delenv("CI", raising=False)
        patch.setenv("GITHUB_STEP_SUMMARY", str(root.parent / "summary.md"))
        (root / "known.env").write_text(plant.pair())
        assert main(["baseline", "create", "--reason", "known"]) == 0
        (root / "marked.env").write_text(plant.pair().replace("\n", mark))
        (root / "left.env").write_text(plant.pair())
        (root / "closed.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
        (root / "new.env").write_text(plant.pair())
        shapeless = f"aws_secret_access_key = {plant.secret()[:34]}\n"
        (root / "shapeless.env").write_text(shapeless)
        (root / "rule.yaml").write_text(RULE)
        settings = 'exclude = ["left.env"]\nrules = ["rule.yaml"]\n'
        (root / ".keycatch.toml").write_text(settings)
        main(["scan", ".", *(f"--output={name}={root.parent / name}" for name in FORMATS)])
    found = {name: (root.parent / name).read_text("utf-8") for name in FORMATS}
    return {**found, "step summary": (root.parent / "summary.md").read_text("utf-8")}


@pytest.mark.parametrize("name", [*FORMATS, "step summary"])
@pytest.mark.parametrize("what", SAID)
def test_it_is_announced(told: dict[str, str], name: str, what: str) -> None:
    assert OWN.get((what, name), SAID[what]) in told[name]
