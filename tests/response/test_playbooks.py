"""Every command of every playbook, checked against botocore's service models and real shells."""

from __future__ import annotations

import functools
import itertools
import json
import re
import shlex
import shutil
import subprocess
from typing import Any

import botocore.session
import jmespath
import pytest
from botocore import xform_name

from scanner.response.commands import changes, lines
from scanner.response.playbook import load, name_for, names
from scanner.response.playbooks import choose
from scanner.response.variables import _SET, _USED
from scanner.rulebook import load_rules

SESSION = botocore.session.get_session()
SERVICES = {"s3api": "s3"}
"""Names of the AWS CLI to those of botocore, where these differ."""
GLOBAL = {"region", "output", "query"}
"""Options that every command of the AWS CLI has."""
PAGING = {"max-items", "page-size", "starting-token", "no-paginate"}
PREFIXES = (
    "aws",
    "keycatch",
    "git filter-repo",
    "git cat-file -p ",
    "openssl",
    "rm",
    "export",
    "for",
    "git restore --staged -- ",
    "unset ",
    "echo ",
    "printf ",
)


def commands(entry: Any) -> list[str]:
    lookup = [entry.lookup] if entry.lookup else []
    return [*lookup, *entry.setup, *(command for step in entry.steps for command in step.commands)]


def all_commands(plan: Any) -> list[str]:
    steps = (*plan.before, *plan.afterwards)
    extra = [command for step in steps for command in step.commands]
    return [*extra, *itertools.chain.from_iterable(map(commands, plan.entries))]


def calls(command: str) -> list[list[str]]:
    """Return the words of every call of the AWS CLI in a line of shell."""
    lexer = shlex.shlex(
        command.replace("$(", " ; ").replace("&&", ";").replace('"$', '"'),
        posix=True,
        punctuation_chars=";|)",
    )
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set(";|)"):
            found.append([])
        else:
            found[-1].append(word)
    found = [words[1:] if words[:1] == ["do"] else words for words in found]
    return [words for words in found if words[:1] == ["aws"]]


@functools.cache
def operation(service: str, name: str) -> Any:
    model = SESSION.get_service_model(SERVICES.get(service, service))
    names = {xform_name(each, "-"): each for each in model.operation_names}
    return model.operation_model(names[name])  # KeyError: there is no such operation


def options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word[2:]] = []
        else:
            found[[*found][-1]].append(word)
    return found


def sample(shape: Any, depth: int = 0) -> Any:
    """Return a value of a shape of botocore, with one element in each list."""
    if depth > 8:
        return None
    if shape.type_name == "structure":
        return {name: sample(member, depth + 1) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, depth + 1)]
    if shape.type_name == "map":
        keys = shape.key.enum or ["key"]
        return {key: sample(shape.value, depth + 1) for key in keys}
    return {"integer": 1, "long": 1, "boolean": True}.get(shape.type_name, "text")


def unquoted_variables(command: str) -> list[str]:
    """Return the variables that stand outside of quotes, where the shell would split them."""
    bare = re.sub(r"""'[^']*'|"[^"]*\"""", "''", command)
    return re.findall(r"\$\{?[A-Z_]+", bare)


def test_the_reading_of_quotes_finds_what_is_outside() -> None:
    assert unquoted_variables("""a "$B" '$C' "== $D" e=$F "${G}" """) == ["$F"]


def test_the_reading_of_calls_finds_each() -> None:
    line = (
        "for E in $(aws a b --query 'X[].Y' --output text); do echo x; aws c d-e --f \"$G\"; done"
    )
    assert calls(line) == [
        ["aws", "a", "b", "--query", "X[].Y", "--output", "text"],
        ["aws", "c", "d-e", "--f", "G"],
    ]
    assert calls("aws a b | base64 --decode") == [["aws", "a", "b"]]
    assert calls("aws a b --c && aws d e") == [["aws", "a", "b", "--c"], ["aws", "d", "e"]]


