"""Values in two variables: joints of programs, and what is no value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

_LINE = re.compile(
    rb"(?m)^(\w+) = (AKIA[A-Z2-7]{7}|[A-Za-z0-9+/]{20})([A-Z2-7]{9}|[A-Za-z0-9+/]{20})$"
)


def encode(content: bytes) -> bytes:
    """Return `content` with its two values in two variables each, for test_registry.py."""
    numbers = iter(range(10))

    def apart(found: re.Match[bytes]) -> bytes:
        number = next(numbers)
        return b'p%da = "%b"\np%db = "%b"\n%b = p%da + p%db' % (
            *(number, found[2], number, found[3]),
            *(found[1], number, number),
        )

    return _LINE.sub(apart, content)


_FIRST, _SECOND = b"AKIA" + b"2" * 6, b"3" * 10
EXAMPLE = (
    b'p1 = "%b"\np2 = "%b"\nkey = p1 + p2\n' % (_FIRST, _SECOND),
    _FIRST + _SECOND,
    (1, 7, 2, 17),
)
PROGRAMS = {
    "Python": "p1 = '{0}'\np2 = '{1}'\n{name} = p1 + p2\n",
    "f-string": "p1 = '{0}'\np2 = '{1}'\n{name} = f'{{p1}}{{p2}}'\n",
    "format": 'p1: str = "{0}"\np2: str = "{1}"\n{name} = "{{}}{{}}".format(p1, p2)\n',
    "percent": 'p1 = "{0}"\np2 = "{1}"\n{name} = "%s%s" % (p1, p2)\n',
    "join": 'p1 = "{0}"\np2 = "{1}"\n{name} = "".join([p1, p2])\n',
    "attributes": "self.p1 = '{0}'\nself.p2 = '{1}'\nself.{name} = self.p1 + self.p2\n",
    "JavaScript": 'const p1 = "{0}";\nlet p2 = "{1}";\nvar {name} = p1 + p2;\n',
    "template": "const p1 = '{0}';\nconst p2 = '{1}';\nconst {name} = `${{p1}}${{p2}}`;\n",
    "array": "const p1 = '{0}', p2 = '{1}';\nconst {name} = [p1, p2].join('');\n",
    "TypeScript": 'const p1: string = "{0}";\nconst p2: string = "{1}";\nlet {name} = p1 + p2;\n',
    "concat": 'String p1 = "{0}";\nString p2 = "{1}";\n{name} = Strings.concat(p1, p2);\n',
    "Java": 'String p1 = "{0}";\nString p2 = "{1}";\nString {name} = p1 + p2;\n',
    "Go": 'p1 := "{0}"\np2 := "{1}"\n{name} := p1 + p2\n',
    "PHP": "$p1 = '{0}';\n$p2 = '{1}';\n${name} = $p1 . $p2;\n",
    "PHP without blanks": "$p1='{0}';\n$p2='{1}';\n${name}=$p1.$p2;\n",
    "Ruby": 'p1 = "{0}"\np2 = "{1}"\n{name} = "#{{p1}}#{{p2}}"\n',
    "Lua": "local p1 = '{0}'\nlocal p2 = '{1}'\n{name} = p1 .. p2\n",
    "a shell": 'P1={0}\nP2={1}\nexport {name}="$P1$P2"\n',
    "a shell with braces": "P1='{0}'\nP2=\"{1}\"\n{name}=${{P1}}${{P2}}\n",
    "PowerShell": '$p1 = "{0}"\r\n$p2 = "{1}"\r\n${name} = "$p1$p2"\r\n',
    "the other order": "p2 = '{1}'\np1 = '{0}'\n{name} = p1 + p2\n",
    "lines between": "p1 = '{0}'\nx = 1\n\n\ny = 2\np2 = '{1}'\n\n# here\n{name} = p1 + p2\n",
    "the joint first": "def f():\n    {name} = p1 + p2\n\np1 = '{0}'\np2 = '{1}'\n",
    "one literal": "p1 = '{0}'\n{name} = p1 + '{1}'\n",
    "a diff": "+p1 = '{0}'\n+p2 = '{1}'\n+{name} = p1 + p2\n",
    "indented": "    p1 = '{0}'\r\n    p2 = '{1}'\r\n    {name} = p1 + p2\r\n",
    "commented": "# p1 = '{0}'\n# p2 = '{1}'\n# {name} = p1 + p2\n",
    "an argument": "p1 = '{0}'\np2 = '{1}'\nclient({name}=p1 + p2, region=x)\n",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_programs_join(revealed: Callable[[str], set[str]], program: str) -> None:
    generator = Generator(program)
    key_id, secret = generator.access_key_id(), generator.secret_access_key()
    for name, value in (("key_id", key_id), ("aws_secret_access_key", secret)):
        halves = value[: len(value) // 2], value[len(value) // 2 :]
        assert value in revealed(PROGRAMS[program].format(*halves, name=name))


def test_both_make_a_pair() -> None:
    generator = Generator("pair")
    key_id, secret = generator.access_key_id(), generator.secret_access_key()
    text = encode(f"aws_key = {key_id}\naws_secret_access_key = {secret}\n".encode())
    (found,) = scan_bytes(text, "x.py", shipped_rules())
    assert found.rule_id == "aws-access-key-pair"
    assert {each.reveal().decode() for each in found.values.values()} == {key_id, secret}


OTHER = {
    "joined with something else": "p1 = '{0}'\np2 = 'x'\nkey = p1 + p2\n",
    "not joined": "p1 = '{0}'\np2 = '{1}'\nkey = p1, p2\n",
    "arguments": "p1 = '{0}'\np2 = '{1}'\ncall(p1, p2)\n",
    "a prefix": "PREFIX = 'AKIA'\nok = value.startswith(PREFIX)\n",
    "unknown": "p1 = '{0}'\nsecret_access_key = p1 + p3\n",
    "far away": "p1 = '{0}'\n" + "# x\n" * 3000 + "p2 = '{1}'\nkey = p1 + p2\n",
    "another name": "p1 = '{0}'\np12 = '{1}'\nkey = xp1 + p12\n",
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_value(revealed: Callable[[str], set[str]], what: str) -> None:
    key_id = Generator(what).access_key_id()
    assert revealed(OTHER[what].format(key_id[:10], key_id[10:])) == set()


def test_words_that_are_joined_are_no_secret(revealed: Callable[[str], set[str]]) -> None:
    halves = "thisIsNotARealSecret", "andNeitherIsThisHere"
    text = "p1 = '{}'\np2 = '{}'\naws_secret_access_key = p1 + p2\n".format(*halves)
    assert revealed(text) == set()


def test_the_last_value_before_the_joint_counts(peel: Any) -> None:
    text = b"p1 = '%b'\np2 = 'other'\np2 = '%b'\nk = p1 + p2\np2 = 'later'\n" % (_FIRST, _SECOND)
    assert [made for made in peel(text) if _FIRST + _SECOND in made.data]
