"""What is known of a credential, and what is not believed of a report that anybody could make."""

from __future__ import annotations

import base64
import shlex
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.response.leak import ResponseKind, leak_of, redacted
from scanner.response.order import Urgency, ordered, urgency
from scanner.response.variables import assigned, lookup, partition_lines

ACCOUNT = "123456789012"


def test_what_an_answer_of_sts_tells(builders: Any) -> None:
    case = builders.leak(builders.STATES["live"])
    assert (case.user, case.role, case.partition, case.account) == ("alice", "", "aws", ACCOUNT)
    case = builders.leak(builders.STATES["live-role"])
    assert (case.user, case.role, case.partition) == ("", "deploy", "aws")
    case = builders.leak(builders.STATES["live-federated"])
    assert (case.user, case.role) == ("", "")  # the name is what the caller chose


@pytest.mark.parametrize("name", ["service-api-key", "service-password"])
def test_the_user_of_a_service_credential_is_what_it_tells(builders: Any, name: str) -> None:
    assert builders.leak(builders.KINDS[name]).user in ("BedrockAPIKey-abcd", "dev-user")


def test_a_scan_tells_the_user(keycatch: Any, tmp_path: Any, builders: Any) -> None:
    plain = b"BedrockAPIKey-w1xy-at-123456789012:" + base64.b64encode(bytes(range(100, 144)))
    key = "ABSK" + base64.b64encode(plain).decode()
    password = base64.b64encode(bytes(range(150, 182))).decode()
    (tmp_path / "a.env").write_text(f"AWS_BEARER_TOKEN_BEDROCK={key}\n")
    (tmp_path / "b.txt").write_text(
        f"https://dev-user-at-123456789012:{password.replace('=', '%3D').replace('/', '%2F')}"
        "@git-codecommit.us-east-1.amazonaws.com/v1/repos/x\n"
    )
    found = keycatch("scan", "--format", "json", cwd=tmp_path).report()["findings"]
    users = {each["rule_id"]: builders.leak(each).user for each in found}
    assert users["aws-bedrock-api-key"] == "BedrockAPIKey-w1xy"
    assert users["aws-codecommit-password"] == "dev-user"


def test_a_complete_key_id_is_used_and_a_redacted_one_shown(builders: Any) -> None:
    complete = builders.key_id()
    found = builders.finding("aws-access-key-id", {"key_id": complete})
    case = builders.leak(found)
    assert (case.key_id, case.key_id_hint) == (complete, f"{complete[:4]}****{complete[-4:]}")
    case = builders.leak(builders.KINDS["access-key-id"])
    assert case.key_id == ""
    assert case.key_id_hint.startswith("AKIA****")


