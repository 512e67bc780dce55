"""Configurations: refused in a sentence without a value, or settings that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import SECRET, require_masked
from scanner.console import masked
from scanner.errors import ConfigError
from scanner.settings import FILE_NAME, PYPROJECT, Exclusion, load_at

if TYPE_CHECKING:
    from collections.abc import Iterable

_PATHS: Final = ("a", "src/a.py", "/tmp/x/a.env", "\u00e4/\udcff", "a" * 300)


def _one(data: bytes) -> None:
    for name, content in ((FILE_NAME, data), (PYPROJECT, b"[tool.keycatch]\n" + data)):
        try:
            settings = load_at({name: content}.get, "/root-of-a-project", "0" * 40)
        except ConfigError as error:
            require_masked(masked(str(error)), "the error about a configuration")
            continue
        excluded = Exclusion(settings)
        for path in _PATHS:
            path in excluded  # noqa: B015 -- it must raise nothing


def _seeds() -> Iterable[bytes]:
    yield b'exclude = ["docs/", "*.lock", "a/**/b", "!x", "[a-z]?"]\nstrict = true\n'
    yield b'fail-on = "high"\nshow = "low"\nno-marks = false\nbaseline = "b"\nrules = ["r.yaml"]\n'
    yield b'decode-limit = "64M"\nown-accounts = ["012345678901"]\ndisable = ["aws-mfa-seed"]\n'
    yield b'published-on = ["origin"]\nliveness-deny = ["012345678901"]\n'
    yield b"fail-on = '%b'\n" % SECRET
    yield b"%b = 1\n" % SECRET
    yield b"exclude = [1979-05-27T07:32:00Z, {a.b = 1}, '''%b''', 0x1F, inf]\n" % SECRET


TARGETS: Final = (
    Target("configuration", "settings are refused without a value, or used", _one, _seeds, 2048),
)
