"""Base64 in place: Kubernetes secrets, user-data, profiles and commands that were encoded whole.

What is worth decoding is known by what it holds. Three bytes make four characters, so a word looks
different for each of its three possible positions: at each one some of its characters depend on
nothing but the word (see `encoded_forms`). The form also shows where a group of four begins, so a
piece of base64 that is glued to something else is still decoded correctly. A secret access key
encoded alone has no word: it is 54 characters, 55 with its line feed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.decoders.base64_block import Block

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


def twice_encoded_forms(word: bytes) -> tuple[tuple[bytes, int], ...]:
    """Return how `word` looks inside base64 of base64: the forms of each of its forms."""
    return tuple(outer for inner, _ in encoded_forms(word) for outer in encoded_forms(inner))


_KEY_ID_HEADS = (b"AKIA", b"ASIA")
_WORDS = (
    # In `aws_secret_access_key`, `SecretAccessKey`, `AWS_SECRET_KEY`: a profile without its key ID.
    *(b"ecret", b"ECRET"),
    # PowerShell encodes commands as UTF-16.
    b"A\0K\0I\0A\0",
    # What the other kinds of credentials have in them, as their rules look for it in clear.
    *(b"Jb3JpZ2lu", b"GZXIvYXdz"),  # session tokens
    *(b"da2-", b"-at-", b"-api-key-", b"eyMaterial", b"k8s-aws-v1.", b"amzn1.oa2-cs", b"amzn.mws."),
    *(b".signin.a", b"Atzr|", b"Atza|", b"otpauth:", b"-----BEGIN", b"v1.public.", b"@git"),
    *(b"eyJhbGci", b"eyJraWQi", b"eyJ0eXAi", b"PHNhbWw", b"execute-api"),  # JWT and SAML heads
    *(b"SMTP_", b"smtp", b"EMAIL_"),  # around a password of SES, which has no form of its own
    *(b"eyJ2ZXIi", b"eyJwYXls"),  # CodeArtifact: {"ver"; ECR: {"payl
    *(b"QVdTOmV5", b"LWF0LT", b"1hdC0", b"tYXQt"),  # base64 in them already: `AWS:ey`, `-at-1`
)
_FORMS: tuple[tuple[bytes, int], ...] = tuple(
    dict.fromkeys(
        (
            *(form for word in (*_KEY_ID_HEADS, *_WORDS) for form in encoded_forms(word)),
            # Values that were encoded by a program that encodes, such as `kubectl`, once more.
            *(
                form
                for word in (*_KEY_ID_HEADS, b"ecret", b"ECRET")
                for form in twice_encoded_forms(word)
            ),
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
_BINARY = tuple(encoded_forms(start)[0][0] for start in (b"\x1f\x8b\x08", b"PK\3\4"))
_ALONE = tuple(encoded_forms(head)[0][0] for head in _KEY_ID_HEADS)
"""How a key ID begins that is encoded by itself, which gives no more than 27 characters."""
_RUNS = (54, 55, 59, 60, 75)
"""Characters of base64 without padding that come from 40 bytes, and 41 with a line feed: a secret;
from 44 and 45: an SES or CodeCommit password; and from the 56 that a secret has encoded."""
_LOWER_RUNS = (64, 66, 67, 68, 70, 71, 72, 74, 75)
"""The same of 48 to 56 bytes: a client secret of Cognito. 76 is a line of any wrapped base64."""
_GROUPS = 2
"""Groups of four characters at the beginning of a run that are compared with what they can be."""


def _begins(alphabet: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return how base64 of text in `alphabet` begins: the first characters, and those that follow.

    One identifier in a hundred begins like that, and identifiers are most of the runs.
    """
    sets = (
        {byte >> 2 for byte in alphabet},
        {(one & 3) << 4 | other >> 4 for one in alphabet for other in alphabet},
        {(one & 15) << 2 | other >> 6 for one in alphabet for other in alphabet},
        {byte & 63 for byte in alphabet},
    )
    first, *then = [bytes(_ALPHABET[value] for value in sorted(values)) for values in sets]
    return first, tuple(([first, *then] * _GROUPS)[1:])


