"""Values in pieces: which joints are taken out, which are left, and where the pieces are."""

from __future__ import annotations

import base64
import itertools
import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import base64_block, string_joints, string_pieces
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules

SIGNS = [
    "+", ">", "> >", "#", "//", " *", "|", "    12\t", "12:", "2024-01-01T00:00:00.0000000Z",
]  # fmt: skip
"""Before each line of a diff, a mail, a comment, a table, `cat -n`, `grep -n` and a job's log."""
JOINTS = {
    "plus": '" + "',
    "dot": "' . '",
    "two dots": '" .. "',
    "ampersand": '" & _\r\n    "',
    "diamond": '" <> "',
    "bars": "' || '",
    "next to one another": '" "',
    "in the next line": '"\n        "',
    "operator at the end": '" +\n    "',
    "operator at the start": '"\n    + "',
    "prefix": '"\n  f"',
    "two sorts": "\"'",
    "backslash": "\\\n",
    "assignment": "'\nkey += '",
    "append": '").append("',
    "concat": "'.concat('",
    "two plus signs": '" ++ "',
    "caret": '" ^ "',
    "tilde": '" ~ "',
    "template": "'}${'",
    "comment": '" + // the rest\n    "',
    "gap": "\\\n   \\",
    "caret at the end": "^\n",
    **{f"{sign} before lines": f'" +\n{sign}   "' for sign in SIGNS},
    **{f"{sign} before operators": f'"\n{sign}  + "' for sign in SIGNS},
    **{f"{sign} after a backslash": f"\\\n{sign} " for sign in SIGNS if sign != "+"},
}
JOINTS["concat"] = "')\n  .concat('"
_CREDENTIAL = re.compile(rb"AKIA[A-Z2-7]{16}|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])")


def encode(content: bytes) -> bytes:
    """Return `content` with its credentials in pieces, for test_registry.py."""
    return _CREDENTIAL.sub(
        lambda found: b'"' + found[0][:9] + b'" + "' + found[0][9:] + b'"', content
    )


EXAMPLE = (
    b"# x\nkey = 'AKIA23' +\n  '4567ABCDEFGHIJ'\n",
    b"AKIA234567ABCDEFGHIJ",
    (2, 8, 3, 18),
)


def spans(layers, value):
    found = set()
    for layer in layers:
        at = layer.data.find(value)
        if at >= 0:
            found.add(layer.ground(at, at + len(value))[1:])
    return found


@pytest.mark.parametrize("name", JOINTS)
@pytest.mark.parametrize("cut", [4, 19])
def test_a_pair_in_pieces(peel, key_id, secret, name, cut):
    joint = JOINTS[name].encode()
    one, two = ((value[:cut], value[cut:]) for value in (key_id(1), secret(1)))
    source = b"id = \"%b%b%b'\nsecret = '%b%b%b\"\n" % (
        one[0],
        joint,
        one[1],
        two[0],
        joint,
        two[1],
    )
    layers = list(peel(source))
    for value, pieces in ((key_id(1), one), (secret(1), two)):
        encoded = joint.join(pieces)
        start = source.index(encoded)
        assert (start, start + len(encoded)) in spans(layers, value)


@pytest.mark.parametrize(
    "join",
    [
        b"[%b].join('')",
        b"implode('', [%b])",
        b'"".join((%b))',
        b"paste0(%b)",
        b"'%%s%%s%%s' %% (%b)",
        b"printf('%%s%%s%%s', %b)",
        b"'{}{}{}'.format(%b)",
    ],
)
def test_a_list_that_is_joined(peel, key_id, secret, join):
    listed = [b"'%b', '%b'" % (value[:8], value[8:]) for value in (key_id(2), secret(2))]
    source = b"\n".join(join % each for each in listed)
    assert spans(peel(source), key_id(2))
    assert spans(peel(source), secret(2))


def test_a_list_that_is_not_joined_is_a_list(peel, key_id, secret):
    value = secret(2)
    source = b"x = ['%b', '%b', '%b']" % (key_id(2), value[:8], value[8:])
    assert list(peel(source)) == []


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 39), min_size=1, max_size=9, unique=True), seed=st.integers(0, 99)
)
def test_any_number_of_pieces(peel, key_id, secret, cuts, seed):
    value = secret(seed)
    places = [0, *sorted(cuts), 40]
    pieces = [value[low:high] for low, high in itertools.pairwise(places)]
    encoded = b"' + '".join(pieces)
    source = b"id = '%b'; secret = '%b'" % (key_id(seed), encoded)
    start = source.index(encoded)
    assert (start, start + len(encoded)) in spans(peel(source), value)


