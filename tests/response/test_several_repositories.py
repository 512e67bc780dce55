"""The response to a report of several repositories orders over all of them."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from scanner.response.formats import load
from scanner.response.order import Urgency

OBJECT = "b" * 40


def inside(builders: Any, repository: str, **past: Any) -> dict[str, Any]:
    return {"repository": repository, "history": builders.history(**past)}


def of_several(builders: Any, **past: Any) -> dict[str, Any]:
    """Return a pair that one repository has pushed and another one has in HEAD."""
    found: dict[str, Any] = builders.pair()
    for number, at in enumerate(found["locations"]):
        at |= {"path": f"my repos/a/key{number}", "repository": "my repos/a", "object": OBJECT,
               "scope": "history", "commit": builders.COMMIT}  # fmt: skip
    return found | {
        "history": builders.history(**{"pushed": True, **past}),
        "repositories": [
            inside(builders, "b", pushed=True, in_head=False),
            inside(builders, "my repos/a", pushed=False, in_head=True),
        ],
    }


def test_one_that_pushed_it_decides(builders: Any) -> None:
    alone = builders.pair() | {"history": builders.history(pushed=False)}
    plan = builders.plan(alone, of_several(builders), kind="history")
    assert [entry.urgency for entry in plan.entries] == [Urgency.EXPOSED, Urgency.OPEN]


@pytest.mark.parametrize("name", ["text", "markdown", "html", "json"])
def test_every_format_names_the_repositories(builders: Any, name: str) -> None:
    text = "".join(load(name)(builders.plan(of_several(builders), kind="history"), False))
    assert "my repos/a" in text
    assert "git -C" in text


def test_the_history_of_each_clone_is_rewritten(builders: Any) -> None:
    plan = builders.plan(of_several(builders), kind="history")
    (rewrite,) = (step for step in plan.afterwards if step.id == "rewrite")
    assert any('git -C "$CLONE" filter-repo' in command for command in rewrite.commands)
    alone = builders.plan(builders.pair(), kind="history")
    (rewrite,) = (step for step in alone.afterwards if step.id == "rewrite")
    assert not any("CLONE" in command for command in rewrite.commands)


def test_the_command_that_prints_the_key_id_names_the_repository(builders: Any) -> None:
    (entry,) = builders.plan(of_several(builders), kind="history").entries
    assert shlex.split(entry.lookup)[:5] == ["git", "-C", "my repos/a", "cat-file", "-p"]
    assert entry.where.startswith("In the directory where the scan was made,")


@pytest.mark.parametrize("name", ["https://example.com/team/app", "a\x1b[2J"])
def test_what_is_no_path_is_in_no_command(builders: Any, name: str) -> None:
    found = of_several(builders)
    for at in found["locations"]:
        at["repository"] = name
    (entry,) = builders.plan(found, kind="history").entries
    assert entry.lookup.startswith(f"git cat-file -p {OBJECT}")
    assert entry.where.startswith(f"In a clone of {name},")


def test_what_more_repositories_have_comes_first_among_equals(builders: Any) -> None:
    wide = of_several(builders)
    narrow = of_several(builders)
    narrow["repositories"] = narrow["repositories"][1:]
    for at in narrow["locations"]:
        at["path"] = f"a/{at['path']}"
    narrow["history"] = builders.history(
        first={**narrow["history"]["first"], "author_date": "2020-01-01T00:00:00Z"}
    )
    plan = builders.plan(narrow, wide, kind="history")
    assert [len(entry.leak.finding.repositories) for entry in plan.entries] == [2, 1]
