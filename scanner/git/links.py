"""Which objects an object names: a commit its tree and parents, a tree its entries, a tag one.

The formats are those of gitdatamodel(7). An object in another form names nothing here: whether it
is well-formed is for `git fsck` to check.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.git.changes import SUBMODULE

_ID: Final = b"(?:[0-9a-f]{40}|[0-9a-f]{64})"
_COMMIT: Final = re.compile(b"tree (%b)\n((?:parent %b\n)*)" % (_ID, _ID))
_TAG: Final = re.compile(b"object (%b)\n" % _ID)
# By the size of an ID: 20 bytes with SHA-1, 32 with SHA-256. An entry of a tree is an octal mode, a
# space, a name, NUL and a binary ID.
_OF_TREE: Final = {
    size: re.compile(rb"([0-7]{5,6}) [^\0]+\0(.{%d})" % size, re.DOTALL) for size in (20, 32)
}


def named_by(kind: str, data: bytes, hash_size: int) -> list[bytes]:
    """Return the binary IDs that `data`, the content of an object of `kind`, names.

    `hash_size` is the size of an ID in bytes. The commits of submodules are not among them: they
    belong to another repository.
    """
    if kind == "tree":
        entries = _OF_TREE[hash_size].findall(data)
        return [name for mode, name in entries if mode != SUBMODULE]

    if kind == "commit" and (head := _COMMIT.match(data)):
        return [bytes.fromhex(name.decode()) for name in (head[1], *head[2].split()[1::2])]
    if kind == "tag" and (head := _TAG.match(data)):
        return [bytes.fromhex(head[1].decode())]

    return []