@pytest.mark.parametrize("width", [64, 70, 76])
@pytest.mark.parametrize(
    ("head", "joint", "tail"),
    [
        ("token: >-\n  ", "\n  ", "\nnext: 1\n"),
        ("token: |\n    ", "\n    ", "\n"),
        ("<Token>", "\n      ", "</Token>\n"),
        ("<Token>\r\n\t", "\r\n\t", "\r\n</Token>\r\n"),
        ('t = ("', '"\n     "', '")\n'),
        ('t="', "\\\n", '"\n'),
    ],
)
@pytest.mark.parametrize("template", ["{{session_token}}", "{{old_session_token}}"])
def test_a_token_over_several_lines(peel, width, head, joint, tail, template):
    token = expand(template, "any")
    source = f"# x\n{head}{joint.join(textwrap.wrap(token, width))}{tail}".encode()
    start = len(f"# x\n{head}".encode())
    value = token.rstrip("=").encode()
    end = len(source) - len(tail) - len(token) + len(value)
    assert (start, end) in spans(peel(source), value)


@pytest.mark.parametrize("first", [16, 20, 31, 39, 40])
@pytest.mark.parametrize("name", ["plus", "in the next line", "operator at the start", "backslash"])
@pytest.mark.parametrize("template", ["{{session_token}}", "{{old_session_token}}"])
def test_a_token_whose_first_piece_is_short(first, name, template):
    """A name is before it: it is shorter than the other pieces, and than what is looked into."""
    token = expand(template, "any").rstrip("=")
    pieces = [token[:first], *textwrap.wrap(token[first:], 60)]
    quote = JOINTS[name].strip()[:1] if name != "backslash" else '"'
    text = f"t = {quote}{JOINTS[name].join(pieces)}{quote}\n"
    (found,) = scan_bytes(text.encode(), "x", load_rules((), ()))
    assert [value.reveal().decode() for value in found.values.values()] == [token]
    assert found.locations[0].start_column == 6


def test_base64_in_pieces(peel, key_id, secret):
    content = b"id: %b\nsecret: %b\n" % (key_id(3), secret(3))
    text = base64.b64encode(content * 3).decode()
    pieces = '" +\n    "'.join(textwrap.wrap(text, 60))
    layers = [layer for layer in peel(f'x = "{pieces}";\n'.encode()) if layer.data == content * 3]
    assert layers
    assert layers[0].decoders == ("string-pieces", "base64")


def test_pieces_of_other_lengths_make_no_key_id(peel, key_id):
    pieces = key_id(4)[:9], b"A" * 12, b"x", b"b" * 9
    (made,) = peel(b"'%b' + '%b' + '%b' + '%b'" % pieces)
    assert made.data == b"'%b'" % b"".join(pieces)


@pytest.mark.parametrize(
    "source",
    [
        'run "da2-x" -H "y"', 'curl "da2-x" "https://example.org"', 'cp "da2-x" "a b"',
        'f("da2-x", "y")', 'g("da2-x" = "y")', 'h("da2-x" "-v")',
    ],
)  # fmt: skip
def test_what_stands_alone_is_not_joined(source):
    offset = source.index("da2-")
    assert list(string_pieces.decode(Layer(source.encode()), [offset], Budget())) == []


@pytest.mark.parametrize("joint", ['" +\n"', '", "'])
def test_many_pieces_with_many_anchors_are_read_about_once(monkeypatch, joint):
    """A list that is not joined as well: work grows with its length, not with the square of it."""
    line = base64.b64encode(b"AKIA and ASIA" * 3).decode()
    source = ('x = "' + joint.join([line] * 9000) + '"\n').encode()
    offsets = [found.start() for found in re.finditer(line[:5].encode(), source)]
    steps = []
    known = string_pieces._Reader._last_joint

    def counted(self, floor, end):
        steps.append(end)
        return known(self, floor, end)

    monkeypatch.setattr(string_pieces._Reader, "_last_joint", counted)
    layers = list(string_pieces.decode(Layer(source), offsets, Budget()))
    assert len(layers) <= 4 + len(source) // string_joints.LONGEST
    assert sum(len(layer.data) for layer in layers) < 3 * len(source)
    assert len(steps) < 100


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200))
def test_what_is_cut_off_anywhere_is_no_error(peel, key_id, secret, size):
    source = b"id = '%b' +\n '%b'\nsecret = ('%b' \\\n '%b')" % (
        key_id(5)[:9], key_id(5)[9:], secret(5)[:9], secret(5)[9:],
    )  # fmt: skip
    for layer in peel(source[:size]):
        layer.place(0, len(layer.data))


def test_places_in_one_long_line_are_searched_about_once(monkeypatch):
    source = b"eyJ0x0a" * 20_000
    offsets = range(0, len(source), 7)
    steps = []
    known = base64_block.run_start
    monkeypatch.setattr(
        base64_block, "run_start", lambda *arguments: steps.append(1) or known(*arguments)
    )
    assert list(string_pieces.decode(Layer(source), offsets, Budget())) == []
    assert len(steps) < 10
