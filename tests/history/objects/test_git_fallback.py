"""Objects that git has to read: large ones, and what is damaged where we look first."""

from __future__ import annotations

from typing import Any

import pytest

from scanner import rulebook
from scanner.engine.examine import Examiner
from scanner.git.repository import Repository
from scanner.history.objects import git_fallback
from scanner.history.objects.git_fallback import search_with_git


@pytest.fixture
def stored(repository: Any, plant: Any) -> tuple[Repository, str, str]:
    """Commit a key ID of 20 bytes; return the repository, the blob and the commit."""
    repository.write("a", plant.key_id())
    repository.commit()
    names = repository.git("rev-parse", "HEAD:a", "HEAD").split()
    return Repository(str(repository.root)), names[0], names[1]


@pytest.fixture
def examiner() -> Examiner:
    return Examiner(rulebook.load_rules((), ()))


@pytest.mark.parametrize("window", [None, 8])
@pytest.mark.parametrize(("most", "found"), [(0, 1), (20, 1), (19, 0)])
def test_the_largest_size(
    stored: Any, examiner: Examiner, monkeypatch: Any, window: int | None, most: int, found: int
) -> None:
    """A commit is read whatever its size."""
    if window:
        monkeypatch.setattr(git_fallback, "WINDOW", window)
    opened, blob, commit = stored
    swept = search_with_git(opened, examiner, {blob: "it is large", commit: "large"}, most)
    assert len(swept.findings) == found
    assert swept.tally.skipped == ({} if found else {"larger-than-max-size": 1})
    assert (swept.tally.blobs, swept.tally.commits) == (found, 1)
    assert [at.object for each in swept.findings for at in each.locations] == [blob] * found


def test_what_git_has_not_got_either(stored: Any, examiner: Examiner) -> None:
    opened, blob, _ = stored
    lost = "12" * 20
    swept = search_with_git(opened, examiner, {lost: "cut off", blob: "large"})
    (notice,) = swept.tally.notices
    assert (notice.reason, notice.path, notice.hides) == ("missing-object", f"object {lost}", True)
    assert "(cut off)" in notice.detail
    assert len(swept.findings) == 1
