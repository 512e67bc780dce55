"""Blobs that are read in windows, and what happens where reading them ends early."""

from __future__ import annotations

import pytest

from scanner.engine.examine import Examiner
from scanner.git.pack_index import PackError
from scanner.git.process import GitError
from scanner.history.objects.large_blobs import search_large
from scanner.rulebook import load_rules


@pytest.mark.parametrize("error", [PackError("it ends too early"), GitError("git stopped")])
@pytest.mark.parametrize("pieces", [0, 1])
def test_one_that_cannot_be_read_to_its_end_is_unread(error: Exception, pieces: int) -> None:
    given = iter([b"a line\n"] * pieces)

    def read(_: int) -> bytes:
        for piece in given:
            return piece
        raise error

    swept = search_large(Examiner(load_rules((), ())), "0" * 40, read)
    (notice,) = swept.tally.notices
    assert (notice.reason, notice.hides) == ("unreadable", True)
    assert str(error) in notice.detail
