"""Every kind of credential comes out of every encoding, by the examples of its rule."""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable
from functools import cache

import pytest

from scanner.engine.examine import Examiner
from scanner.kinds.examples import expand
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.loading import shipped_files

TEMPLATES = {file.rule.id: file.examples.match for _, file in shipped_files()}


@pytest.fixture(scope="module")
def rules_in() -> Callable[[bytes], set[str]]:
    """Return a function that names the rules of all findings in a file."""
    examiner = Examiner(shipped_rules())
    # Many encodings start from the same text.
    return cache(lambda data: {found.rule_id for found in examiner.examine("f.txt", data).findings})


def each(form: str) -> Callable[[bytes], bytes]:
    return lambda text: "".join(form.format(byte) for byte in text).encode()


def in_base64(times: int = 1) -> Callable[[bytes], bytes]:
    def encode(text: bytes) -> bytes:
        for _ in range(times):
            text = base64.b64encode(text)
        return b"data: %b\n" % text

    return encode


def wrapped(text: bytes, width: int) -> bytes:
    return b"|\n  " + "\n  ".join(textwrap.wrap(text.decode(), width)).encode() + b"\n"


FILES: dict[str, Callable[[bytes], bytes]] = {
    "base64": in_base64(),
    "base64 twice": in_base64(2),
    "base64 three times": in_base64(3),
    "base64 for URLs": lambda text: b"x=%b\n" % base64.urlsafe_b64encode(text).rstrip(b"="),
    "base64 in lines of 76": lambda text: wrapped(base64.b64encode(text), 76),
    "base64 in lines of 64": lambda text: wrapped(base64.b64encode(text), 64),
    "base64 of UTF-16": lambda text: in_base64()(text.decode().encode("utf-16-le")),
    "base32": lambda text: b"data: %b\n" % base64.b32encode(text),
    "base32 in lines": lambda text: wrapped(base64.b32encode(text), 76),
    "hex": lambda text: b"SELECT x'%b';\n" % text.hex().encode(),
    "hex in capitals": lambda text: b"0x%b\n" % text.hex().upper().encode(),
    "hex in lines": lambda text: wrapped(text.hex().encode(), 60),
    "hex escapes": lambda text: b'"%b"\n' % each("\\x{:02x}")(text),
    "hex escapes in capitals": lambda text: b"$'%b'\n" % each("\\x{:02X}")(text),
    "octal escapes": lambda text: b'"%b"\n' % each("\\{:03o}")(text),
    "escapes of JSON": lambda text: b'"%b"\n' % each("\\u{:04x}")(text),
    "escapes of JSON in capitals": lambda text: b'"%b"\n' % each("\\u{:04X}")(text),
    "percent": lambda text: b"q=%b\n" % each("%{:02X}")(text),
    "percent in small letters": lambda text: b"q=%b\n" % each("%{:02x}")(text),
    "percent twice": lambda text: b"q=%b\n" % each("%25{:02X}")(text),
    "references": lambda text: b"<p>%b</p>\n" % each("&#{};")(text),
    "references with zeros": lambda text: b"<p>%b</p>\n" % each("&#{:03};")(text),
    "references in hex": lambda text: b"<p>%b</p>\n" % each("&#x{:x};")(text),
    "references in hex, capitals": lambda text: b"<p>%b</p>\n" % each("&#x{:X};")(text),
    "mail": lambda text: (
        b"MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n%b\n"
        % each("={:02X}")(text)
    ),
    "hex of base64": lambda text: in_base64()(text).hex().encode(),
}
"""A whole file in another form."""


@pytest.mark.parametrize("rule", sorted(TEMPLATES))
def test_in_a_file_that_is_encoded(rules_in, rule):
    for template in TEMPLATES[rule]:
        text = b"\n%b\n" % expand(template, "any").encode()  # some begin their line
        if rule in rules_in(text):
            missed = [name for name, encode in FILES.items() if rule not in rules_in(encode(text))]
            assert missed == [], text


