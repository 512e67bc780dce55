"""The checks that a rule file has to pass: every error names the key and says what to do.

`rules/rule.schema.json` says the same to editors; a test compares the two. Checked here only is
what a schema cannot say: that a pattern compiles, that a user's rule can be found by a literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.errors import RuleError
from scanner.findings import Confidence, Severity
from scanner.records import NamedTuple
from scanner.rulebook.keys import Keys, kind_of
from scanner.rulebook.model import AFTER, BEFORE, CASES, Anchor, Rule
from scanner.rulebook.patterns import compile_pattern
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEVELS: Final = {severity.label: severity for severity in Severity}
CONFIDENCES: Final = {confidence.label: confidence for confidence in Confidence}

SHORTEST_LITERAL: Final = 3  # two bytes are in almost every file, and the pattern would run there
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+")
LONGEST_RUN: Final = 4096  # no credential is one unbroken run of more
LARGEST_WINDOW: Final = 1 << 20  # bytes around an anchor; the match follows a longer credential
DEFAULT_CWE: Final = ("CWE-798",)
DEFAULT_REMEDIATION: Final = (
    "Revoke the credential where it was issued; removing it from the file does not undo the leak.",
    "Put a new one where it is needed, out of the repository.",
)

PATTERN: Final = "pattern"
"""The kind that needs no code: what the pattern matches is the credential."""
PATTERN_OPTIONS: Final = ("evidence", "keep_placeholders", "min_distinct", "min_entropy")
SHIPPED_OPTIONS: Final = (*PATTERN_OPTIONS, "names", "service")
"""Options of all kinds. Which of them one kind has is for its `Kind.options` to say, and a test
compares the shipped rules with these: this layer does not import the kinds."""

NAME_LISTS: Final = ("qualified", "aws", "perhaps", "content", "stranger", "other")

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_KIND: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_ROLE: Final = re.compile(r"[a-z][a-z0-9_]*")
_CWE: Final = re.compile(r"CWE-[1-9][0-9]*")
_URL: Final = re.compile(r"https?://[^\s<>]+")

_KEYS: Final = (
    "id", "name", "summary", "why", "severity", "confidence", "role", "kind", "anchors",
    "pattern", "before", "after", "options", "derived_from", "cwe", "remediation", "references",
    "examples", "recognised",
)  # fmt: skip
_SHIPPED_KEYS: Final = (*_KEYS, "noun", "reach", "group", "response")
"""A user's rule has none of the last four: they serve the history, the pages and `respond`."""
_REQUIRED: Final = ("id", "name", "summary", "severity")
_SEARCHED: Final = ("anchors", "pattern", "before", "after", "options", "reach")


class Examples(NamedTuple):
    """The examples of a rule file, as templates (see `scanner.kinds.examples`)."""

    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


class RuleFile(NamedTuple):
    """All that a rule file says: the rule and what only its tests and its page need."""

    rule: Rule
    examples: Examples
    recognised: str
    """How it is recognised and what is proved offline: Markdown for the rule's page."""
    group: str = ""
    """The group of the rule in the README's table, a key of `GROUPS` in tools/compile_rules.py."""
    response: Mapping[str, object] = {}
    """What `keycatch respond` says to do, unchecked: see `scanner.response.compiling`."""


def check(mapping: object, source: str, *, shipped: bool) -> RuleFile:
    """Turn the content of the rule file `source` into a rule.

    Only a user's rule, not a `shipped` one, has to be of the kind `pattern` and to have a literal
    anchor. Raises RuleError.
    """
    if not isinstance(mapping, dict):
        raise RuleError(
            printable(source), "", "a rule file has to be a mapping of keys such as `id: ...`"
        )
    keys = Keys(mapping, source)
    keys.known(_SHIPPED_KEYS if shipped else _KEYS, "")
    for key in _REQUIRED:
        keys.require(key)

    derived = keys.texts("derived_from", _matching(_ID, "the ID of a rule"))
    if derived:
        _check_derived(keys, shipped)
    kind = keys.text(
        "kind",
        _matching(_KIND, "the name of a kind such as `pattern`"),
        default="" if derived else PATTERN,
    )
    anchors = () if derived else _anchors(keys, shipped)
    pattern = "" if derived else _pattern(keys, shipped)
    if not shipped and kind not in ("", PATTERN):
        keys.fail("kind", "has to be `pattern` in your own rule; leave the key out")

    rule = Rule(
        id=keys.text("id", _matching(_ID, "words of a-z and 0-9 joined by hyphens")),
        name=keys.text("name"),
        summary=keys.text("summary"),
        why=keys.text("why", default=""),
        severity=LEVELS[keys.choice("severity", tuple(LEVELS), "medium")],
        confidence=CONFIDENCES[keys.choice("confidence", tuple(CONFIDENCES), "medium")],
        role=keys.text("role", _matching(_ROLE, "a word of a-z, 0-9 and _"), default="value"),
        kind=kind,
        anchors=anchors,
        pattern=pattern,
        options=_options(keys, kind),
        cwe=keys.texts("cwe", _matching(_CWE, "a number such as CWE-798")) or DEFAULT_CWE,
        remediation=keys.texts("remediation") or DEFAULT_REMEDIATION,
        references=keys.texts("references", _matching(_URL, "an http or https address")),
        origin="" if shipped else source,
        derived_from=derived,
        before=keys.number("before", BEFORE, 0, LARGEST_WINDOW),
        after=keys.number("after", AFTER, 1, LARGEST_WINDOW),
        noun=keys.text("noun", default=""),
        reach=keys.number("reach", 0, 0, LARGEST_WINDOW),
    )
    return RuleFile(
        rule,
        _examples(keys),
        keys.text("recognised", default=""),
        keys.text("group", default=""),
        keys.mapping("response").content(),
    )


