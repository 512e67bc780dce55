"""The examples of rule files: templates, since no file holds a credential-looking value.

`{{access_key_id}}` is replaced by a value that the module of its kind makes up.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.errors import RuleError
from scanner.kinds import load
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import BASE32, BASE64, Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TEMPLATE: Final = re.compile(r"\{\{(?P<name>[a-z0-9_]*)(?::(?P<argument>[0-9]{1,4}))?\}\}")

_SIZED: Final[Mapping[str, Callable[[Generator, int], str]]] = {
    "base62": lambda made, size: made.text(BASE64[:62], size),
    "base64": lambda made, size: made.text(BASE64, size),
    "base64_of": lambda made, size: made.base64(size),
    "hex": lambda made, size: made.hex(size),
    "lower_base32": lambda made, size: made.text(BASE32.lower(), size),
    "word": lambda made, size: made.word(size),
}
"""Templates with a size: so many characters of an alphabet, or of bytes in base64."""

_SIZES: Final[Mapping[str, str]] = {
    "base62": "letters and digits",
    "base64": "base64 characters",
    "base64_of": "bytes in base64",
    "hex": "hexadecimal digits",
    "lower_base32": "base32 characters",
    "word": "letters and digits",
}
"""The same in words."""
_ACRONYMS: Final = {
    word.lower(): word
    for word in ("API", "DPoP", "EC", "ECR", "EKS", "HTML", "ID", "IoT", "JSON", "LWA", "MFA",
                 "PKCS8", "PPK", "RSA", "SAML", "SES", "SMTP", "URL")
}  # fmt: skip


@cache
def values() -> Mapping[str, Callable[[Generator], str]]:
    """Return what templates without a size may name: the examples of every kind that has a rule."""
    made: dict[str, Callable[[Generator], str]] = {"account_id": lambda made: made.account_id()}
    for name in sorted({rule.kind for rule in shipped_rules() if rule.kind}):
        made.update(load(name).examples)
    return made


def expand(template: str, seed: str) -> str:
    """Return the example `template` with made-up values in the place of `{{name}}`.

    `{{name:size}}` is so many random characters, and `{{base64_of:size}}` so many bytes in base64
    (with its padding). `{{}}` is nothing: it keeps a value from standing in one piece. A name that
    occurs twice gives two values. Raises RuleError for a name that does not exist.
    """
    generator = Generator(seed)

    def replace(match: re.Match[str]) -> str:
        name, size = match["name"], match["argument"]
        if not name:
            return ""
        if size is not None and name in _SIZED:
            return _SIZED[name](generator, int(size))
        if size is None and name in values():
            return values()[name](generator)

        known = ", ".join(sorted([*(f"{word}:N" for word in _SIZED), *values()]))
        raise RuleError(seed, "", f"there is no value `{match[0]}`; there are {known}")

    return _TEMPLATE.sub(replace, template)


def described(template: str, joint: str = "") -> str:
    """Return the example `template` with words in the place of its values: `<access key ID>`.

    `joint` is put where the template keeps a value from being in one piece.
    """

    def replace(match: re.Match[str]) -> str:
        name, size = match["name"], match["argument"]
        if not name:
            return joint
        what = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
        return f"<{size} {_SIZES.get(name, what)}>" if size else f"<{what}>"

    return _TEMPLATE.sub(replace, template)
