"""Rule files of users: refused in a sentence without a value, or a rule that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fuzz.files import written
from fuzz.interface import Target, require
from fuzz.planted import PLANTED, SECRET, require_masked
from scanner.console import masked
from scanner.decoders.interface import Pool
from scanner.engine.defects import INTERNAL
from scanner.engine.examine import Examiner
from scanner.errors import RuleError
from scanner.rulebook.loading import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT: Final = b"token = abcd-0123456789-ABCDEFGHIJ\n" * 8 + b"ABCD" * 99 + PLANTED


def _one(data: bytes) -> None:
    try:
        rule = load_yaml(written("rule.yaml", data))
    except RuleError as error:
        require_masked(masked(str(error)), "the error about a rule file")
        return
    examiner = Examiner((rule,))
    examiner.catalogue.pool = Pool(100, 1 << 20)
    for notice in examiner.examine("file", _TEXT).tally.notices:
        require(notice.reason != INTERNAL, f"no exception: {notice.detail}")


def _seeds() -> Iterable[bytes]:
    rule = (
        b"id: example\nname: Example\nsummary: An example.\nseverity: high\nconfidence: medium\n"
        b"role: token\nanchors:\n  - literal: abcd-\n"
    )
    yield rule + b"pattern: 'abcd-(?P<value>[0-9]{10})'\n"
    yield rule + b"pattern: 'abcd-(?P<value>[0-9]{1,10}(?:-[A-Z]+)*)'\nbefore: 9\nafter: 99\n"
    yield rule + b"pattern: '(?P<value>abcd)'\noptions:\n  min_entropy: 3\n  min_distinct: 5\n"
    rule += b"pattern: '(?P<value>abcd-[0-9]+)'\n"
    yield rule + b"cwe: [CWE-798]\nremediation: [Revoke it.]\nreferences: ['https://example.com']\n"
    yield rule.replace(b"high", SECRET)
    yield rule.replace(b"example\n", b"*" + SECRET + b"\n", 1)
    yield rule + b"&a [*a, !!python/object:os.system x, ? {a: b} : c, 2001-01-01, 0x1F, 1e999]\n"


TARGETS: Final = (
    Target("rules", "a rule file is refused without a value, or can be used", _one, _seeds, 2048),
)
