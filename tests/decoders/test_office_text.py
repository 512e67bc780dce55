"""Office documents: values that are cut into runs, in every format."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import office_text
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def encode(content: bytes) -> bytes:
    """Return `content` as a paragraph of a Word document, for test_registry.py."""
    escaped = content.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    return HEAD.encode() + b"<w:document><w:p><w:t>%b</w:t></w:p></w:document>" % escaped


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (3, 6, 3, 11))


def halves(text: str, *, at: int, run: str) -> str:
    """Return `text` in two runs."""
    return run.format(text[:at]) + "<w:proofErr/>" + run.format(text[at:])


WORD = '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
FORMATS = {
    "word/document.xml": ("<w:document>{}{}</w:document>", "<w:p>{}</w:p>", WORD),
    "word/header1.xml": ("<w:hdr>{}{}</w:hdr>", "<w:p>{}</w:p>", WORD),
    "xl/sharedStrings.xml": ("<sst>{}{}</sst>", "<si>{}</si>", "<r><rPr/><t>{}</t></r>"),
    "ppt/slides/slide1.xml": (
        "<p:sld>{}{}</p:sld>", "<a:p>{}</a:p>", '<a:r><a:rPr lang="en"/><a:t>{}</a:t></a:r>',
    ),
    "content.xml": (
        "<office:document-content>{}{}</office:document-content>",
        "<text:p>{}</text:p>",
        '<text:span text:style-name="T1">{}</text:span>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", FORMATS)
@pytest.mark.parametrize("at", [1, 4, 11, 19])
def test_a_pair_in_runs(part, at):
    made = Generator(f"{part} {at}")
    key_id, secret = made.access_key_id(), made.secret_access_key()
    document, paragraph, run = FORMATS[part]
    lines = [paragraph.format(halves(text, at=at, run=run)) for text in (key_id, secret)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, HEAD + document.format(*lines))
    (finding,) = scan_bytes(file.getvalue(), "", shipped_rules())
    assert finding.rule_id == "aws-access-key-pair"
    assert finding.values["secret"].reveal() == secret.encode()
    assert {at.member for at in finding.locations} == {part}


def test_paragraphs_and_references(peel):
    data = encode(b"a & b").replace(b"</w:p>", b"</w:p><w:p>&#x2F;<w:br/>&#43;&#8364;</w:p>")
    (layer,) = peel(data, decoders=(office_text.DECODER,))
    assert layer.data.split(b"\n") == [b"", b"a & b", b"/", b"+ ", b""]


@pytest.mark.parametrize("text", [b"<?xml?><project>", b"<?xml?><svg>", b"<?xml"])
def test_other_xml_is_left(text):
    assert office_text.DECODER.applies is not None
    assert not office_text.DECODER.applies(text)


@given(st.text("<>&;#x/wp:t019 \n", max_size=400))
def test_markup_that_lies(peel, text):
    data = HEAD.encode() + b"<sst>" + text.encode()
    for layer in peel(data, Budget(size=1 << 16), (office_text.DECODER,)):
        layer.place(0, len(layer.data))
