"""Base64 in place: Kubernetes secrets, user-data, profiles and commands that were encoded whole.

Text is known by its bits: no character of ASCII has the highest one, which leaves only some of the
characters of base64 at each place of a group of four. A run that begins with ten such groups is
text, whatever it says, so that each kind of credential is found. One random run in a billion
begins like that, and identifiers and paths do not.

Where text is not at the beginning of a run, words show it. Three bytes make four characters, so a
word looks different for each of its three possible positions: at each one some of its characters
depend on nothing but the word (see `encoded_forms`). The form also shows where a group begins, so a
piece of base64 that is glued to something else is still decoded correctly.

Compressed content shows nothing of what it holds; it is known by its signature, which is where the
encoded content begins (`scanner.decoders.base64_packed`).
"""

from __future__ import annotations

from scanner.content import Layer
from scanner.decoders.base64_packed import PACKED, SHORT, begins_packed, packed_at
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# By value, six bits each: RFC 4648, table 1.
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def encoded_forms(word: bytes) -> tuple[tuple[bytes, int], ...]:
    """Return how `word` looks inside base64, and where in a group of four characters that begins.

    With `n` bytes before it in the group (0, 1, 2) the word begins at bit 8n. A character holds 6
    bits, so the first that belongs to the word entirely begins at the next multiple of 6, and the
    last ends at the last multiple of 6 that is not after the word.
    """
    forms = []
    for before in range(3):
        first = -(-8 * before // 6)
        last = (8 * before + 8 * len(word)) // 6
        # The word, with the bits after the last whole character dropped.
        bits = int.from_bytes(word, "big") >> 8 * (before + len(word)) - 6 * last
        places = range(6 * (last - first - 1), -1, -6)
        forms.append((bytes([_ALPHABET[bits >> place & 63] for place in places]), first % 4))
    return tuple(forms)


_KEY_ID_HEADS = (b"AKIA", b"ASIA")
_WORDS = (
    # In `aws_secret_access_key`, `SecretAccessKey`, `AWS_SECRET_KEY`: a profile without its key ID.
    *(b"ecret", b"ECRET"),
    # PowerShell encodes commands as UTF-16.
    b"A\0K\0I\0A\0",
    *(b"Jb3JpZ2lu", b"GZXIvYXdz"),  # session tokens
)
_FORMS: tuple[tuple[bytes, int], ...] = tuple(
    dict.fromkeys(
        (
            *(form for word in (*_KEY_ID_HEADS, *_WORDS) for form in encoded_forms(word)),
            # Only at the very start: gzip (user-data), ZIP (code of a function), old session
            # tokens, and gzip encoded twice (releases of Helm).
            *(
                encoded_forms(start)[0]
                for start in (
                    b"\x1f\x8b\x08",
                    b"PK\3\4",
                    b"IQoJb3JpZ2lu",
                    b"FwoGZXIvYXdz",
                    b"H4sIA",
                )
            ),
        )
    )
)
_ALONE = tuple(encoded_forms(head)[0][0] for head in _KEY_ID_HEADS)
"""How a key ID begins that is encoded by itself, which gives no more than 27 characters."""
GROUP = (
    # 0SSSSSSS 0SSSSSSS 0SSSSSSS in sixes, where the first byte is none of the control characters
    # but white space.
    rb"[CDI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]"
)
_HEAD = rb"(?:%b){10}" % GROUP
"""What a run of 30 bytes of text or more begins with; no text has a `-` or `_` before the fourth
character of a group, which is where a run of the URL-safe alphabet goes on."""
_WIDE_HEAD = rb"(?:[CDI-Za-f][AQgw][AB][A-Za-z0-9+/]A[A-H][AEIMQUYcgkosw048]A){5}"
"""The same of UTF-16 with the low byte first: PowerShell's `-EncodedCommand`."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base64 around `offsets` encodes."""
    import re
    from functools import partial

    from scanner.decoders.base64_block import Block, begins_line, values_in
    from scanner.decoders.encoded_values import is_in_text, is_line, is_text, values_near
    from scanner.decoders.encodings import BASE64

    data = layer.data
    standard = Block(data, re.compile(rb"[A-Za-z0-9+/]+"))
    url_safe = Block(data, re.compile(rb"[A-Za-z0-9_-]+"))
    head = re.compile(rb"%b|%b" % (_WIDE_HEAD, _HEAD))
    value = re.compile(BASE64.value, re.MULTILINE)
    done: set[tuple[int, int, int]] = set()
    signs: list[int] = []
    unpacked = 0  # up to here compressed content was decoded
    lines: list[tuple[int, int]] = []  # blocks of several: none of them is a value by itself
    known = packed_at(data, offsets)
    for offset in offsets:
        if offset in known:
            start = known[offset]
            standard.move(start)
            url_safe.move(start)
            begun = [
                each
                for each in (standard, url_safe)
                if each.begin == start or begins_line(data, start)
            ]
            block = max(begun, key=lambda each: each.end, default=standard)
            if not begun or start < unpacked:
                continue
            unpacked = block.end
            signs.append(start)
            lines.append((start, unpacked))
            begins = partial(begins_packed, data)
            for begin, end in values_in(data, start, unpacked, begins):
                found = _decoded(layer, begin, end, 0, budget)
                if found:
                    yield found
            continue

        for _, phase in (
            _forms_at(data, offset) or [(b"", 0)][: head.match(data, offset) is not None]
        ):
            standard.move(offset)
            url_safe.move(offset)
            # Both only where neither alphabet explains all that the other does.
            blocks = [
                one
                for one, other in ((standard, url_safe), (url_safe, standard))
                if not (other.begin <= one.begin and one.end <= other.end)
            ]
            for block in blocks or [standard]:
                skip = (block.before(offset) - phase) % 4
                key = block.begin, block.end, skip
                if key not in done and skip <= block.before(offset):
                    done.add(key)
                    found = _decoded(layer, *key, budget)
                    if not found:
                        continue
                    is_block = len(block.characters()) < block.end - block.begin
                    if is_block:
                        lines.append((block.begin, block.end))
                    if is_text(found.data):
                        signs.append(offset)
                        is_value = not is_block and is_line(found.data)
                        if is_value and value.match(data, block.begin) and is_in_text(data, offset):
                            continue  # it comes with its name
                    yield found

    yield from values_near(layer, signs, budget, BASE64, lines)


def _forms_at(data: bytes, offset: int) -> list[tuple[bytes, int]]:
    """Return the forms that begin at `offset`, with their places in a group."""
    by_head = _FORMS_BY_HEAD.get(data[offset : offset + 3], ())
    return [known for known in by_head if data.startswith(known[0], offset)]


def _decoded(layer: Layer, begin: int, end: int, skip: int, budget: Budget) -> Layer | None:
    from binascii import a2b_base64

    from scanner.decoders.base64_block import BlockMap, characters_of
    from scanner.decoders.encodings import TO_STANDARD

    text = characters_of(layer.data[begin:end])[skip:]
    # One character left over is no byte.
    if len(text) % 4 == 1:
        text = text[:-1]
    if not budget.take(len(text) * 3 // 4):
        _leave(layer, budget)
        return None
    content = a2b_base64(text.translate(TO_STANDARD) + b"=" * (-len(text) % 4))
    offsets = BlockMap(layer.data, begin, end, skip)
    return Layer(content, below=layer, decoder="base64", offsets=offsets)


def _leave(layer: Layer, budget: Budget) -> None:
    from scanner.decoders.layers import LIMIT, path_of

    budget.leave(LIMIT, f"more base64 than is decoded: {path_of(layer, '')}")


_FORMS_BY_HEAD: dict[bytes, list[tuple[bytes, int]]] = {}
for _form in _FORMS:
    _FORMS_BY_HEAD.setdefault(_form[0][:3], []).append(_form)

ENCODED = tuple(form for form, _ in _FORMS if form not in _ALONE)
"""What is looked for in runs of base64, which pieces of base64 are as well."""
HEADS = (_WIDE_HEAD, _HEAD)
"""The head of UTF-16 is one of text as well, so it is tried first."""


DECODER = Decoder(
    "base64",
    (),
    (
        *(Anchor(form) for form in (*_ALONE, *SHORT)),
        *(Anchor(form, encoded=True) for form in ENCODED),
        *(Anchor(head=head, case="mixed") for head in (*HEADS, PACKED)),
    ),
    decode,
    Description(
        (
            "a run that begins with 30 bytes of text in base64, also of UTF-16; base64 of `AKIA`, "
            "`ASIA`, `ecret`, `ECRET` and UTF-16 `AKIA` in each of their three forms; base64 that "
            "begins with gzip, ZIP, zlib, bzip2, xz, zstd or a session token; gzip encoded twice"
        ),
        (
            "the whole block, through line breaks and indentation, standard or URL-safe; the lines "
            "around it with all their values decoded in place"
        ),
        "the encoded characters",
    ),
)
