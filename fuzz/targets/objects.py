"""Objects of git that anybody can have made: loose files, commits, tags, trees, pointers of LFS."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from fuzz.files import written
from fuzz.interface import Target, require
from fuzz.planted import KEY_ID, PLANTED, examiner
from fuzz.recipe import Recipe
from scanner.git.lfs import pointer_to
from scanner.git.object_store import _listed, _unquoted, is_named, read_loose
from scanner.git.pack_index import PackError
from scanner.git.records import _person, tag_target
from scanner.history.objects.name_search import names_in_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

_LARGEST: Final = 1 << 20


def _loose(data: bytes) -> None:
    """Read a loose object: the input itself, or deflated by what its first byte asks for."""
    stored = zlib.compress(data[1:], data[0] % 10) if data and data[0] < 128 else data[1:]
    try:
        kind, size, content = read_loose(written("loose", stored), _LARGEST)
    except PackError:
        return
    if content is None:
        require(size > _LARGEST, "an object that is small enough is read")
        return
    inflating = zlib.decompressobj()
    whole = inflating.decompress(stored, _LARGEST + 99)
    require(whole == b"%b %d\0%b" % (kind.encode(), size, content), "an object is what is stored")
    is_named("0" * 40, kind, content)


def _loose_seeds() -> Iterable[bytes]:
    for kind in (b"blob", b"commit", b"tree", b"tag"):
        whole = b"%b %d\0%b" % (kind, len(PLANTED), PLANTED)
        yield b"\x06" + whole
        yield b"\xff" + zlib.compress(whole)
    yield b"\x06blob 99999999999\0x"


def _records(data: bytes) -> None:
    person = _person(data)
    require(
        bool(re.fullmatch(r"-?\d+-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", person.date)), "a date"
    )
    name, kind = tag_target(data)
    require(bool(name) == bool(kind) or not name, "a target has a kind")
    pointed = pointer_to(data)
    require(not pointed or PLANTED not in data, "a pointer has nothing in it besides itself")
    for path in _listed(data.replace(b"\0", b"").decode("utf-8", "surrogateescape")):
        require("\0" not in path, "a path has no null byte")
    path_of_line = _unquoted(data)
    require(path_of_line == data or b"\0" not in path_of_line, "nor has one out of quotes")


def _record_seeds() -> Iterable[bytes]:
    author = b"author A U Thor <a@example.com> 1700000000 +0100\n"
    yield b"tree %b\n%bcommitter %b\nmessage\n" % (b"0" * 40, author, author)
    yield b"object %b\ntype commit\ntag v1\ntagger %b\n" % (b"0" * 40, author)
    yield b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 12\n" % (b"0" * 64)
    yield b'"../a\\303\\244/objects":/other'


_MODES: Final = (b"100644", b"100755", b"120000", b"160000", b"40000", b"100664")


def _trees(data: bytes) -> None:
    """Look for the name with a key ID in a tree of names and IDs that the input chooses."""
    recipe = Recipe(data)
    planted = recipe.number(8)
    tree, wanted = b"", b""
    for number in range(8):
        mode = _MODES[recipe.number(len(_MODES))]
        name = recipe.piece(recipe.number(64)).translate(None, b"\0/")
        if number == planted:
            # No letter or digit next to the ID, which would be a part of a longer word there.
            name = wanted = name + b"-" + KEY_ID + b"-" + name
        tree += b"%b %b\0%b" % (mode, name or b"x", recipe.piece(20).ljust(20, b"\1"))
    spots = examiner().catalogue.index.search_bytes(tree)
    require(wanted in names_in_tree(tree, spots), "a name in which anchors are is searched")


def _tree_seeds() -> Iterable[bytes]:
    yield b""
    yield bytes((3, 0, 5)) + b"a.txt" + b"\0" * 20 + bytes((4, 3)) + b"dir" + b"100644 \0" * 3


TARGETS: Final = (
    Target("loose", "a loose object is refused or is what is stored", _loose, _loose_seeds, 2048),
    Target("records", "commits, tags and pointers raise nothing", _records, _record_seeds, 1024),
    Target("trees", "a name with a key ID is found in any tree", _trees, _tree_seeds, 1024),
)