def _matching(form: re.Pattern[str], what: str) -> Callable[[str], str]:
    def problem(text: str) -> str:
        return "" if form.fullmatch(text) else f"has to be {what}, not `{text[:40]}`"

    return problem


def _check_derived(keys: Keys, shipped: bool) -> None:
    if not shipped:
        keys.fail("derived_from", "only a shipped rule is derived from others; give anchors")
    for key in _SEARCHED:
        if keys.has(key):
            keys.fail(key, "a derived rule searches for nothing; leave the key out")


def _anchors(keys: Keys, shipped: bool) -> tuple[Anchor, ...]:
    keys.require("anchors")
    anchors = tuple(
        _anchor(keys, f"anchors[{number}]", item)
        for number, item in enumerate(keys.items("anchors"), 1)
    )
    if not anchors:
        keys.fail("anchors", "is empty; a rule is looked at only where one of its anchors stands")
    if not shipped and not any(anchor.literal for anchor in anchors):
        keys.fail(
            "anchors",
            "needs at least one `literal`: a piece of text of 3 bytes or more that every such "
            "credential, or the text right before it, contains",
        )
    return anchors


def _anchor(keys: Keys, path: str, item: object) -> Anchor:
    if not isinstance(item, dict):
        keys.fail(path, "has to be `literal: TEXT` or `run: LENGTH`")
    part = Keys(item, keys.source, path)
    part.known(("literal", "run", "encoded", "name", "first", "case"), " in an anchor")
    if part.has("literal") == part.has("run"):
        keys.fail(path, "has to be `literal: TEXT` or `run: LENGTH`")

    if part.has("run"):
        part.known(("run", "first", "case"), " in an anchor that is a run")
        return Anchor(
            run=part.number("run", 0, 16, LONGEST_RUN),
            first=part.text("first").encode() if part.has("first") else b"",
            case=part.choice("case", CASES, "") if part.has("case") else "",
        )

    part.known(("literal", "encoded", "name"), " in an anchor that is a literal")
    literal = part.get("literal")
    if not isinstance(literal, str):
        part.fail("literal", f"has to be text, not {kind_of(literal)}; put it in quotes")
    encoded = literal.encode()
    if len(encoded) < SHORTEST_LITERAL:
        part.fail(
            "literal",
            f"has to be {SHORTEST_LITERAL} bytes or longer: a shorter one stands in almost every "
            "file, and the pattern would run there",
        )

    inside_base64 = part.flag("encoded")
    if inside_base64 and not _BASE64.fullmatch(encoded):
        part.fail("encoded", "is for a literal of letters, digits, `+` and `/` alone")
    return Anchor(literal=encoded, encoded=inside_base64, name=part.flag("name"))


def _pattern(keys: Keys, shipped: bool) -> str:
    keys.require("pattern")
    text = keys.text("pattern")
    if not text.isascii():
        keys.fail("pattern", r"is matched on bytes: write other characters as \xNN of their UTF-8")
    try:
        compiled = compile_pattern(text, shipped)
    except ValueError as error:
        keys.fail("pattern", f"is not a regular expression: {error}")
    if compiled.match(b"") is not None:
        keys.fail("pattern", "matches the empty text; it has to require the credential")
    return text


def _options(keys: Keys, kind: str) -> dict[str, object]:
    options = keys.mapping("options")
    known = PATTERN_OPTIONS if kind == PATTERN else SHIPPED_OPTIONS
    options.known(known, f" among the options of the kind `{kind}`")

    checked: dict[str, object] = {}
    if options.has("names"):
        checked["names"] = _names(options)
    for key in ("service", "evidence"):
        if options.has(key):
            checked[key] = options.text(key)
    if options.has("min_distinct"):
        checked["min_distinct"] = options.number("min_distinct", 1, 1, 256)
    if options.has("min_entropy"):
        value = options.get("min_entropy")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 8:
            options.fail("min_entropy", f"has to be a number from 0 to 8, not {kind_of(value)}")
        checked["min_entropy"] = value
    if options.has("keep_placeholders"):
        value = options.get("keep_placeholders")
        if not isinstance(value, bool):
            options.fail("keep_placeholders", f"has to be true or false, not {kind_of(value)}")
        checked["keep_placeholders"] = value
    return checked


def _names(options: Keys) -> dict[str, list[str]]:
    lists = options.mapping("names")
    lists.known(NAME_LISTS, " among the lists of names")

    def problem(text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            return f"is not a regular expression: {error}"
        return "" if text.isascii() else "has to be ASCII"

    return {key: list(lists.texts(key, problem)) for key in NAME_LISTS}


def _examples(keys: Keys) -> Examples:
    examples = keys.mapping("examples")
    examples.known(("match", "no_match"), " among the examples")
    return Examples(examples.texts("match"), examples.texts("no_match"))
