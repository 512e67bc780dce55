"""What a plan says first, what it leaves out, and what it does not say of what it cannot know."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scanner.liveness.canaries import known_accounts
from scanner.response.formats import load
from scanner.response.leak import ResponseKind
from scanner.response.order import Urgency


def rendered(plan: Any, name: str = "text") -> str:
    return "".join(load(name)(plan, False))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def steps_of(plan: Any) -> dict[str, Any]:
    return {step.id: step for step in plan.entries[0].steps}


# Many credentials


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_is_done_first_stands_under_the_head(builders: Any, name: str) -> None:
    role = builders.STATES["live-role"]
    plan = builders.plan(builders.STATES["live"], role, *(builders.pair() for _ in range(3)))
    head = flat("\n".join(rendered(plan, name).split("\n")[:10]))
    assert "First: number 1, step 1: deactivate the key. Then number 2, step 1: revoke" in head
    assert "Then number 3, steps 1 and 2: deactivate the key. Then the others in their order" in (
        head
    )


def test_what_needs_nobody_is_not_first(builders: Any) -> None:
    for name in ("canary", "foreign", "expired", "note"):
        found = builders.STATES[name]
        plan = builders.plan(found, {**found, "fingerprint": "0" * 32})
        assert len(plan.entries) == 2
        assert "First:" not in rendered(plan)
    plan = builders.plan(builders.STATES["foreign"], builders.pair(), builders.pair())
    assert "First: number 1, steps 1 and 2: deactivate the key. Then number 2" in (
        flat(rendered(plan))
    )
    assert "First:" not in rendered(builders.plan(builders.pair()))


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_the_overview_ends_after_twenty(builders: Any, name: str) -> None:
    for number, more in ((20, ""), (21, "and 1 more, below"), (1025, "and 1,005 more, below")):
        plan = builders.plan(*(builders.pair() for _ in range(number)))
        head = rendered(plan, name).partition("Before you begin")[0]
        assert len(re.findall(r"(?m)^ *[0-9]+\. ", head)) == 20
        assert ("more, below" in head) is bool(more)
        assert more in head


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_steps_that_are_the_same_are_written_once(builders: Any, name: str) -> None:
    pairs = [builders.pair() for _ in range(3)]
    plan = builders.plan(*pairs, builders.KINDS["ecr-password"])
    output = flat(rendered(plan, name))
    assert output.count("--status Inactive") == 1
    assert output.count("The steps are the same as for number 1.") == 2
    for found in pairs:
        assert f"KEY_ID='{found['values']['key_id']}'" in output
    told = rendered(plan, "json")
    assert told.count("--status Inactive") == 3
    assert "The steps are" not in told
    assert output.count("IAM Roles Anywhere") == 1
    workflow = builders.pair(path=".github/workflows/deploy.yml")
    output = flat(rendered(builders.plan(*pairs, workflow), name))
    assert output.count("IAM Roles Anywhere") == output.count("GitHub Actions: OpenID") == 1


def test_a_step_that_differs_is_written_out(builders: Any) -> None:
    china = builders.pair("ASIA", liveness=builders.live(
        f"arn:aws-cn:sts::{builders.ACCOUNT}:assumed-role/deploy/ci-7", "role"))  # fmt: skip
    alone = {**builders.pair(), "account_id": None}
    plan = builders.plan(builders.pair(), alone, china)
    output = flat(rendered(plan))
    assert "The steps are those of number 2, except step 1." in output
    assert output.count("aws sts get-access-key-info") == 1


# The first step


def test_a_key_of_a_known_user_is_deactivated_in_step_1(builders: Any) -> None:
    ids = [*steps_of(builders.plan(builders.STATES["live"]))]
    assert ids[:2] == ["deactivate", "last-use"]
    plan = builders.plan(builders.pair())
    assert [*steps_of(plan)][:3] == ["find-owner", "deactivate", "last-use"]
    assert steps_of(plan)["find-owner"].title == "Find the user, whose name the next step needs"
    for name in ("live", "user-access-key"):
        steps = steps_of(builders.plan(builders.ALL[name]))
        assert steps["deactivate"].title == "Deactivate the key"
    assert "`None`" in " ".join(steps["find-owner"].text)


def test_what_is_staged_is_taken_out_first(builders: Any) -> None:
    plan = builders.plan(builders.pair(path="a b.env"), builders.pair(path="c/.env"), kind="staged")
    by_path = {entry.leak.finding.locations[0].path: entry for entry in plan.entries}
    entry = by_path["c/.env"]
    assert entry.steps[0].id == "unstage"
    assert entry.steps[0].commands == ('git restore --staged -- ":(top,literal)$FILE"',)
    assert "FILE=c/.env" in entry.setup
    assert entry.steps[1].text[0].startswith("If the file was anywhere else")
    odd = by_path["a b.env"]
    assert odd.steps[0].commands == ()
    assert "`git restore --staged -- FILE`" in " ".join(odd.steps[0].text)
    assert "FILE=" not in " ".join(odd.setup)
    plan = builders.plan(builders.STATES["canary"], builders.STATES["foreign"], kind="staged")
    assert all(entry.steps[0].id == "leave" for entry in plan.entries)


@pytest.mark.parametrize(
    "path", ["$(id)", "`id`", "a;b", "a b", "a'b", 'a"b', "a\nb", "a*", "a\x1b", "é", "\\", ""]
)
def test_a_path_that_is_not_plain_is_in_no_command(builders: Any, path: str) -> None:
    (entry,) = builders.plan(builders.pair(path=path), kind="staged").entries
    assert entry.steps[0].id == "unstage"
    assert entry.steps[0].commands == ()
    assert not any(path and path in line for line in entry.setup)


# Decoys


def test_a_known_canary_is_one_without_an_answer(builders: Any) -> None:
    decoy = builders.pair(account_id=min(known_accounts()), severity="critical")
    plan = builders.plan(decoy, builders.pair())
    second = plan.entries[1]
    assert (second.playbook, second.urgency) == ("canary", Urgency.CANARY)
    assert "Treat it as live" not in " ".join(second.notes)
    assert plan.afterwards[0].title == "Remove them from the files, except the canaries"
    plan = builders.plan(decoy)
    assert [step.id for step in plan.afterwards] == ["prevent"]
    plan = builders.plan({**decoy, "liveness": builders.live()})
    assert plan.entries[0].playbook == ResponseKind.USER_KEY


# What cannot be


def test_an_impossible_key_id_has_the_secret_of_another_key(builders: Any) -> None:
    reason = "no issued key ID has B as its fifth character"
    found = builders.pair(forensics=builders.forensics(impossible=reason))
    (entry,) = builders.plan(found).entries
    assert entry.playbook == ResponseKind.SECRET
    assert entry.leak.account == ""  # that is of the key ID
    assert "KEY_ID='<access key ID>'" in " ".join(
        command for step in entry.steps for command in step.commands
    )
    text = flat(rendered(builders.plan(found)))
    assert reason in text
    assert "may belong to another key" in text
    asked = {**found, "liveness": builders.liveness("unverifiable", reason="impossible-id")}
    assert builders.plan(asked).entries[0].notes == entry.notes
    live = {**found, "liveness": builders.live()}
    assert builders.plan(live).entries[0].playbook == ResponseKind.USER_KEY


def test_an_identity_that_contradicts_the_key_id_is_hardly_that_of_aws(builders: Any) -> None:
    for account, expected in (("210987654321", True), (builders.ACCOUNT, False), (None, False)):
        found = {**builders.pair(liveness=builders.live()), "account_id": account}
        notes = " ".join(builders.plan(found).entries[0].notes)
        assert ("the endpoint that answered is probably not AWS" in notes) is expected


# The way to the key ID


def test_where_the_key_id_is_encoded_a_report_with_values_has_it(builders: Any) -> None:
    def told(kind: str = "history", **more: Any) -> str:
        at = {**builders.location("key_id", object=builders.COMMIT), **more}
        (entry,) = builders.plan({**builders.pair(), "locations": [at]}, kind=kind).entries
        return " ".join(entry.to_complete)

    anew = "create the report again with `--show-secrets`, and the plan contains it."
    assert f"It is encoded there (base64): {anew}" in told(decoded=["base64"])
    assert f"It is encoded there: {anew}" in told(decoded=["$(id)"])
    assert f"It is in an archive there: {anew}" in told(member="a", decoded=["zip"])
    assert f"Read it there, or {anew}" in told(object=None, kind="scan")
    assert "anew" not in told()


@pytest.mark.parametrize(
    ("kind", "more", "clone"),
    [("staged", {}, False), ("history", {"history": True}, True), ("history", {}, False),
     ("history", {"history": True, "pushed": False}, False),
     ("history", {"history": True, "commit": None}, False),
     ("range", {"commit": "c" * 40}, True), ("push", {"commit": "c" * 40}, False)],
)  # fmt: skip
def test_a_clone_has_what_was_pushed_only(
    builders: Any, kind: str, more: dict[str, Any], clone: bool
) -> None:
    past = builders.history(pushed=more.get("pushed", True)) if "history" in more else None
    commit = more.get("commit", builders.COMMIT if past else None)
    at = builders.location("key_id", object=builders.COMMIT, commit=commit)
    found = {**builders.pair(), "locations": [at], "history": past}
    (entry,) = builders.plan(found, kind=kind).entries
    where = "In a clone of the repository" if clone else "In the repository that was scanned"
    assert entry.to_complete[-1].startswith(where)


# Policies that stay


def test_no_policy_is_left_without_a_word(all_plans: Any) -> None:
    for plan in all_plans:
        for entry in plan.entries:
            commands = [command for step in entry.steps for command in step.commands]
            for step in entry.steps:
                for whose in ("user", "role"):
                    if any(f"iam put-{whose}-policy" in command for command in step.commands):
                        lifted = any(f"iam delete-{whose}-policy" in each for each in commands)
                        assert lifted or "policy can stay" in " ".join(step.text), step


# The order and the overview


def test_what_is_ours_comes_before_what_is_not(builders: Any) -> None:
    foreign = {**builders.STATES["foreign"], "severity": "critical"}
    plan = builders.plan(foreign, builders.pair(severity="low"))
    assert [entry.playbook for entry in plan.entries] == ["user-access-key", "foreign"]
    assert f"foreign account {builders.ACCOUNT}" in rendered(plan)


def test_the_overview_names_the_kind_where_the_value_says_nothing(builders: Any) -> None:
    url = {**builders.KINDS["presigned-url"], "account_id": builders.ACCOUNT}
    head = rendered(builders.plan(url, builders.pair())).partition("Before you begin")[0]
    assert f"Presigned URL, account {builders.ACCOUNT}, deploy.env:1:5" in head
    assert "ht****00" not in head
    assert "AKIA****" in head


# Presigned URLs


def test_nobody_can_ask_about_what_is_no_access_key(builders: Any) -> None:
    for name, said in (
        ("presigned-url", "STS cannot check a URL. Treat it as live until it expires."),
        ("eks-token", "STS can check access keys only. Treat it as live."),
        ("user-access-key", "It was not checked. Treat it as live."),
    ):
        assert builders.plan(builders.KINDS[name]).entries[0].notes[0] == said
        asked = {**builders.KINDS[name], "liveness": builders.liveness("unverifiable",
                 reason="other-kind")}  # fmt: skip
        if name != "user-access-key":
            assert builders.plan(asked).entries[0].notes[0] == said


def test_a_url_can_be_ended_by_step_1(builders: Any) -> None:
    steps = steps_of(builders.plan(builders.KINDS["presigned-url"]))
    shown = "\n".join(next(iter(steps.values())).commands)
    assert '"s3:signatureAge"' in shown
    assert "aws s3api delete-object" in shown
    assert "aws s3api copy-object" in shown
    text = " ".join(steps["deactivate"].text)
    assert "replace" not in text
    assert "you can activate it again" in text


def test_what_expired_did_so_by_its_own_date(builders: Any) -> None:
    assert (
        "It has expired, according to its own date."
        in builders.plan(builders.STATES["over"]).entries[0].notes
    )


# The root user


def test_the_ways_to_end_a_root_key_are_ways(builders: Any) -> None:
    plan = builders.plan(builders.KINDS["root-access-key"])
    titles = [step.title for step in plan.entries[0].steps[:3]]
    assert all(f"(way {number} of 3)" in title for number, title in enumerate(titles, 1))
    assert "ROOT user: LIVE\n" in rendered(plan)
    assert "ROOT USER" not in rendered(plan).partition("\n1. ")[2].split("\n")[0]
    assert "unless a step" in " ".join(plan.before[0].text)


# What is set first


def test_the_names_of_the_credential_before_are_forgotten(all_plans: Any) -> None:
    for plan in all_plans:
        for entry in plan.entries:
            commands = [command for step in entry.steps for command in step.commands]
            uses = any("$USER_NAME" in each or "$ROLE_NAME" in each for each in commands)
            assert (entry.setup[:1] == ("unset USER_NAME ROLE_NAME",)) is uses


def test_one_block_of_code_follows_on_a_sentence(builders: Any) -> None:
    plan = builders.plan(builders.STATES["live"], kind="history")
    assert "```\n\n```" not in rendered(plan, "markdown")
    found = builders.finding(
        "aws-access-key-pair", {"key_id": builders.key_id(), "secret": builders.SECRET}
    )
    assert "    Set first\n         unset" in rendered(builders.plan(found))


def test_a_fresh_clone_is_named_right_before_the_commands(builders: Any) -> None:
    plan = builders.plan(builders.pair(), kind="history")
    rewrite = next(step for step in plan.afterwards if step.id == "rewrite")
    assert rewrite.text[-1] == "In a fresh clone:"
