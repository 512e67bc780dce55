"""Base64: which forms a word has, where a block ends, and what comes out."""

from __future__ import annotations

import base64
import gzip
import textwrap
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import base64_text
from scanner.decoders.base64_text import encoded_forms
from scanner.decoders.interface import Budget
from scanner.engine.examine import Examiner
from scanner.kinds.examples import expand
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.loading import shipped_files


def encode(content: bytes) -> bytes:
    """Return `content` in base64 as PEM and MIME wrap it, for test_registry.py."""
    return b"data: |\n" + base64.encodebytes(content)


# Twelve bytes before the value are 16 characters, and its five bytes need seven.
EXAMPLE = (b"# x\ndata: " + base64.b64encode(b"the secret: VALUE"), b"VALUE", (2, 23, 2, 30))


@given(st.binary(min_size=4, max_size=12), st.binary(max_size=30), st.binary(max_size=30))
def test_one_form_stands_in_every_encoding(word, before, after):
    text = base64.b64encode(before + word + after)
    form, phase = encoded_forms(word)[len(before) % 3]
    at = -(-8 * len(before) // 6)
    assert text.startswith(form, at)
    assert at % 4 == phase
    assert len(form) >= (8 * len(word) - 10) // 6


def wrapped(text: bytes, width: int, separator: bytes, first: bytes) -> bytes:
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return first + separator.join(lines)


@pytest.mark.parametrize("url_safe", [False, True])
@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\n    ", b"\\n", b"\n\t", b" \n"])
@pytest.mark.parametrize("first", [b"", b"x: |\n", b"    ", b"name: '", b"-----BEGIN X-----\n"])
@settings(max_examples=25, deadline=None)
@given(
    before=st.binary(max_size=200),
    after=st.binary(max_size=200),
    seed=st.integers(0, 999),
    width=st.sampled_from([60, 64, 76, 1 << 20]),
)
def test_wrapped_block_comes_out_whole_and_exactly(
    peel, secret, key_id, url_safe, separator, first, before, after, seed, width
):
    # Two words: a line break through the characters of one of them leaves the other.
    content = before + b"secret: " + key_id(seed) + b"\n" + secret(seed) + b"\n" + after
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    text = encode(content)
    if b"\n" in first and separator != b"\\n":
        first += separator.lstrip(b" \r\n")
    source = wrapped(text, width, separator, first) + b"\n-----END\n"
    layer = next(made for made in peel(source) if made.decoder == "base64" and made.data == content)
    start = content.index(secret(seed))
    ground, low, high = layer.ground(start, start + 40)
    assert source[low:].startswith(text[start * 8 // 6 :][:1])
    assert source[:high].endswith(text[: -(-(start + 40) * 8 // 6)][-1:])
    characters = source[low:high].replace(separator, b"")
    assert ground.data == source
    assert characters == text[start * 8 // 6 : -(-(start + 40) * 8 // 6)]
    assert layer.ground(0, len(content)) == (
        ground,
        len(first),
        len(source.removesuffix(b"\n-----END\n").rstrip(b"=")),
    )


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("padded", [True, False])
def test_lone_secret_keeps_its_name_and_place(peel, secret, end, padded):
    value = secret(7)
    text = base64.b64encode(value + end)
    text = text if padded else text.rstrip(b"=")
    source = b"data:\n  AWS_SECRET_ACCESS_KEY: " + text + b"\n  other: 1\n"
    layer = next(made for made in peel(source) if b"KEY" in made.data)
    assert layer.data == b"data:\n  AWS_SECRET_ACCESS_KEY: " + value + end + b"\n  other: 1\n"
    start = layer.data.index(value)
    ground, low, high = layer.ground(start, start + 40)
    assert ground.data[low:high] == text[:54]
    assert layer.ground(0, start) == (ground, 0, low)
    name = layer.data.index(b"AWS")
    assert layer.ground(name, name + 3) == (ground, source.index(b"AWS"), source.index(b"AWS") + 3)


@pytest.mark.parametrize("size", [54, 55])
def test_run_that_holds_no_secret_gives_nothing(peel, size):
    assert not list(peel(b"x: " + b"Qz/9" * 13 + b"Qz9"[: size - 52] + b"\n"))


def test_glued_prefix_does_not_shift_the_groups(peel, key_id):
    for prefix in (b"a", b"ab/", b"key/ab", b"abc/d"):
        text = base64.b64encode(b"x: " + key_id(1) + b" of " + key_id(2))
        assert any(key_id(1) in layer.data for layer in peel(prefix + text))


@pytest.mark.parametrize("end", [b"\nEOF\n", b"\nfi\n", b"\nnext: 1\n", b'")\nfoo', b"\n\nmore\n"])
def test_words_behind_the_block_do_not_belong_to_it(peel, key_id, end):
    content = b"user: " + key_id(1) + b" and a little more."
    assert len(content) % 3 == 0  # no padding, which would end the block
    source = b"base64 -d <<EOF\n" + base64.b64encode(content) + end
    before, after = source.split(base64.b64encode(content))
    assert [layer.data for layer in peel(source)] == [before + content + after]


def test_user_data_in_gzip(peel, secret, key_id):
    content = b"#!/bin/sh\nexport A=%b B=%b\n" % (key_id(4), secret(4))
    text = base64.b64encode(gzip.compress(content, mtime=0))
    found = [layer for layer in peel(b"UserData: " + text + b"\n") if layer.data == content]
    assert [layer.decoders for layer in found] == [("base64", "gzip")]


def test_powershell_command_in_utf16(peel, key_id):
    content = "Set-AWSCredential -AccessKey " + key_id(9).decode()
    source = b"powershell -EncodedCommand " + base64.b64encode(content.encode("utf-16-le"))
    assert any(layer.data == content.encode() for layer in peel(source))


def test_one_block_is_decoded_once_per_grouping(key_id):
    text = base64.b64encode((b"<" + key_id(1) + b">. ") * 2000)
    layer = Layer(textwrap.fill(text.decode(), 76).encode())
    offsets = [at for at in range(len(text)) if layer.data.startswith((b"QUtJQ", b"FLSU"), at)]
    budget = Budget()
    made = list(base64_text.decode(layer, offsets, budget))
    assert len(made) == 1
    assert len(offsets) > 900


def test_budget_is_taken_before_decoding(key_id):
    text = base64.b64encode(key_id(1) * 100)
    budget = Budget(size=1000)
    assert not list(base64_text.decode(Layer(text), [0], budget))
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]
    assert budget.bytes == 1000


@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\n  ", b"\r\n\t", b"\\n", b"\\r\\n"])
@pytest.mark.parametrize("line", range(5))
@pytest.mark.parametrize("first", [b"", b"key: "])
def test_block_grows_to_both_sides_and_every_byte_leads_back(peel, key_id, separator, line, first):
    content = b"-" * (57 * line + 9) + key_id(1)
    content += b"." * (57 * 5 - 10 - len(content))
    text = base64.b64encode(content)
    source = wrapped(text, 76, separator, first) + b"\n"
    (layer,) = [made for made in peel(source) if made.decoder == "base64"]
    assert layer.data == content
    places = [len(first) + at + at // 76 * len(separator) for at in range(len(text.rstrip(b"=")))]
    for start in range(len(content)):
        _, low, high = layer.ground(start, start + 1)
        assert low == places[start * 8 // 6]
        assert high == places[-(-(start + 1) * 8 // 6) - 1] + 1


TEXTS = {
    file.rule.id: [expand(text, "any").encode() for text in file.examples.match]
    for _, file in shipped_files()
}


@pytest.fixture(scope="module")
def rules_in() -> Callable[[bytes], set[str]]:
    """Return a function that names the rules of all findings in a file."""
    examiner = Examiner(shipped_rules())
    return lambda data: {found.rule_id for found in examiner.examine("f.yaml", data).findings}


def test_every_kind_comes_out_of_base64(rules_in):
    for rule, before in product(sorted(TEXTS), (b"", b"\n", b"#\n")):
        # A lone secret without a name is 40 characters of a text that nothing else would call for.
        for text in TEXTS[rule] if rule != "aws-unnamed-secret" else ():
            source = b"data:\n  file: " + base64.b64encode(before + text + b"\n") + b"\n"
            assert rule in rules_in(source), text


@pytest.mark.parametrize("times", [1, 2])
def test_a_pair_comes_out_of_base64_of_base64(peel, secret, key_id, times):
    text = b"id: " + key_id(2) + b"\nsecret: " + secret(2) + b"\n"
    source = text
    for _ in range(times):
        source = base64.b64encode(source)
    layers = [layer for layer in peel(b"x: " + source + b"\n") if layer.data == text]
    assert layers
    at = text.index(secret(2))
    low, high = at, at + 40
    for _ in range(times):
        low, high = low * 8 // 6, -(-high * 8 // 6)
    assert {layer.ground(at, at + 40)[1:] for layer in layers} == {(low + 3, high + 3)}


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_lone_values_that_were_encoded_twice(rules_in, secret, key_id, end):
    twice = (base64.b64encode(base64.b64encode(value + end)) for value in (key_id(5), secret(5)))
    source = b"data:\n  id: %b\n  key: %b\n" % tuple(twice)
    assert rules_in(source) == {"aws-access-key-pair"}


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize(
    ("name", "template", "rule"),
    [
        (b"SMTP_PASSWORD", "{{ses_smtp_password}}", "aws-ses-smtp-password"),
        (b"COGNITO_CLIENT_SECRET", "{{cognito_client_secret}}", "aws-cognito-client-secret"),
    ],
)
def test_lone_values_by_the_name_before_them(rules_in, end, name, template, rule):
    value = expand(template, "any").encode()
    assert rule in rules_in(b"data:\n  %b: %b\n" % (name, base64.b64encode(value + end)))


def test_values_of_a_secret_are_seen_together(rules_in):
    user, password = b"alice-at-" + b"1234" * 3, expand("{{base64_of:32}}", "any").encode()
    entries = ((b"url", b"git-codecommit.eu-west-1"), (b"user", user), (b"password", password))
    lines = [b"  %b: %b\n" % (name, base64.b64encode(value)) for name, value in entries]
    assert "aws-codecommit-password" in rules_in(b"kind: Secret\ndata:\n" + b"".join(lines))
