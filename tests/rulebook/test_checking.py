"""The hand-written checks of rule files: each error names the key and says what to do."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import RuleError
from scanner.findings import Confidence, Severity
from scanner.rulebook.checking import check
from scanner.rulebook.model import Anchor

ROOT = Path(__file__).resolve().parents[2]
VALID = {
    "id": "acme-token",
    "name": "ACME token",
    "summary": "A token of ACME.",
    "severity": "high",
    "anchors": [{"literal": "acme_"}],
    "pattern": "acme_[0-9a-f]{32}",
}
FULL = {
    **VALID,
    "why": "It opens doors.",
    "recognised": "By its prefix.",
    "confidence": "high",
    "role": "token",
    "kind": "pattern",
    "anchors": [{"literal": "acme_"}, {"run": 40}],
    "before": 10,
    "after": 100,
    "options": {"min_distinct": 9, "min_entropy": 2.5, "evidence": "x", "keep_placeholders": True},
    "cwe": ["CWE-798", "CWE-321"],
    "remediation": ["Revoke it."],
    "references": ["https://example.org/x"],
    "examples": {"match": ["a"], "no_match": ["b"]},
}
DERIVED = {
    "id": "acme-pair",
    "name": "ACME pair",
    "summary": "A pair.",
    "severity": "high",
    "derived_from": ["acme-token"],
}


def error(mapping: object, *, shipped: bool = False) -> RuleError:
    with pytest.raises(RuleError) as caught:
        check(mapping, "my.yaml", shipped=shipped)
    assert caught.value.source == "my.yaml"
    assert "\n" not in str(caught.value)
    return caught.value


def changed(**changes: object) -> dict[str, object]:
    return {**VALID, **changes}


def test_a_small_rule_has_defaults() -> None:
    rule, examples, recognised, *_ = check(VALID, "my.yaml", shipped=False)
    assert rule.origin == "my.yaml"
    assert (rule.role, rule.kind, rule.confidence) == ("value", "pattern", Confidence.MEDIUM)
    assert (rule.severity, rule.cwe) == (Severity.HIGH, ("CWE-798",))
    assert rule.anchors == (Anchor(literal=b"acme_"),)
    assert rule.remediation
    assert (rule.before, rule.after) == (256, 8192)
    assert (examples.match, examples.no_match, recognised) == ((), (), "")


def test_every_key_arrives() -> None:
    rule, examples, recognised, *_ = check(FULL, "my.yaml", shipped=False)
    assert rule.anchors == (Anchor(literal=b"acme_"), Anchor(run=40))
    assert (rule.before, rule.after, rule.role) == (10, 100, "token")
    assert rule.options == FULL["options"]
    assert rule.cwe == ("CWE-798", "CWE-321")
    assert (rule.why, recognised) == ("It opens doors.", "By its prefix.")
    assert rule.remediation == ("Revoke it.",)
    assert rule.references == ("https://example.org/x",)
    assert (examples.match, examples.no_match) == (("a",), ("b",))


def test_a_shipped_rule_has_no_origin_and_may_be_derived() -> None:
    rule = check(DERIVED, "my.yaml", shipped=True).rule
    assert (rule.origin, rule.anchors, rule.pattern, rule.kind) == ("", (), "", "")
    assert rule.derived_from == ("acme-token",)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"severty": "high"}, "severty", "did you mean `severity`?"),
        ({"zzz": 1}, "zzz", "known are after, anchors"),
        ({1: 2}, "1", "there is no such key"),
        ({"id": "ACME"}, "id", "words of a-z and 0-9 joined by hyphens, not `ACME`"),
        ({"id": 7}, "id", "has to be text, not `7`; put it in quotes"),
        ({"id": True}, "id", "not the truth value true"),
        ({"name": ""}, "name", "is empty"),
        ({"name": None}, "name", "not nothing"),
        ({"summary": ["x"]}, "summary", "not a list"),
        ({"severity": "hihg"}, "severity", "did you mean `high`?"),
        ({"severity": ["high"]}, "severity", "has to be one of note, low"),
        ({"confidence": "sure"}, "confidence", "has to be one of low, medium, high"),
        ({"role": "Key"}, "role", "a word of a-z"),
        ({"kind": "session_token"}, "kind", "has to be `pattern`"),
        ({"kind": "Session-Token"}, "kind", "the name of a kind"),
        ({"noun": "token of ACME"}, "noun", "there is no such key"),
        ({"response": {"title": "x"}}, "response", "there is no such key"),
        ({"derived_from": ["x"]}, "derived_from", "only a shipped rule"),
        ({"anchors": []}, "anchors", "is empty"),
        ({"anchors": "acme_"}, "anchors", "has to be a list"),
        ({"anchors": ["acme_"]}, "anchors[1]", "`literal: TEXT` or `run: LENGTH`"),
        ({"anchors": [{"literal": "abc", "run": 40}]}, "anchors[1]", "`literal: TEXT` or"),
        ({"anchors": [{"litral": "abc"}]}, "anchors[1].litral", "did you mean `literal`?"),
        ({"anchors": [{"literal": "ab"}]}, "anchors[1].literal", "3 bytes or longer"),
        ({"anchors": [{"literal": 123}]}, "anchors[1].literal", "put it in quotes"),
        ({"anchors": [{"literal": "abc"}, {"run": 8}]}, "anchors[2].run", "from 16 to 4096"),
        ({"anchors": [{"literal": "abc"}, {"run": True}]}, "anchors[2].run", "whole number"),
        (
            {"anchors": [{"run": 40}]},
            "anchors",
            "at least one `literal`: a piece of text of 3 bytes",
        ),
        ({"pattern": "acme_("}, "pattern", "is not a regular expression: "),
        ({"pattern": "(?:acme_)?"}, "pattern", "matches the empty text"),
        ({"pattern": "acmé"}, "pattern", r"write other characters as \xNN"),
        ({"before": -1}, "before", "from 0 to"),
        ({"after": 0}, "after", "from 1 to"),
        ({"after": "9"}, "after", "whole number"),
        ({"options": {"min_entropie": 1}}, "options.min_entropie", "did you mean `min_entropy`?"),
        (
            {"options": {"names": {}}},
            "options.names",
            "among the options of the kind `pattern`",
        ),
        ({"options": {"min_entropy": 9}}, "options.min_entropy", "from 0 to 8"),
        ({"options": {"min_entropy": True}}, "options.min_entropy", "from 0 to 8"),
        ({"options": {"min_distinct": 0}}, "options.min_distinct", "from 1 to 256"),
        ({"options": {"keep_placeholders": "yes"}}, "options.keep_placeholders", "true or false"),
        ({"options": ["x"]}, "options", "has to be a mapping"),
        ({"cwe": ["798"]}, "cwe[1]", "a number such as CWE-798"),
        ({"remediation": ["a", ""]}, "remediation[2]", "is empty"),
        ({"references": ["ftp://x"]}, "references[1]", "an http or https address"),
        ({"examples": {"matches": []}}, "examples.matches", "did you mean `match`?"),
        ({"examples": {"match": [1]}}, "examples.match[1]", "has to be text"),
    ],
)
def test_errors_name_the_key(change: dict[str, object], key: str, said: str) -> None:
    found = error({**VALID, **change})
    assert found.key == key
    assert said in found.reason


@pytest.mark.parametrize("key", ["id", "name", "summary", "severity", "anchors", "pattern"])
def test_required_keys(key: str) -> None:
    mapping = {name: value for name, value in VALID.items() if name != key}
    found = error(mapping)
    assert (found.key, found.reason) == (key, "is missing and has to be given")


@pytest.mark.parametrize("mapping", [None, [], "text", 3])
def test_a_rule_is_a_mapping(mapping: object) -> None:
    assert "mapping of keys" in str(error(mapping))


@pytest.mark.parametrize("key", ["anchors", "pattern", "options", "before", "after"])
def test_a_derived_rule_searches_nothing(key: str) -> None:
    assert error({**DERIVED, key: FULL[key]}, shipped=True).key == key


def test_names_of_secrets_are_checked() -> None:
    mapping = changed(kind="secret_access_key", anchors=[{"run": 40}])
    mapping["options"] = {"names": {"aws": ["("]}}
    assert error(mapping, shipped=True).key == "options.names.aws[1]"
    mapping["options"] = {"names": {"awz": ["x"]}}
    assert "did you mean `aws`?" in error(mapping, shipped=True).reason
    mapping["options"] = {"names": {"aws": ["x"]}}
    options = check(mapping, "my.yaml", shipped=True).rule.options
    others = {key: [] for key in ("qualified", "perhaps", "content", "stranger", "other")}
    assert options == {"names": {"aws": ["x"], **others}}


def test_a_key_cannot_write_to_the_terminal() -> None:
    assert "\x1b" not in str(error(changed(**{"\x1b[2J": 1})))


SCHEMA = jsonschema_rs.validator_for(
    json.loads((ROOT / "rules" / "rule.schema.json").read_text("utf-8"))
)
JUNK = st.sampled_from(
    [
        *(None, True, 0, -1, 7, 99999999, 2.5, "", " ", "x", "X y", "ab-c", "high"),
        *([], {}, [1], [""], ["x"], [{}], [None], [{"run": 1}], [{"literal": 3}]),
        *({"x": 1}, {"match": 1}, {"names": 1}),
    ]
)


@given(st.sampled_from([VALID, FULL, DERIVED]), st.data())
def test_the_checks_refuse_whatever_the_schema_refuses(base: dict, data: st.DataObject) -> None:
    """And what both take, both take: the schema must not be laxer than the program says."""
    mapping = copy.deepcopy(base)
    key = data.draw(st.sampled_from([*FULL, "derived_from", "unknown"]))
    if data.draw(st.booleans()):
        mapping[key] = data.draw(JUNK)
    else:
        mapping.pop(key, None)
    try:
        check(mapping, "my.yaml", shipped=True)
        accepted = True
    except RuleError:
        accepted = False
    if accepted:
        SCHEMA.validate(mapping)
    elif key not in ("pattern", "options", "anchors"):
        # Of these the schema cannot know all: whether a pattern compiles, whose option it is.
        assert not SCHEMA.is_valid(mapping)
