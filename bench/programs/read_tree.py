"""List a tree and read its files in several processes, and nothing else: the floor for a scan.

`python -I -S read_tree.py TREE PROCESSES`. A program of its own, so that it costs as little as a
Python process can. Each process reads every n-th file into one buffer of 16 MiB.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Read the tree that the arguments name."""
    tree, processes = sys.argv[1], int(sys.argv[2])
    files = list_files(tree)
    children = [_start(files[number::processes]) for number in range(1, processes)]
    read_all(files[::processes])
    for child in children:
        os.waitpid(child, 0)


def list_files(tree: str) -> list[str]:
    """Return the paths of all files below `tree` except those in a `.git`."""
    found = []
    pending = [tree]
    while pending:
        directory = pending.pop()
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != ".git":
                        pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    found.append(entry.path)
    return found


def read_all(files: list[str]) -> int:
    """Read `files` one after the other into the same buffer; return the number of bytes."""
    # One buffer for all: what a scan adds to that is what it costs to keep the content.
    buffer = [bytearray(16 << 20)]
    total = 0
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        while number := os.readv(descriptor, buffer):
            total += number
            # A short read is the end of a regular file: one call less for nearly all of them.
            if number < len(buffer[0]):
                break
        os.close(descriptor)
    return total


def _start(files: list[str]) -> int:
    child = os.fork()
    if child == 0:
        read_all(files)
        os._exit(0)
    return child


if __name__ == "__main__":
    main()