HOSTILE = [
    "$(touch x)",
    "`id`",
    "a;b",
    "a b",
    "a'b",
    'a"b',
    "a\nb",
    "\x1b[31m",
    "-rf",
    "x" * 65,
    "é",
    "|",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_has_another_form_is_not_known(builders: Any, name: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}".replace("\n", "\\n")
    found = {
        **builders.finding("aws-access-key-pair", {"key_id": name, "secret": "ab****yz"}),
        "liveness": builders.live(arn),
        "forensics": builders.forensics(region=name, expires=name, user=name, signed_by=name),
    }  # fmt: skip
    case = builders.leak(found)
    allowed = {"-rf"} if name == "-rf" else set()  # a name that IAM allows; it is quoted
    told = {case.user, case.key_id, case.region, case.expires, case.role, case.signer}
    assert told <= {"", *allowed}
    del found["liveness"]
    assert builders.leak(found).user in ("", *allowed)


def test_a_partition_that_nobody_knows_is_not_known(builders: Any) -> None:
    found = {**builders.pair(), "liveness": builders.liveness("live", partition="aws-mine")}
    case = builders.leak(found)
    assert case.partition == ""
    assert list(partition_lines(case)) == []


def test_the_region_tells_the_partition(builders: Any) -> None:
    found = {**builders.pair("ASIA"), "forensics": builders.forensics(region="us-gov-east-1")}
    case = builders.leak(found)
    assert case.partition == "aws-us-gov"
    (line,) = partition_lines(case)
    assert line == "export AWS_REGION=us-gov-east-1 AWS_DEFAULT_REGION=us-gov-east-1"


def test_a_region_of_another_partition_does_not_count(builders: Any) -> None:
    found = {
        **builders.pair(), "liveness": builders.liveness("live", partition="aws-cn"),
        "forensics": builders.forensics(region="eu-west-1"),
    }  # fmt: skip
    (line,) = partition_lines(builders.leak(found))
    assert "eu-west-1" not in line


@pytest.mark.parametrize(
    ("expires", "is_over"),
    [("2026-11-21T06:30:00Z", True), ("2026-11-21T06:30:01Z", False),
     ("2026-11-21T07:30:00+02:00", True), ("2026-11-21 06:29:00", True), (None, False),
     ("soon", False), ("0001-01-01T00:00:00+23:59", False)],
)  # fmt: skip
def test_time_that_is_over(builders: Any, expires: str | None, is_over: bool) -> None:
    found = {**builders.KINDS["presigned-url"], "forensics": builders.forensics(expires=expires)}
    assert builders.leak(found).is_over == is_over


def test_now_is_what_decides(builders: Any) -> None:
    saved = builders.saved(builders.KINDS["short-term-api-key"]).findings[0]
    assert not leak_of(saved, builders.NOW).is_over
    assert leak_of(saved, builders.NOW + timedelta(days=1)).is_over


@pytest.mark.parametrize(
    ("values", "prefix", "kind"),
    [
        ({"key_id": "", "secret": ""}, "AKIA", ResponseKind.USER_KEY),
        ({"key_id": ""}, "AKIA", ResponseKind.KEY_ID),
        ({"key_id": "", "secret": ""}, "ASIA", ResponseKind.TEMPORARY),
        ({"token": "x"}, "", ResponseKind.OTHER),
    ],
)
def test_a_rule_of_the_user_can_find_a_key(
    builders: Any, values: Any, prefix: str, kind: str
) -> None:
    shown = {role: builders.shown(prefix) if role == "key_id" else "ab****yz" for role in values}
    assert builders.leak(builders.finding("ours", shown)).kind == kind


def test_a_redacted_value_is_shown_as_it_is_and_all_else_redacted() -> None:
    for value in ("****", "ab****yz", "AKIA****WXYZ"):
        assert redacted("secret", value) == value
    for value in (
        "wJalrXUtnFEMI",
        "a****b",
        "abc****xyzw",
        "correct****horse",
        "a b****yz",
        "ä****ö",
    ):
        assert redacted("secret", value) == "****"
    assert redacted("secret", "x" * 40) == "xx****xx"
    assert redacted("key_id", "x" * 40) == "xx****xx"  # whatever its role is said to be


@given(value=st.text(min_size=1, max_size=60))
def test_no_more_than_the_ends_of_a_value_are_shown(value: str) -> None:
    told = redacted("secret", value)
    assert len(told.replace("****", "")) <= 8
    assert told.isprintable()


# The order


@pytest.mark.parametrize(
    ("name", "expected"),
    [("root-access-key", Urgency.LIVE_ROOT), ("live", Urgency.LIVE), ("live-role", Urgency.LIVE),
     ("unproven", Urgency.ACTIVE), ("user-access-key", Urgency.OPEN), ("unknown", Urgency.OPEN),
     ("unverifiable", Urgency.OPEN), ("inactive-session", Urgency.OPEN), ("inactive", Urgency.DEAD),
     ("expired", Urgency.DEAD), ("over", Urgency.DEAD), ("impossible", Urgency.DEAD),
     ("mws-auth-token", Urgency.DEAD), ("canary", Urgency.CANARY), ("note", Urgency.NOTE),
     ("foreign", Urgency.OPEN)],
)  # fmt: skip
def test_urgency(builders: Any, name: str, expected: Urgency) -> None:
    assert urgency(builders.leak(builders.ALL[name])) is expected


def test_a_live_note_is_live(builders: Any) -> None:
    assert urgency(builders.leak({**builders.STATES["live"], "severity": "note"})) is Urgency.LIVE


def test_what_was_pushed_is_exposed(builders: Any) -> None:
    for pushed in (True, False):
        found = {**builders.pair(), "history": builders.history(pushed=pushed)}
        expected = Urgency.EXPOSED if pushed else Urgency.OPEN
        assert urgency(builders.leak(found)) is expected


def test_the_order_in_which_they_are_dealt_with(builders: Any) -> None:
    def past(**more: Any) -> dict[str, Any]:
        first = {
            "commit": builders.COMMIT,
            "author": "a",
            "author_date": more.pop("since", "2026-01-01"),
        }
        return {"history": builders.history(first=first, **more), "severity": "high"}

    inside = {"pushed": False, "in_head": True}
    expected = [
        builders.STATES["live-china-root"],
        builders.STATES["live"],
        {**builders.STATES["live-govcloud"], **past(pushed=False), "severity": "critical"},
        builders.STATES["unproven"],
        {**builders.pair(), **past(pushed=True, in_head=True)},
        {**builders.pair(), **past(pushed=True, in_head=False), "severity": "critical"},
        {**builders.pair(), **past(**inside), "severity": "critical"},
        {**builders.pair(), **past(**inside, since="2025-01-01")},
        {**builders.pair(), **past(**inside)},
        {**builders.pair(), **past(**inside), "confidence": "medium"},
        {**builders.pair(path="a"), "severity": "low"},
        {**builders.pair(path="b"), "severity": "low"},
        builders.STATES["expired"],
        builders.STATES["canary"],
        builders.STATES["note"],
    ]
    for shuffled in (expected[::-1], expected[5:] + expected[:5]):
        leaks = ordered(map(builders.leak, shuffled))
        order = [leak.finding.fingerprint for leak in leaks]
        assert order == [found["fingerprint"] for found in expected]


# The variables


@given(
    values=st.dictionaries(st.sampled_from(["key_id", "secret"]), st.text(min_size=1), min_size=1),
    arn=st.text(st.characters(exclude_characters="\n"), max_size=20),
    evidence=st.text(max_size=30), region=st.text(max_size=30), user=st.text(max_size=30),
    partition=st.sampled_from(["aws", "aws-cn", "aws-x", None]),
    state=st.sampled_from(["live", "unknown"]), principal=st.sampled_from(["user", "role", None]),
)  # fmt: skip
def test_nothing_of_a_report_gets_out_of_its_quotes(
    builders: Any, values: dict[str, str], arn: str, evidence: str, region: str, user: str,
    partition: str | None, state: str, principal: str | None,
) -> None:  # fmt: skip
    user = user.replace("\n", " ")
    told = builders.liveness(
        state,
        arn=f"arn:aws:iam::{ACCOUNT}:user/{user}{arn}",
        partition=partition,
        principal=principal,
    )
    found = {
        **builders.finding("aws-access-key-pair", values), "liveness": told,
        "evidence": [evidence],
        "forensics": builders.forensics(
            region=region or None, user=evidence or None, signed_by=user or None
        ),
    }  # fmt: skip
    (entry,) = builders.plan(found).entries
    for variable in entry.variables:
        assert shlex.split(variable.assignment) == [f"{variable.name}={variable.value}"]
        assert variable.value.isprintable()
    for line in entry.setup:
        if line == "unset USER_NAME ROLE_NAME":
            continue
        words = shlex.split(line)
        assert [word for word in words if "=" in word] == words[line.startswith("export") :]
    # What is constant stays so: no command but assignments has anything of the report.
    plain = builders.plan(builders.pair()).entries[0]
    fixed = {command for step in plain.steps for command in step.commands}
    others = {command for step in entry.steps for command in step.commands}
    others.discard('echo "$USER_NAME"')
    assert all("$KEY_ID" in each or "=" in each or each.startswith("aws ") for each in others)
    assert len(others - fixed) <= 6


def test_what_is_found_on_the_way_is_set_where_it_is_first_used(builders: Any) -> None:
    (entry,) = builders.plan(builders.KINDS["service-api-key"]).entries
    assert entry.setup == ("unset USER_NAME ROLE_NAME", "USER_NAME=BedrockAPIKey-abcd")
    deactivate = next(step for step in entry.steps if step.id == "deactivate")
    assert deactivate.commands[0] == "CREDENTIAL_ID='<ACCA...>'"
    assert deactivate.text[-1] == "`CREDENTIAL_ID` is the ID of the service-specific credential."
    delete = next(step for step in entry.steps if step.id == "delete")
    assert not any("CREDENTIAL_ID=" in command for command in delete.commands)


def test_a_variable_that_a_command_sets_is_not_asked_for(builders: Any) -> None:
    (entry,) = builders.plan(builders.KINDS["user-access-key"]).entries
    assert [variable.name for variable in entry.variables] == ["KEY_ID", "ROLE_NAME"]
    assert entry.to_complete == (
        "`KEY_ID` is the complete access key ID, which is at the places above.",
        "Read it there, or create the report again with `--show-secrets`, and the plan contains "
        "it.",
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, True), ({"decoded": ["base64"]}, False), ({"member": "a"}, False),
     ({"object": None}, False)],
)  # fmt: skip
def test_the_key_id_is_looked_up_where_git_has_it_as_it_is(
    builders: Any, more: dict[str, Any], expected: bool
) -> None:
    at = {**builders.location("key_id", object=builders.COMMIT), **more}
    found = {
        **builders.finding("aws-access-key-id", {"key_id": builders.shown()}),
        "locations": [at],
    }
    case = builders.leak(found)
    start, end = case.key_id_hint.split("****")
    command = f"git cat-file -p {builders.COMMIT} | grep -aoE '{start}[A-Z0-9]{{12}}{end}'"
    assert lookup(case) == (command if expected else "")