def test_every_call_exists_with_every_option(all_plans: Any) -> None:
    for plan in all_plans:
        for command in all_commands(plan):
            if "aws " in command:
                assert calls(command), command
            for _, service, name, *words in calls(command):
                model = operation(service, name)
                members = {} if model.input_shape is None else model.input_shape.members
                known = {xform_name(member, "-"): member for member in members}
                given = options(words)
                for option in given:
                    member = known.get(option) or known.get(option.removeprefix("no-"))
                    if member is None and option in PAGING:
                        paginators = SESSION.get_service_model(SERVICES.get(service, service))
                        assert SESSION.get_component("data_loader").load_service_model(
                            paginators.service_name, "paginators-1"
                        )["pagination"][model.name], command
                    else:
                        assert member or option in GLOBAL, (command, option)
                    if member and option.startswith("no-") and option not in known:
                        assert members[member].type_name == "boolean", command
                required = set(model.input_shape.required_members) if model.input_shape else set()
                set_to = {known.get(o) or known.get(o.removeprefix("no-")) for o in given}
                assert required <= set_to, (command, required)


def test_values_that_the_models_restrict_are_allowed(all_plans: Any) -> None:
    for plan in all_plans:
        for command in all_commands(plan):
            for _, service, name, *words in calls(command):
                shape = operation(service, name).input_shape
                if shape is None:
                    continue
                known = {xform_name(member, "-"): member for member in shape.members}
                for option, given in options(words).items():
                    member = shape.members.get(known.get(option, ""))
                    if member is None:
                        continue
                    if getattr(member, "enum", None):
                        assert given[0] in member.enum, command
                    for word in given:
                        if match := re.fullmatch(
                            "AttributeKey=([A-Za-z]+),AttributeValue=.+", word
                        ):
                            key = member.member.members["AttributeKey"]
                            assert match[1] in key.enum, command
                    if member.type_name in ("structure", "list") and "=" in given[0]:
                        inner = member if member.type_name == "structure" else member.member
                        names = {pair.partition("=")[0].lower() for pair in given[0].split(",")}
                        assert names <= {each.lower() for each in inner.members}, command


def test_every_query_finds_something_in_an_answer(all_plans: Any) -> None:
    for plan in all_plans:
        for command in all_commands(plan):
            for _, service, name, *words in calls(command):
                query = options(words).get("query")
                if query:
                    answer = sample(operation(service, name).output_shape)
                    found = jmespath.search(query[0], answer)
                    flat = json.dumps(found)
                    assert found, command
                    assert "null" not in flat, (command, flat)


def test_every_policy_is_one(all_plans: Any) -> None:
    for plan in all_plans:
        for command in all_commands(plan):
            if "--policy-document" not in command:
                continue
            words = shlex.split(command)
            text = words[words.index("--policy-document") + 1]
            text, number = re.subn(
                r"\$\(date -u \+%Y-%m-%dT%H:%M:%SZ\)", "2026-11-21T06:30:00Z", text
            )
            assert number == 1
            policy = json.loads(text)
            assert policy["Version"] == "2012-10-17"
            (statement,) = policy["Statement"]
            assert statement == {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-21T06:30:00Z"}},
            }


