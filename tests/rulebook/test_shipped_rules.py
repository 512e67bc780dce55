"""The shipped rule files: complete, linear, compiled, documented."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from re import _constants as opcodes
from re import _parser as parser

import jsonschema_rs
import pytest
import yaml

from scanner.content import Layer
from scanner.engine.matching import find
from scanner.errors import RuleError
from scanner.findings import Confidence
from scanner.kinds import load
from scanner.kinds.examples import expand
from scanner.kinds.interface import Part
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.loading import shipped_files

ROOT = Path(__file__).resolve().parents[2]
FILES = {Path(path): content for path, content in shipped_files()}
SEARCHED = [content for content in FILES.values() if content.rule.anchors]
IDS = [content.rule.id for content in FILES.values()]


def compile_rules():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import compile_rules as tool
    finally:
        sys.path.pop(0)
    return tool


def test_compiled_rules_and_pages_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    code = compile_rules().main(["--check"])
    assert (code, capsys.readouterr().out) == (0, "")


def test_compiling_lists_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool = compile_rules()
    module = tmp_path / "scanner" / "rulebook" / "shipped.py"
    pages = tmp_path / "docs" / "rules"
    pages.mkdir(parents=True)
    (pages / "gone.md").touch()
    for name in tool.TABLES:
        (tmp_path / name).write_text(
            "before\n<!-- rules: made -->\nold\n<!-- end of rules -->\nafter\n", encoding="utf-8"
        )
    assert tool.main(["--check"], tmp_path) == 1
    assert not module.exists()
    assert tool.main([], tmp_path) == 0
    assert tool.main(["--check"], tmp_path) == 0
    assert not (pages / "gone.md").exists()
    assert "left over: docs/rules/gone.md" in capsys.readouterr().out
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.startswith("before\n<!-- rules: made -->\n| | rules |\n")
    assert text.endswith("\n<!-- end of rules -->\nafter\n")
    assert "old" not in text


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ({}, "is missing or no mapping"),
        ({"titel": "x"}, "there is no key `titel`"),
        ({"title": "x"}, "either `steps` or `steps_from`"),
        ({"title": "x", "steps": [], "steps_from": "a.b"}, "either `steps` or `steps_from`"),
        ({"title": "x", "steps": [{"use": "no-such-step"}]}, "no shared step `no-such-step`"),
        ({"title": "x", "steps": [{"use": "last-use", "text": ["x"]}]}, "there is no key `text`"),
        ({"same_as": "aws-no-such-rule"}, "`aws-no-such-rule` has no response of its own"),
    ],
)
def test_a_response_that_cannot_be_used_is_an_error(response: dict, said: str) -> None:
    files = [content for content in FILES.values() if content.rule.id != "aws-ecr-password"]
    files.append(FILES[ROOT / "rules" / "aws-ecr-password.yaml"]._replace(response=response))
    with pytest.raises(RuleError, match=re.escape(said)):
        compile_rules().compile_response.compiled_text(files, str(ROOT / "rules" / "response"))


def test_one_page_for_each_rule() -> None:
    pages = sorted(path.stem for path in (ROOT / "docs" / "rules").glob("*.md"))
    assert pages == sorted(IDS)


@pytest.mark.parametrize("rule_id", IDS)
def test_pages_have_the_fixed_sections(rule_id: str) -> None:
    text = (ROOT / "docs" / "rules" / f"{rule_id}.md").read_text("utf-8")
    headings = tuple(re.findall(r"(?m)^## (.+)$", text))
    assert headings == compile_rules().HEADINGS
    assert "\n\n\n" not in text


@pytest.mark.parametrize(("path", "content"), FILES.items(), ids=IDS)
def test_files_are_complete(path: Path, content) -> None:
    rule = content.rule
    assert path.stem == rule.id
    raw = yaml.safe_load(path.read_bytes())
    wanted = {"why", "recognised", "confidence", "role", "cwe", "remediation", "references"}
    assert wanted - raw.keys() == set()
    assert len(content.examples.match) >= 3
    assert len(content.examples.no_match) >= 3
    assert len(rule.remediation) >= 2
    assert rule.summary.endswith(".")
    assert set(rule.derived_from) <= set(IDS)
    for step in rule.remediation:
        assert step.endswith("."), step


SCHEMA = json.loads((ROOT / "rules" / "rule.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_files_follow_the_schema(path: Path) -> None:
    jsonschema_rs.validator_for(SCHEMA).validate(yaml.safe_load(path.read_bytes()))


def test_the_schema_describes_every_key() -> None:
    def described(schema: dict) -> bool:
        return all(
            "description" in part and described(part)
            for part in schema.get("properties", {}).values()
        )

    assert described(SCHEMA)


# Examples


def results(content, text: str):
    """Run the pattern and the kind of a rule at each of its anchors in `text`."""
    rule, data = content.rule, text.encode()
    layer = Layer(data)
    for anchor in rule.anchors:
        literal = re.escape(anchor.literal)
        run = b"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{%d}(?![A-Za-z0-9+/])" % anchor.run
        for spot in re.finditer(literal if anchor.literal else run, data):
            match = find(rule, data, spot.start())
            judged = match and load(rule.kind).detect(rule, layer, match)
            if judged:
                yield judged


def cases(kind: str):
    return [
        (content, expand(template, f"{content.rule.id}/{kind}/{number}"))
        for content in SEARCHED
        for number, template in enumerate(getattr(content.examples, kind), 1)
    ]


def test_kinds_find_what_examples_show() -> None:
    for content, text in cases("match"):
        found = [part for part in results(content, text) if isinstance(part, Part)]
        # Low where the rule says that nothing more can be known.
        least = min(Confidence.MEDIUM, content.rule.confidence)
        assert [part.rule_id for part in found if part.confidence >= least] != [], text
        for part in found:
            assert part.role == content.rule.role
            assert part.evidence
            assert all(part.value.reveal().decode() not in line for line in part.evidence)


def test_kinds_leave_what_examples_exclude() -> None:
    for content, text in cases("no_match"):
        found = [part for part in results(content, text) if isinstance(part, Part)]
        assert [part for part in found if part.confidence >= Confidence.MEDIUM] == [], text


# Patterns: linear by structure, since `re` cannot be stopped


def repeats(pattern):
    """Yield each repeat of a parsed pattern: least, most, and what is repeated."""
    for opcode, argument in pattern:
        if opcode in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
            yield argument
        for part in argument if isinstance(argument, tuple | list) else ():
            if isinstance(part, parser.SubPattern):
                yield from repeats(part)
            elif isinstance(part, list):
                for branch in part:
                    if isinstance(branch, parser.SubPattern):
                        yield from repeats(branch)


def problem(text: str) -> str:
    """Return what could make matching `text` take more than linear time, or an empty string."""
    tree = parser.parse(text)
    for _, most, body in repeats(tree):
        if most == opcodes.MAXREPEAT:
            return "a repeat without an upper bound"
        if most > 1 and any(low != high for low, high, _ in repeats(body)):
            return "a repeat within a repeat"
    flat = list(flattened(tree))
    first = next(n for n, (code, _) in enumerate(flat) if code not in ASSERTIONS)
    code, argument = flat[first]
    if code in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT) and argument[0] != argument[1]:
        before = [a for c, a in flat[:first] if c is opcodes.ASSERT_NOT and a[0] == -1]
        allowed = members(argument[2])
        if not any(allowed <= members(look[1]) for look in before):
            return "begins with a repeat that can start anywhere in a run"
    return ""


ASSERTIONS = (opcodes.ASSERT, opcodes.ASSERT_NOT, opcodes.AT)


def flattened(tree):
    for code, argument in tree:
        if code is opcodes.SUBPATTERN:
            yield from flattened(argument[3])
        else:
            yield code, argument


def members(tree) -> set[int]:
    """Return the bytes that a pattern of one character accepts."""
    form = re.compile("".join(render(item) for item in tree).encode("latin-1"))
    return {byte for byte in range(256) if form.fullmatch(bytes((byte,)))}


def render(item) -> str:
    code, argument = item
    assert code is opcodes.IN, "write a class of characters"
    parts = []
    for kind, value in argument:
        if kind is opcodes.LITERAL:
            parts.append(rf"\x{value:02x}")
        elif kind is opcodes.RANGE:
            parts.append(rf"\x{value[0]:02x}-\x{value[1]:02x}")
        else:
            raise AssertionError(kind)
    return f"[{''.join(parts)}]"


@pytest.mark.parametrize("content", SEARCHED, ids=lambda content: content.rule.id)
def test_patterns_are_linear(content) -> None:
    assert problem(content.rule.pattern) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x[a-z]+", "without an upper bound"),
        ("x(?:[a-z]{1,9}-?){2,9}", "within a repeat"),
        ("x(?:[a-z]{1,9}|[0-9]{2,4}){1,9}", "within a repeat"),
        ("[a-z]{3,90}x", "start anywhere"),
        ("(?<![0-9])(?P<value>[a-z]{3,90})x", "start anywhere"),
        ("(?<![a-z])(?P<value>[a-z]{3,90})x", ""),
        ("(?:ab|cd){3}[a-z]{4}", ""),
    ],
)
def test_the_check_of_patterns_works(text: str, said: str) -> None:
    assert said in problem(text)
    assert bool(said) == bool(problem(text))


def test_shipped_rules_are_those_of_the_files() -> None:
    assert {rule.id: rule._replace(needs=()) for rule in shipped_rules()} == {
        content.rule.id: content.rule for content in FILES.values()
    }


def required_words(pattern: str, **fields: object) -> tuple[bytes, ...]:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from required_words import required_words as of_rule
    finally:
        sys.path.pop(0)
    rule = next(each for each in shipped_rules() if each.id == "aws-access-key-id")
    return of_rule(rule._replace(pattern=pattern, **fields))


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("Credential=(?P<value>x)", (b"credential=",)),
        ("(?i:X-Amz-Credential|AWSAccessKeyId)=y", (b"x-amz-credential", b"awsaccesskeyid")),
        ("(?:first1|second2)[a-z](?:third-one)", (b"third-one",)),
        ("(?:longer-word|x)y", ()),
        ("(?:longer-word)?y", ()),
        ("(?:longer-word){0,2}y", ()),
        ("(?!longer-word)y", ()),
        ("(?<=longer-word)y", ()),
        ("short", ()),
        ("", ()),
    ],
)
def test_the_words_without_which_nothing_matches(pattern: str, words: tuple[bytes, ...]) -> None:
    assert required_words(pattern) == words


def test_words_of_an_anchor_and_of_large_windows_are_not_looked_for() -> None:
    anchor = shipped_rules()[0].anchors[0]._replace(literal=b"x-Credential=")
    assert required_words("Credential=[a-z]", anchors=(anchor,)) == ()
    assert required_words("Credential=x", after=4096) == ()


@pytest.mark.parametrize("content", SEARCHED, ids=lambda content: content.rule.id)
def test_each_example_has_a_word_that_its_rule_needs(content) -> None:
    (rule,) = [each for each in shipped_rules() if each.id == content.rule.id]
    for example in content.examples.match:
        data = expand(example, seed=rule.id).encode()
        plain = rule._replace(needs=())
        for anchor in rule.anchors:
            at = data.find(anchor.literal) if anchor.literal else -1
            while at >= 0:
                assert find(rule, data, at) == find(plain, data, at)
                at = data.find(anchor.literal, at + 1)