def test_what_is_known_is_not_looked_up(builders: Any) -> None:
    for found in (
        builders.finding("aws-access-key-id", {"key_id": builders.key_id()}),
        builders.finding("aws-access-key-id", {"key_id": "A****B"}),
        builders.finding("aws-secret-access-key", {"secret": "ab****yz"}),
    ):
        found["locations"][0]["object"] = builders.COMMIT
        assert lookup(builders.leak(found)) == ""


def test_only_an_object_with_the_key_id_is_looked_into(builders: Any) -> None:
    places = [builders.location("secret", object=builders.COMMIT), builders.location("key_id", "b")]
    assert lookup(builders.leak({**builders.pair(), "locations": places})) == ""


@pytest.mark.parametrize("name", ["canary", "foreign"])
def test_what_is_not_to_be_used_is_not_looked_up(builders: Any, name: str) -> None:
    places = [builders.location("key_id", object=builders.COMMIT)]
    (entry,) = builders.plan({**builders.STATES[name], "locations": places}).entries
    assert entry.lookup == ""


def test_who_signed_a_url_is_looked_up_in_it(builders: Any) -> None:
    found = builders.STATES["url-signed-by-ASIA"]
    places = [builders.location("url", object=builders.COMMIT)]
    case = builders.leak({**found, "locations": places})
    start, end = found["forensics"]["signed_by"].split("****")
    form = f"{start}[A-Z0-9]{{12}}{end}"
    assert lookup(case) == f"git cat-file -p {builders.COMMIT} | grep -aoE '{form}'"
    # In a key or token it is encoded.
    for name in ("api-key-signed-by-ASIA", "eks-token-signed-by-ASIA"):
        found = builders.STATES[name]
        (role,) = found["values"]
        places = [builders.location(role, object=builders.COMMIT)]
        assert lookup(builders.leak({**found, "locations": places})) == ""