def test_the_date_in_a_policy_is_what_the_shell_makes_of_it(all_plans: Any) -> None:
    for plan in all_plans:
        policies = {each for each in all_commands(plan) if "--policy-document" in each}
        for command in sorted(policies)[:1]:
            done = subprocess.run(
                ["sh", "-c", f"aws() {{ for last; do :; done; printf %s \"$last\"; }}; {command}"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            moment = json.loads(done.stdout)["Statement"][0]["Condition"]["DateLessThan"]
            assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment["aws:TokenIssueTime"])


def test_a_shell_can_parse_every_command(all_plans: Any) -> None:
    for plan in all_plans:
        shown = all_commands(plan)
        for command in shown:
            assert shlex.split(command)
            assert "\n" not in command
        for width in (71, 100):
            script = "\n".join(line for command in shown for line in lines(command, width))
            for shell in filter(shutil.which, ("sh", "bash")):
                done = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
                assert (done.returncode, done.stderr) == (0, ""), script


def test_every_command_is_of_a_program_that_is_told(all_plans: Any) -> None:
    for plan in all_plans:
        for command in all_commands(plan):
            assert command.startswith(PREFIXES) or re.match("[A-Z_]+=", command), command


def test_no_variable_is_used_before_it_is_set(all_plans: Any) -> None:
    for plan in all_plans:
        for entry in plan.entries:
            known: set[str] = set()
            for command in commands(entry):
                known.update(name for pair in _SET.findall(command) for name in pair if name)
                assert set(_USED.findall(command)) <= known, command
            for command in commands(entry):
                assert not unquoted_variables(command), command


def test_the_secret_is_in_no_command(all_plans: Any) -> None:
    for plan in all_plans:
        for entry in plan.entries:
            for role, value in entry.leak.finding.values.items():
                if role != "key_id":
                    assert not any(value.shown(True) in command for command in commands(entry))


def test_steps_have_ids_of_their_own_and_sentences(all_plans: Any) -> None:
    for plan in all_plans:
        assert all(len(step.title) <= 71 for step in (*plan.before, *plan.afterwards))
        for entry in plan.entries:
            ids = [step.id for step in entry.steps]
            assert ids
            assert len(set(ids)) == len(ids), ids
            assert all(re.fullmatch("[a-z]+(-[a-z]+)*", each) for each in ids)
            for step in entry.steps:
                assert not step.title.endswith(".")
                assert len(step.title) <= 71  # beside its number, in a terminal of 80 columns
                assert all(re.search(r"[.:]$", sentence) for sentence in step.text), step.text
                assert all(sentence.count("`") % 2 == 0 for sentence in step.text)


def test_a_key_is_deactivated_before_it_is_replaced_and_deleted_at_the_end(all_plans: Any) -> None:
    for plan in all_plans:
        order = ("deactivate", "revoke-sessions", "trace", "replace", "test", "delete", "lift")
        exceptions = {"appsync-api-key", "ec2-private-key"}
        for entry in plan.entries:
            if entry.leak.kind in exceptions or entry.playbook == "dead":
                continue
            ranks = [order.index(step.id) for step in entry.steps if step.id in order]
            assert ranks == sorted(ranks), [step.id for step in entry.steps]


def test_a_history_is_rewritten_at_the_very_end(builders: Any) -> None:
    plan = builders.plan(builders.KINDS["user-access-key"], kind="history")
    assert [step.id for step in plan.afterwards] == ["remove", "rewrite", "prevent"]


# The registry


def test_every_kind_and_every_rule_has_a_playbook() -> None:
    assert {name_for(rule.id) for rule in load_rules((), ())} <= {*names()}
    assert name_for("a-rule-of-the-user") == "other"
    for name in names():
        assert load(name).title


def test_every_kind_is_among_the_cases(builders: Any) -> None:
    assert {*builders.KINDS} == {*names()} - {"canary", "foreign", "dead"}
    for name, found in builders.KINDS.items():
        assert builders.leak(found).kind == name
    chosen = {choose(builders.leak(found)) for found in builders.ALL.values()}
    assert chosen == {name for name in names() if not load(name).over}


@pytest.mark.parametrize(
    ("name", "playbook"),
    [("canary", "canary"), ("foreign", "foreign"), ("inactive", "dead"), ("expired", "dead"),
     ("over", "dead"), ("impossible", "dead"), ("inactive-session", "temporary-credentials"),
     ("unproven", "user-access-key"), ("note", "user-access-key"),
     ("live-china-root", "root-access-key")],
)  # fmt: skip
def test_the_state_decides_before_the_kind(builders: Any, name: str, playbook: str) -> None:
    assert choose(builders.leak(builders.STATES[name])) == playbook


@pytest.mark.parametrize("name", ["canary", "foreign"])
def test_what_is_not_ours_is_not_touched(builders: Any, name: str) -> None:
    (entry,) = builders.plan(builders.STATES[name]).entries
    assert not [command for command in commands(entry) if "aws " in command]


def test_what_is_dead_is_not_to_be_taken_as_live(builders: Any, any_name: str) -> None:
    (entry,) = builders.plan(builders.ALL[any_name]).entries
    said = " ".join(entry.notes)
    if entry.playbook == "dead":
        assert "Treat it as live" not in said
    elif entry.leak.state is None:
        assert "Treat it as live" in said


@pytest.mark.parametrize("name", ["impossible", "impossible-asked"])
def test_a_key_id_that_nobody_has_needs_no_command(builders: Any, name: str) -> None:
    (entry,) = builders.plan(builders.STATES[name]).entries
    assert ([step.id for step in entry.steps], commands(entry)) == (["identify"], [])


@pytest.mark.parametrize("name", ["inactive", "expired", "over"])
def test_of_what_is_dead_the_traces_are_looked_at(builders: Any, name: str) -> None:
    (entry,) = builders.plan(builders.STATES[name]).entries
    ids = [step.id for step in entry.steps]
    assert ids == (["find-owner", "trace", "delete"] if name == "inactive" else ["trace"])
    changing = [command for command in commands(entry) if changes(command)]
    assert [each.split()[2] for each in changing] == ["delete-access-key"] * (name == "inactive")


def step_of(builders: Any, name: str, step_id: str) -> Any:
    (entry,) = builders.plan(builders.ALL[name]).entries
    return next(step for step in entry.steps if step.id == step_id)


def test_a_role_of_identity_center_is_not_changed_in_iam(builders: Any) -> None:
    assert step_of(builders, "live-sso", "revoke-sessions").commands == ()
    (command,) = step_of(builders, "live-role", "revoke-sessions").commands
    assert command.startswith('aws iam put-role-policy --role-name "$ROLE_NAME"')
    (entry,) = builders.plan(builders.STATES["live-role"]).entries
    assert entry.setup[1:] == (f"KEY_ID='{entry.leak.key_id_hint}'", "ROLE_NAME=deploy")


def test_the_session_of_a_user_ends_with_the_policies_of_the_user(builders: Any) -> None:
    (entry,) = builders.plan(builders.STATES["live-user-session"]).entries
    assert "revoke-user-sessions" in [step.id for step in entry.steps]
    assert not [command for command in commands(entry) if "put-role-policy" in command]
    assert "USER_NAME=alice" in entry.setup


@pytest.mark.parametrize(
    ("name", "partition", "region"),
    [("live-govcloud", "aws-us-gov", "us-gov-west-1"), ("live-china-root", "aws-cn", "cn-north-1")],
)
def test_another_partition_is_named_by_a_region(
    builders: Any, name: str, partition: str, region: str
) -> None:
    (entry,) = builders.plan(builders.STATES[name]).entries
    assert entry.leak.partition == partition
    assert next(each for each in entry.setup if not each.startswith("unset ")) == (
        f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}"
    )
    arns = [
        each for command in commands(entry) for each in re.findall(r"arn:(aws[a-z-]*):", command)
    ]
    assert set(arns) <= {partition}


