"""The Python API: what it finds, what it shows, and that nothing of it changes unnoticed."""

from __future__ import annotations

import dataclasses
import inspect
import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import keycatch
from scanner.about import VERSION

ROOT = Path(__file__).resolve().parents[1]

# What other programs depend on. Adding a field or an option is a minor version; everything else
# that changes a line here is a major one (docs/api.md).
SURFACE = {
    "Confidence": ["LOW", "MEDIUM", "HIGH"],
    "Severity": ["NOTE", "LOW", "MEDIUM", "HIGH", "CRITICAL"],
    "Location": [
        "path: str", "member: str", "part: str", "line: int", "column: int", "end_line: int",
        "end_column: int", "decoded: tuple[str, ...]",
    ],
    "Finding": [
        "rule_id: str", "title: str", "severity: Severity", "confidence: Confidence",
        "fingerprint: str", "values: Mapping[str, str]", "account_id: str",
        "evidence: tuple[str, ...]", "remediation: tuple[str, ...]",
        "locations: tuple[Location, ...]",
    ],
    "NotRead": ["path: str", "reason: str", "detail: str", "could_hide_a_credential: bool"],
    "Report": [
        "findings: tuple[Finding, ...]", "complete: bool", "not_read: tuple[NotRead, ...]",
        "files: int", "bytes: int", "skipped: Mapping[str, int]", "set_aside: Mapping[str, int]",
        "as_dict(self) -> 'dict[str, Any]'", "clean",
    ],
    "scan": [
        "source: bytes | bytearray | memoryview | str | os.PathLike[str]", "name: str = ''",
        "rules: Sequence[str | os.PathLike[str]] = ()", "disable: Collection[str] = ()",
        "heed_marks: bool = True", "include_ignored: bool = False", "show_secrets: bool = False",
        "-> Report",
    ],
    "KeycatchError": ["Exception"],
    "__version__": ["str"],
}  # fmt: skip


def surface(name: str) -> list[str]:
    """Return what a program can rely on of the public name `name`."""
    value: Any = getattr(keycatch, name)
    if isinstance(value, str):
        return ["str"]
    if not inspect.isclass(value):
        signature = inspect.signature(value)
        assert all(each.kind is each.KEYWORD_ONLY for each in [*signature.parameters.values()][1:])
        texts = [str(each).replace("'", "", 2) for each in signature.parameters.values()]
        return [*texts, f"-> {signature.return_annotation}"]
    if issubclass(value, Exception):
        return [value.__base__.__name__]
    if not dataclasses.is_dataclass(value):
        return list(value.__members__)
    fields = [f"{each.name}: {each.type}" for each in dataclasses.fields(value)]
    others = [
        f"{key}{inspect.signature(member)}" if inspect.isfunction(member) else key
        for key, member in sorted(vars(value).items())
        if not key.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    ]
    return [each for each in (*fields, *others) if not each.startswith("_")]


@pytest.mark.parametrize("name", SURFACE)
def test_the_public_surface(name: str) -> None:
    assert surface(name) == SURFACE[name]


def test_the_public_names() -> None:
    assert set(keycatch.__all__) == set(SURFACE) == set(dir(keycatch))
    with pytest.raises(AttributeError, match="no attribute 'scanner'"):
        keycatch.scanner  # noqa: B018
    assert keycatch.__version__ == VERSION


@pytest.mark.parametrize("name", SURFACE)
def test_the_page_describes_it(name: str) -> None:
    page = (ROOT / "docs/api.md").read_text("utf-8")
    assert f"`{name}" in page or f"keycatch.{name}" in page
    for each in SURFACE[name]:
        word = each.split(":")[0].split("(")[0]
        assert word.startswith("->") or f"`{word}" in page, word