@pytest.mark.parametrize("name", ["url", "api-key", "eks-token"])
@pytest.mark.parametrize(
    ("prefix", "there", "missing"),
    [
        ("AKIA", {"deactivate"}, {"revoke-sessions", "lift"}),
        ("ASIA", {"revoke-sessions"}, {"deactivate"}),
    ],
)
def test_what_ends_a_signature_is_that_of_the_signer(
    builders: Any, name: str, prefix: str, there: set[str], missing: set[str]
) -> None:
    found = builders.STATES[f"{name}-signed-by-{prefix}"]
    (entry,) = builders.plan(found).entries
    steps = {step.id: step for step in entry.steps}
    assert {"find-signer", "trace", *there} <= steps.keys()
    assert missing.isdisjoint(steps)
    assert not any(step.title.startswith("If ") for step in entry.steps)
    shown = found["forensics"]["signed_by"]
    assert f"KEY_ID='{shown}'" in entry.setup
    assert entry.to_complete[0] == ("`KEY_ID` is the complete access key ID, which signed it.")
    assert entry.leak.key_id_hint == ""


def test_a_signer_that_is_in_the_report_is_pointed_to(builders: Any) -> None:
    url = {**builders.STATES["url-signed-by-AKIA"], "account_id": ACCOUNT}
    values = {"key_id": url["forensics"]["signed_by"], "secret": "ab****yz"}
    key = builders.finding("aws-access-key-pair", values, account_id=ACCOUNT, severity="critical")
    note = "The signing key ID looks like that of number 1: see there."
    first, second = builders.plan(url, builders.pair(severity="medium"), key).entries[:2]
    assert (first.leak.finding.rule_id, second.leak.finding.rule_id) == (
        "aws-access-key-pair", "aws-presigned-url"
    )  # fmt: skip
    assert note in second.notes
    assert note not in first.notes
    # Of another account, or of none that is known, it may be another key.
    for other in ("210987654321", None):
        for changed in ((url, {**key, "account_id": other}), ({**url, "account_id": other}, key)):
            entries = builders.plan(*changed).entries
            assert not any("looks like" in each for entry in entries for each in entry.notes)
    for changed in ((url, key), (key, key)):
        unknown = [{**each, "account_id": None} for each in changed]
        notes = [note for entry in builders.plan(*unknown).entries for note in entry.notes]
        assert not any("looks like" in each for each in notes)
    # Of two that show the same, the one that comes first.
    other = {**key, "severity": "low", "fingerprint": "0" * 32}
    entries = builders.plan(other, url, key).entries
    assert [note in entry.notes for entry in entries] == [False, True, False]


def test_without_steps_there_are_no_variables(builders: Any) -> None:
    assert assigned(builders.leak(builders.pair()), []) == ([], [])


def test_every_case_of_these_tests_is_a_report_that_a_scan_could_write(
    builders: Any, any_name: str
) -> None:
    assert len(builders.saved(builders.ALL[any_name]).findings) == 1
