"""Tags in the middle of a value, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.rulebook.generator import Generator

TAGS = {
    "a break": ("{0}<wbr>{1}", 1),
    "a closed break": ("{0}<wbr/>{1}", 1),
    "a break of XHTML": ("{0}<WBR />{1}", 1),
    "bold": ("{0}<b>{1}</b>", 1),
    "what was found": ("{0}<em class='hlt1'>{1}</em>", 1),
    "what was marked": ("<mark>{0}</mark>{1}", 0),
    "colours of code": ('<span class="s1">{0}</span><span class="s2">{1}</span>', 1),
    "a comment": ("{0}<!-- -->{1}", 1),
    "an empty comment": ("{0}<!---->{1}", 1),
    "an old font": ("{0}<font color=red>{1}</font>", 1),
}
PLACES = {
    "a page": "<p>{}</p>\n",
    "a cell": "<td>{}</td>\r\n",
    "JSON": '{{"html": "<p>{}</p>"}}\n',
    "a diff": "+ <p>{}</p>\n",
    "a comment": "# <code>{}</code>\n",
    "indentation": "        {}\n",
}


def encode(content: bytes) -> bytes:
    """Return `content` with a break in each word of it, for test_registry.py."""
    words = content.replace(b"AKIA", b"AKIA\1").replace(b"_key = ", b"_key = \1")
    parts = words.split(b"\1")
    return parts[0] + b"".join(each[:3] + b"<wbr>" + each[3:] for each in parts[1:])


EXAMPLE = (b"x\nid AKIA<b>22</b>33 VAL\n", b"AKIA2233", (2, 4, 2, 19))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", TAGS)
def test_a_tag_in_a_value(what: str, place: str, revealed: Callable[[str], set[str]]) -> None:
    generator = Generator(what)
    key_id, secret = generator.access_key_id(), generator.secret_access_key()
    form, _ = TAGS[what]
    for name, value in (("id", key_id), ("aws_secret_access_key =", secret)):
        text = PLACES[place].format(f"{name} {form.format(value[:7], value[7:])}")
        assert value in revealed(text)


@pytest.mark.parametrize("tag", ["<td>", "<br>", "<p>", "</li><li>", "<input>", "<x-y>"])
def test_what_separates_values_stays(tag: str, revealed: Callable[[str], set[str]]) -> None:
    generator = Generator(tag)
    secret = generator.secret_access_key()
    assert revealed(f"aws_secret_access_key {secret[:20]}{tag}{secret[20:]}\n") == set()


@pytest.mark.parametrize(
    "text", ["<b>AKIA</b>", "secret_access_key <b>bold</b> and <i>thin</i>", "AKIA<wbr", "AKIA<"]
)
def test_other_text_gives_no_credential(text: str, revealed: Callable[[str], set[str]]) -> None:
    assert revealed(f"{text}\n") == set()