_LONE = (
    rb"[A-Za-z0-9+/]{40}\n?|[AB][A-Za-z0-9+/]{43}\n?|[A-Za-z0-9+/]{43}=\n?|[a-z0-9]{48,56}\n?"
    rb"|[A-Za-z0-9+/]{54}==|[A-Za-z0-9+/]{55}="
)
"""What is a value by itself when it comes out: its alphabet is a stronger test than padding."""
_LABEL = 160
"""Bytes of its line before a lone secret that are kept with it, since its name is among them."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base64 around `offsets` encodes."""
    import re

    from scanner.decoders.base64_block import Block
    from scanner.decoders.base64_values import is_text, values_near

    data = layer.data
    standard = Block(data, re.compile(rb"[A-Za-z0-9+/]+"))
    url_safe = Block(data, re.compile(rb"[A-Za-z0-9_-]+"))
    done: set[tuple[int, int, int]] = set()
    signs: list[int] = []
    for offset in offsets:
        lone = _lone_value(layer, offset, budget)
        if lone:
            signs.append(offset)
            yield lone
        for form, phase in _forms_at(data, offset):
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
                    found = _decoded(layer, block, skip, budget)
                    if found and (form in _BINARY or is_text(found.data)):
                        signs.append(offset)
                    if found:
                        yield found
    yield from values_near(layer, signs, budget)


def _forms_at(data: bytes, offset: int) -> list[tuple[bytes, int]]:
    """Return the forms that begin at `offset`, with their phase."""
    by_head = _FORMS_BY_HEAD.get(data[offset : offset + 3], ())
    return [known for known in by_head if data.startswith(known[0], offset)]


def _lone_value(layer: Layer, offset: int, budget: Budget) -> Layer | None:
    """Return the line up to a value that is encoded alone at `offset`, with the value decoded."""
    import re

    data = layer.data
    found = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{54,75}(?![A-Za-z0-9+/])").match(
        data, offset
    )
    if not found or len(found[0]) % 4 == 1:
        return None

    from binascii import a2b_base64

    from scanner.decoders.base64_block import Base64Map

    value = a2b_base64(found[0] + b"=" * (-len(found[0]) % 4))
    if not re.fullmatch(_LONE, value):
        return None

    start = max(data.rfind(b"\n", 0, offset) + 1, offset - _LABEL)
    label = data[start:offset]
    if not budget.take(len(label) + len(value)):
        _leave(layer, budget)
        return None
    offsets = Base64Map(data, offset, found.end(), 0, len(label))
    return Layer(label + value, below=layer, decoder="base64", offsets=offsets)


def _decoded(layer: Layer, block: Block, skip: int, budget: Budget) -> Layer | None:
    from binascii import a2b_base64

    from scanner.decoders.base64_block import Base64Map

    text = block.characters()[skip:]
    # One character left over is no byte.
    if len(text) % 4 == 1:
        text = text[:-1]
    if not budget.take(len(text) * 3 // 4):
        _leave(layer, budget)
        return None
    content = a2b_base64(text.translate(_TO_STANDARD) + b"=" * (-len(text) % 4))
    offsets = Base64Map(layer.data, block.begin, block.end, skip, 0)
    return Layer(content, below=layer, decoder="base64", offsets=offsets)


def _leave(layer: Layer, budget: Budget) -> None:
    from scanner.decoders.layers import LIMIT, path_of

    budget.leave(LIMIT, f"more base64 than is decoded: {path_of(layer, '')}")


_FORMS_BY_HEAD: dict[bytes, list[tuple[bytes, int]]] = {}
for _form in _FORMS:
    _FORMS_BY_HEAD.setdefault(_form[0][:3], []).append(_form)

# `a2b_base64` knows the standard alphabet only: RFC 4648, sections 4 and 5.
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")

ENCODED = tuple(form for form, _ in _FORMS if form not in _ALONE)
"""What is looked for in runs of base64, which pieces of base64 are as well."""


def _lone_runs(sizes: Iterable[int], alphabet: bytes) -> Iterator[Anchor]:
    first, then = _begins(alphabet)
    for size in sizes:
        yield Anchor(
            run=size, after=b"=" if size % 4 else b"", first=first, then=then, case="mixed"
        )


DECODER = Decoder(
    "base64",
    (),
    (
        *(Anchor(form) for form in _ALONE),
        *(Anchor(form, encoded=True) for form in ENCODED),
        *_lone_runs(_RUNS, _ALPHABET),
        *_lone_runs(_LOWER_RUNS, b"abcdefghijklmnopqrstuvwxyz0123456789"),
    ),
    decode,
    Description(
        (
            "base64 of `AKIA`, `ASIA`, `ecret`, `ECRET`, UTF-16 `AKIA` and what rules look for "
            "(`da2-`, `-at-`, `k8s-aws-v1.`, ...) in each of their three forms, of the first four "
            "also in base64 of base64; base64 that begins with gzip, ZIP or a session token; gzip "
            "encoded twice; 54 to 75 characters that are a lone secret or password"
        ),
        (
            "the whole block, through line breaks and indentation, standard or URL-safe; of a "
            "lone secret also the name before it; the lines around it with all their values "
            "decoded"
        ),
        "the encoded characters",
    ),
)