VALUES: dict[str, Callable[[str], str]] = {
    "green": "\x1b[32m{}\x1b[0m".format,
    "grep": "\x1b[01;31m\x1b[K{}\x1b[m\x1b[K".format,
    "green in JSON": "\\u001b[32m{}\\u001b[0m".format,
    "green in C": "\\033[1;32m{}\\033[0m".format,
    "green in Python": "\\x1b[38;5;208m{}\\x1b[0m".format,
}
"""A value with something around it."""
NOT_AROUND = {
    # A key in lines of its own, which are more than what is decoded around a colour.
    *(("aws-ec2-private-key", form) for form in VALUES),
    # Nothing in these is looked for but that they are runs, which a colour in front makes longer,
    # and this spelling of a colour is not looked for by itself.
    *((rule, "green in JSON")
      for rule in ("aws-mfa-seed", "aws-ses-smtp-password", "aws-console-password")),
    # The examples have more than one slot for a value of a wrong length, of which each is coloured.
    *(("aws-misshapen-key", form) for form in VALUES),
}  # fmt: skip


@pytest.mark.parametrize("rule", sorted(TEMPLATES))
def test_around_a_value(rules_in, rule):
    for form, put in VALUES.items():
        for template in TEMPLATES[rule] if (rule, form) not in NOT_AROUND else ():
            coloured = re.sub(r"\{\{\w[^}]*\}\}", lambda slot, put=put: put(slot[0]), template)
            text = expand(coloured, "any").encode() + b"\n"
            assert rule in rules_in(text), text


# The middle of a value is cut, and the last characters; heads by which values are known stay whole.
def in_pieces(value: str, joint: str) -> str:
    cuts = (len(value) * 2 // 3, len(value) - 5)
    return joint.join((value[: cuts[0]], value[cuts[0] : cuts[1]], value[cuts[1] :]))


JOINTS = {
    "plus": '" + "',
    "plus at the end of a line": '" +\n    "',
    "plus in the next line": '"\n    + "',
    "dot": '" . "',
    "two dots": '" .. "',
    "ampersand": '" & "',
    "diamond": '" <> "',
    "next to each other": '" "',
    "in the next line": '"\n    "',
    "backslash": "\\\n",
}
WITHOUT_ANCHOR = {
    "aws-secret-access-key", "aws-unnamed-secret", "aws-mfa-seed", "aws-ses-smtp-password",
    "aws-cognito-client-secret", "aws-api-gateway-key", "aws-codecommit-password",
    "aws-console-password",
}  # fmt: skip
"""Kinds that are known by their length and their name: nothing is left of that in a piece."""


@pytest.mark.parametrize("rule", sorted(TEMPLATES.keys() - WITHOUT_ANCHOR))
def test_a_value_in_pieces(rules_in, rule):
    for template in TEMPLATES[rule]:
        slots = re.findall(r"\{\{\w[^}]*\}\}", template)
        if len(slots) != 1 or "\n" in (value := expand(slots[0], "any")) or len(value) < 24:
            continue
        before, after = template.split(slots[0])
        clear = f'x = "{before}{value}{after}"\n'
        if rule not in rules_in(clear.encode()):
            continue
        for name, joint in JOINTS.items():
            # The spaces of PEM are those of a sentence, its dashes those of an option.
            if not ("-----" in value and name == "next to each other"):
                text = f'x = "{before}{in_pieces(value, joint)}{after}"\n'.encode()
                assert rule in rules_in(text), text


@pytest.mark.parametrize("rule", sorted(TEMPLATES.keys() - WITHOUT_ANCHOR))
def test_right_after_an_escape(rules_in, rule):
    # What is looked for in a token of Identity Center is its signature, far from where it begins.
    # A value of no known form is nothing but what is assigned to its name.
    left_out = {"aws-identity-center-token", "aws-misshapen-key", "aws-named-session-token"}
    for template in TEMPLATES[rule] if rule not in left_out else ():
        for before in ("%3D", "%253D", "%0A", "\\n", "\\u003d", "\\x3d", "=3D"):
            text = expand(before.join(re.split(r"=(?=\{\{\w)", template)), "any").encode()
            assert rule in rules_in(text), text
