"""What an object names: a commit its tree and its parents, a tree its entries, a tag an object.

The formats are those of gitdatamodel(7). What is not in such a form names nothing here: whether an
object is well-formed is for `git fsck` to say.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.git.changes import SUBMODULE

_ID: Final = b"(?:[0-9a-f]{40}|[0-9a-f]{64})"
_COMMIT: Final = re.compile(b"tree (%b)\n((?:parent %b\n)*)" % (_ID, _ID))
_TAG: Final = re.compile(b"object (%b)\n" % _ID)
_OF_TREE: Final = {
    size: re.compile(rb"([0-7]{5,6}) [^\0]+\0(.{%d})" % size, re.DOTALL) for size in (20, 32)
}


def named_by(kind: str, data: bytes, hash_size: int) -> list[bytes]:
    """Return the binary IDs of what `data`, an object of `kind`, names.

    The commits of submodules are not among them: they belong to another repository.
    """
    if kind == "tree":
        entries = _OF_TREE[hash_size].findall(data)
        return [name for mode, name in entries if mode != SUBMODULE]
    if kind == "commit" and (head := _COMMIT.match(data)):
        return [bytes.fromhex(name.decode()) for name in (head[1], *head[2].split()[1::2])]
    if kind == "tag" and (head := _TAG.match(data)):
        return [bytes.fromhex(head[1].decode())]
    return []