def test_a_root_key_is_stopped_where_its_partition_has_a_console(builders: Any) -> None:
    china = step_of(builders, "live-china-root", "deactivate").text[0]
    assert "https://console.amazonaws.cn/" in china
    assert "no console" in step_of(builders, "govcloud-root", "deactivate").text[0]
    (entry,) = builders.plan(builders.KINDS["root-access-key"]).entries
    assert not [command for command in commands(entry) if "policy-name" in command]


def test_a_key_without_an_account_begins_with_the_question_for_it(builders: Any) -> None:
    found = {**builders.pair(), "account_id": None}
    (entry,) = builders.plan(found).entries
    assert entry.steps[0].commands[0].startswith("aws sts get-access-key-info")
    (entry,) = builders.plan(builders.pair()).entries
    assert entry.steps[0].commands[0].startswith("USER_NAME=$(aws iam get-access-key-last-used")


def test_quarantine_is_explained_where_a_key_of_a_user_may_be_active(builders: Any) -> None:
    for name in ("user-access-key", "secret-access-key", "live"):
        text = " ".join(step_of(builders, name, "user").text)
        assert "AWSCompromisedKeyQuarantine" in text
        assert "leaves the key active" in text


# The pages of the rules


def operations(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"\baws ([a-z0-9]+) ([a-z][a-z-]+[a-z])", text))


@pytest.mark.parametrize("rule", load_rules((), ()), ids=lambda rule: rule.id)
def test_a_rule_says_the_same_as_its_playbook(builders: Any, rule: Any) -> None:
    """What the rule names the playbook has, in the same order, and botocore knows its options."""
    found = builders.KINDS[name_for(rule.id)]
    (entry,) = builders.plan({**found, "rule_id": rule.id}).entries
    said = [*commands(entry), *entry.instead, *(text for step in entry.steps for text in step.text)]
    told = "\n".join(rule.remediation)
    assert operations(told) <= operations("\n".join(said))
    for service, name, rest in re.findall(r"`aws ([a-z]+) ([a-z-]+)([^`]*)`", told):
        if name in ("login", "get-token"):  # the CLI's own, in no model
            continue
        members = operation(service, name).input_shape.members if rest else {}
        known = {xform_name(member, "-") for member in members}
        assert {word[2:] for word in rest.split() if word.startswith("--")} <= known