def test_importing_it_loads_nothing() -> None:
    program = (
        "import sys; before = set(sys.modules); import keycatch;"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "['keycatch']"


def test_content(plant: Any) -> None:
    key_id, secret = plant.key_id(), plant.secret()
    text = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    for content in (text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        report = keycatch.scan(content, name="app.ini")
        (finding,) = report.findings
        assert finding.rule_id == "aws-access-key-pair"
        assert finding.severity is keycatch.Severity.CRITICAL
        assert finding.confidence is keycatch.Confidence.HIGH
        assert {place.path for place in finding.locations} == {"app.ini"}
        assert [(place.line, place.column) for place in finding.locations] == [(1, 21), (2, 25)]
        assert set(finding.values) == {place.part for place in finding.locations}
        assert finding.remediation
        assert (report.complete, report.clean, report.files, report.bytes) == (
            True, False, 1, len(text),
        )  # fmt: skip


def test_values_are_redacted_unless_they_are_asked_for(plant: Any) -> None:
    secret = plant.secret()
    content = f"aws_access_key_id = {plant.key_id()}\naws_secret_access_key = {secret}\n".encode()
    report = keycatch.scan(content)
    assert secret not in repr(report) + str(report.as_dict()) + str(dataclasses.asdict(report))
    shown = keycatch.scan(content, show_secrets=True)
    assert shown.findings[0].values["secret"] == secret
    assert shown.as_dict()["findings"][0]["values"]["secret"] == secret
    assert shown.findings[0].fingerprint == report.findings[0].fingerprint


def test_paths(repository: Any, plant: Any) -> None:
    repository.write("a/key.ini", plant.pair())
    repository.write(".gitignore", "*.env\n")
    repository.write("b.env", plant.pair())
    root = repository.root
    assert len(keycatch.scan(root / "a/key.ini").findings) == 1
    report = keycatch.scan(str(root))
    assert [each.locations[0].path for each in report.findings] == [str(root / "a/key.ini")]
    assert report.skipped == {"git-directory": 1, "ignored-by-git": 1} or report.skipped == {
        "ignored-by-git": 1
    }
    assert len(keycatch.scan(root, include_ignored=True).findings) == 2


def test_the_configuration_of_what_is_scanned_is_not_read(repository: Any, plant: Any) -> None:
    repository.write(".keycatch.toml", 'exclude = ["*"]\n')
    repository.write("key.ini", plant.pair())
    assert len(keycatch.scan(repository.root).findings) == 1


def test_a_dash_is_a_file(tmp_path: Path, plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text(plant.pair())
    assert len(keycatch.scan("-").findings) == 1


def test_what_was_not_read_is_visible() -> None:
    report = keycatch.scan(b"PK\3\4 this is no archive", name="broken.zip")
    assert (report.findings, report.complete, report.clean) == ((), False, False)
    assert {each.path for each in report.not_read} == {"broken.zip"}
    assert any(each.could_hide_a_credential for each in report.not_read)
    with pytest.raises(TypeError, match=r"report\.clean"):
        bool(report)


def test_possible_credentials_do_not_count(plant: Any) -> None:
    key_id = plant.key_id()
    report = keycatch.scan(
        f"key: {key_id[:4]}A{key_id[5:]}\n".encode()
    )  # AWS cannot have issued it
    assert report.findings
    assert all(each.confidence is keycatch.Confidence.LOW for each in report.findings)
    assert report.clean


def test_archives_and_large_content(plant: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/key.ini", plant.pair())
    (finding,) = keycatch.scan(packed.getvalue(), name="x.zip").findings
    assert {(each.path, each.member) for each in finding.locations} == {("x.zip", "in/key.ini")}
    large = b"text of a line\n" * 1_200_000 + plant.pair().encode()
    (finding,) = keycatch.scan(large).findings
    assert finding.locations[0].line == 1_200_001


def test_rules_and_marks(plant: Any) -> None:
    content = plant.pair().replace("\n", "  # keycatch:allow\n").encode()
    report = keycatch.scan(content)
    assert (report.findings, report.clean) == ((), True)
    assert report.set_aside["allowed-on-line"] >= 1
    assert keycatch.scan(content, heed_marks=False).findings
    with pytest.raises(keycatch.KeycatchError, match="there is no rule `aws-x`"):
        keycatch.scan(b"", disable=["aws-x"])
    with pytest.raises(keycatch.KeycatchError):
        keycatch.scan(b"", rules=[Path("missing.yaml")])


def test_a_result_can_go_to_another_process(plant: Any) -> None:
    report = keycatch.scan(plant.pair().encode())
    again = pickle.loads(pickle.dumps(report))
    assert again == report
    assert again.as_dict() == report.as_dict()


def test_mistakes(tmp_path: Path) -> None:
    with pytest.raises(keycatch.KeycatchError, match="cannot scan"):
        keycatch.scan(tmp_path / "missing")
    with pytest.raises(keycatch.KeycatchError, match="nothing to scan"):
        keycatch.scan(tmp_path)
    with pytest.raises(TypeError, match=r"bytes or a path, not int"):
        keycatch.scan(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`name` is for content"):
        keycatch.scan(tmp_path, name="x")
    with pytest.raises(TypeError, match="has to be text"):
        keycatch.scan(Raw())  # type: ignore[arg-type]


class Raw(os.PathLike[bytes]):
    def __fspath__(self) -> bytes:
        return b"x"
