"""All labelled cases of a seed, and the tree of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench.inputs.labelled import harmless
from bench.inputs.labelled.case import Case, Document, Expected, File, fill, plain, roles_of
from bench.inputs.labelled.containers import ARCHIVES, BINARY, packed
from bench.inputs.labelled.documents import FORMATS
from bench.inputs.labelled.encodings import (
    ESCAPES,
    FILES,
    JOINS,
    as_arrays,
    in_pieces,
    wrapped,
)
from bench.inputs.labelled.kinds import ID, KINDS, PAIR, SECRET, TOKEN, Credential, secret
from bench.inputs.labelled.places import PLACES, write
from bench.inputs.labelled.surroundings import GLUED, NAMED, SECRETS
from scanner.rulebook.generator import BASE64, Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_FILE_PLACES: Final = ("INI", "env", "JSON", "YAML", "Python", "properties")
"""What whole files that are encoded or packed hold."""
_HOLDERS: Final = 3
"""How many of these each kind of encoding or archive is tried with, for a kind of credential."""
_MAIN: Final = ("pair", "temporary pair with token", "secret", "Bedrock key")
"""Kinds that every encoding is tried with; the others get some of them, by turns."""


def generate(seed: int) -> list[Case]:
    """Return all cases of `seed`, the same for each call."""
    return [*_plain(seed), *_surrounded(seed), *_formats(seed), *_escaped(seed), *_pieces(seed),
            *_encoded(seed), *_packed(seed), *harmless.cases(seed)]  # fmt: skip


def write_tree(cases: Iterable[Case], root: Path) -> None:
    """Write the files of each of `cases` into a directory of its own below `root`."""
    for number, case in enumerate(cases):
        folder = root / folder_name(number)
        folder.mkdir(parents=True)
        for file in case.files:
            (folder / file.name).write_bytes(file.content)


def folder_name(number: int) -> str:
    """Return the directory of a case by its number, from which a finding is attributed to it."""
    return f"site{number // 100:02}/part{number:05}"


def case_number(path: str) -> int | None:
    """Return the number of the case that `path` belongs to, however a scanner writes it."""
    _, found, rest = path.replace("\\", "/").rpartition("/part")
    digits = rest[:5]
    return int(digits) if found and digits.isdigit() else None


def _made(seed: int, *words: str) -> Generator:
    return Generator("/".join((str(seed), *words)))


def _pick(made: Generator, names: Iterable[str], count: int) -> list[str]:
    left = list(names)
    return [left.pop(made.number(len(left))) for _ in range(min(count, len(left)))]


def _case(kind: str, place: str, encoding: str, credential: Credential, document: Document) -> Case:
    loose = encoding.startswith(("base64", "base32", "hex"))
    file = plain(document, loose=loose)
    return _of(kind, place, encoding, credential)._replace(files=(file,))


def _of(kind: str, place: str, encoding: str, credential: Credential) -> Case:
    values = credential.values
    besides = tuple(values[role] for role in credential.besides)
    return Case(kind, place, encoding, (), values, credential.expected, besides)


def _plain(seed: int) -> Iterator[Case]:
    for kind, make in KINDS.items():
        for name, place in PLACES.items():
            credential = make(_made(seed, kind, name))
            yield _case(kind, name, "plain", credential, write(place, credential.fields))


def _surrounded(seed: int) -> Iterator[Case]:
    for title, table in (("named", NAMED), ("glued", GLUED), ("alone", SECRETS)):
        for name, (file, template) in table.items():
            made = _made(seed, title, name)
            values = {ID: made.access_key_id(), SECRET: secret(made), TOKEN: made.session_token()}
            expected = PAIR._replace(confidence="medium")
            if "<<plain>>" in template:
                values[SECRET] = made.text(BASE64[:62], 40)
                template = template.replace("<<plain>>", "<<secret>>")
            if "<<token>>" in template:
                values[ID] = made.temporary_access_key_id()
            if title == "alone":
                expected = Expected((SECRET,), ("aws-secret-access-key",))

            document = fill(file, template, values)
            used = {role: values[role] for role in roles_of(document)}
            token = (Expected((TOKEN,)),) if TOKEN in used else ()
            kind = "secret" if title == "alone" else "pair"
            yield Case(
                kind, f"{title}: {name}", "plain", (plain(document),), used, (expected, *token)
            )


def _formats(seed: int) -> Iterator[Case]:
    for kind, form in FORMATS.items():
        made = _made(seed, "format", kind)
        values = {role: make(made) for role, make in form.values.items()}
        document = fill(form.name, form.template, values)
        besides = tuple(values[role] for role in form.besides)
        yield Case(kind, "own file", "plain", (plain(document),), values, form.expected, besides)


def _escaped(seed: int) -> Iterator[Case]:
    for kind, make in KINDS.items():
        for encoding, (encode, places) in ESCAPES.items():
            made = _made(seed, kind, encoding)
            for name in _pick(made, places, _HOLDERS if kind in _MAIN else 1):
                credential = make(made)
                bare = PLACES[name]._replace(escape=str)
                document = write(bare, credential.fields).mapped(encode)
                yield _case(kind, name, encoding, _soft(credential), document)


def _pieces(seed: int) -> Iterator[Case]:
    for kind, make in KINDS.items():
        for encoding, (join, places) in JOINS.items():
            made = _made(seed, kind, encoding)
            for name in _pick(made, places, len(places) if kind in _MAIN else 1):
                credential = make(made)
                document = in_pieces(write(PLACES[name], credential.fields), made, join)
                if encoding == "array join":
                    document = as_arrays(document)
                yield _case(kind, name, encoding, _soft(credential), document)

    for width in (64, 70, 76):
        for kind in ("session token", "temporary pair with token"):
            for name, indent in (("YAML", "    "), ("XML, elements", ""), ("chat", "")):
                credential = KINDS[kind](_made(seed, kind, name, str(width)))
                document = wrapped(write(PLACES[name], credential.fields), width, indent)
                yield _case(kind, name, f"wrapped at {width}", _soft(credential), document)


def _encoded(seed: int) -> Iterator[Case]:
    yield from _in_files(seed, FILES, lambda name, document: FILES[name](document))


def _packed(seed: int) -> Iterator[Case]:
    yield from _in_files(seed, ARCHIVES, packed)
    for kind in ("pair", "pair, secret first", "temporary pair with token", "secret"):
        for name, (file, encode) in BINARY.items():
            credential = KINDS[kind](_made(seed, kind, name, "binary"))
            fields = {field.words.replace(" ", "_"): field.value for field in credential.fields}
            content = File(file, encode(fields), {})
            yield _of(kind, name, "binary", _soft(credential))._replace(files=(content,))


def _in_files(
    seed: int, names: Iterable[str], encode: Callable[[str, Document], File]
) -> Iterator[Case]:
    names = list(names)
    for number, (kind, make) in enumerate(KINDS.items()):
        # The others by turns: two thirds of the encodings for each seed.
        for turn, encoding in enumerate(names):
            made = _made(seed, kind, encoding)
            count = _HOLDERS if kind in _MAIN else (turn + number + seed) % 3 > 0
            for place in _pick(made, _FILE_PLACES, int(count)):
                credential = make(made)
                file = encode(encoding, write(PLACES[place], credential.fields))
                yield _of(kind, place, encoding, _soft(credential))._replace(files=(file,))


def _soft(credential: Credential) -> Credential:
    """Return the credential with medium confidence: an encoding is some evidence against it."""
    return credential._replace(
        expected=tuple(each._replace(confidence="medium") for each in credential.expected)
    )
