"""From parts to findings: one for each credential, whatever the order, however often it stands."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.engine import scan_bytes
from scanner.engine.examine import Examiner
from scanner.engine.gather import gather
from scanner.engine.judge import judge
from scanner.engine.merge import merge
from scanner.findings import Confidence, Finding, Location, Severity, fingerprint_of
from scanner.kinds import private_key, service_key, signed_url
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

RULES = load_rules((), ())
PAIR, ID, SECRET = "aws-access-key-pair", "aws-access-key-id", "aws-secret-access-key"


def scan(text, rules=RULES):
    return scan_bytes(text.encode() if isinstance(text, str) else text, "x", rules)


def id_line(key_id):
    return f"aws_access_key_id={key_id}\n"


def secret_line(secret):
    return f"aws_secret_access_key={secret}\n"


def token_line(token):
    return f"aws_session_token={token}\n"


def lines(found):
    return sorted((at.role, at.start_line) for at in found.locations)


def test_copies_are_locations_of_one_finding(made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    block = f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n\n"
    [found] = scan(block * 3)
    assert found.rule_id == PAIR
    assert lines(found) == [
        ("key_id", 1),
        ("key_id", 4),
        ("key_id", 7),
        ("secret", 2),
        ("secret", 5),
        ("secret", 8),
    ]


def test_lone_copies_join_the_pair(made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    text = f"# about {key_id}\n" + "\n" * 20
    text += f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n" + "\n" * 20
    text += f"the secret again: {secret}\n"
    [found] = scan(text)
    assert lines(found) == [("key_id", 1), ("key_id", 22), ("secret", 23), ("secret", 44)]


def test_pair_with_an_impossible_key_id(made):
    text = id_line(f"AKIA0{made.access_key_id()[5:]}") + secret_line(made.secret_access_key())
    [found] = scan(text)
    assert (found.rule_id, found.confidence, found.severity) == (
        PAIR,
        Confidence.MEDIUM,
        Severity.HIGH,
    )
    assert any("cannot have issued" in line for line in found.evidence)


def test_an_allowed_half_does_not_vouch_for_the_other(made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    [found] = scan(f"id={key_id} # keycatch:allow\nkey={secret}\n")
    assert found.rule_id == "aws-unnamed-secret"
    [found] = scan(f"id={key_id}\naws_secret_access_key={secret} # keycatch:allow\n")
    assert found.rule_id == ID
    assert (
        scan(f"id={key_id} # keycatch:allow\naws_secret_access_key={secret} # gitleaks:allow\n")
        == []
    )


def test_marks_that_are_not_heeded(made):
    text = id_line(made.access_key_id()) + secret_line(made.secret_access_key())
    marked = text.replace("\n", "  # keycatch:allow\n").encode()
    assert Examiner(RULES).examine("x", marked).findings == []
    examined = Examiner(RULES, heed_marks=False).examine("x", marked)
    assert [found.rule_id for found in examined.findings] == [PAIR]
    assert examined.tally.set_aside == {}


def test_what_is_set_aside_is_counted_by_value(made):
    example = "AKIA" + "IOSFODNN7EXAMPLE"
    second = "AKIA" + "I44QH8DHBEXAMPLE"
    text = f"{example}\n{example}\n{second}\nkey = AKIA{'X' * 16}\n"
    text += f"{made.access_key_id()} # keycatch:allow\n"
    examined = Examiner(RULES).examine("x", text.encode())
    assert examined.findings == []
    assert examined.tally.set_aside == {
        "documentation-example": 2, "placeholder": 1, "allowed-on-line": 1,
    }  # fmt: skip


def test_parts_inside_a_larger_credential_are_not_reported_again(made):
    for url in (
        signed_url.make_url(made),
        signed_url.make_url(made, temporary=True),
        signed_url.make_old_url(made),
    ):
        [found] = scan(f"url = '{url}'\n")
        assert found.rule_id == "aws-presigned-url"
    [found] = scan("KeyMaterial: '" + private_key.make_rsa_private_key(made) + "'\n")
    assert found.rule_id == "aws-ec2-private-key"
    [found] = scan(f"key: {service_key.make_bedrock_key(made)}\n")
    assert found.rule_id == "aws-bedrock-api-key"


def test_tokens_join_their_own_keys(made):
    keys = [
        (made.temporary_access_key_id(), made.secret_access_key(), made.session_token())
        for _ in range(8)
    ]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)):
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        text = ""
        for number, key in enumerate(keys):
            text += f"[p{number}]\n" + "".join(f"{names[part]} = {key[part]}\n" for part in order)
        found = [
            tuple(
                finding.values[role].reveal().decode()
                for role in ("key_id", "secret", "session_token")
            )
            for finding in scan(text)
        ]
        assert found == keys


def test_a_token_does_not_join_a_long_term_key_nor_a_far_one(made):
    pair = id_line(made.access_key_id()) + secret_line(made.secret_access_key())
    token = token_line(made.session_token())
    assert {f.rule_id for f in scan(pair + token)} == {PAIR, "aws-session-token"}
    pair = pair.replace("AKIA", "ASIA")
    assert {f.rule_id for f in scan(pair + token)} == {PAIR}
    assert {f.rule_id for f in scan(pair + "x\n" * 9_000 + token)} == {PAIR}
    assert {f.rule_id for f in scan(pair + "x\n" * 12_000 + token)} == {PAIR, "aws-session-token"}


DOUBTFUL = f"UserEnNameqF5xxaeqGetz{'J3tStoreFsdn9iFile'}"
"""It may be a secret or an identifier: alone it is of low confidence."""


@pytest.mark.parametrize(("distance", "rules"), [(900, {PAIR}), (1100, {ID, "aws-unnamed-secret"})])
def test_a_doubtful_secret_is_paired_with_a_near_key_id_only(made, distance, rules):
    text = f"'{made.access_key_id()}'" + " " * distance + f"'{DOUBTFUL}'\n"
    assert [found.confidence for found in scan(f"'{DOUBTFUL}'\n")] == [Confidence.LOW]
    assert {found.rule_id for found in scan(text)} == rules


def test_a_lone_temporary_key_keeps_its_token_from_others(made):
    text = "[a]\n" + id_line(made.temporary_access_key_id()) + token_line(made.session_token())
    text += "[b]\n" + id_line(made.temporary_access_key_id())
    text += secret_line(made.secret_access_key())
    assert sorted(f.rule_id for f in scan(text)) == [ID, PAIR, "aws-session-token"]


def test_severity_and_evidence_of_a_pair(made):
    secret = made.secret_access_key()
    [long_term] = scan(f"id={made.access_key_id('123456789012')}\nkey={secret}\n")
    [temporary] = scan(f"id={made.temporary_access_key_id()}\nkey={secret}\n")
    assert (long_term.severity, temporary.severity) == (Severity.CRITICAL, Severity.HIGH)
    assert long_term.account_id == "123456789012"
    assert long_term.evidence[0] == "key ID and secret 1 line apart"
    [near] = scan(f"{made.access_key_id()}:{secret}")
    assert near.evidence[0] == "key ID and secret 1 byte apart"


def test_without_the_rule_for_pairs_both_halves_are_reported(made):
    rules = tuple(rule for rule in RULES if rule.id != PAIR)
    text = id_line(made.access_key_id()) + secret_line(made.secret_access_key())
    assert sorted(f.rule_id for f in scan(text, rules)) == [ID, SECRET]


def test_a_disabled_rule_is_counted(made):
    rules = tuple(rule for rule in RULES if rule.id != "aws-unnamed-secret")
    examined = Examiner(rules).examine("x", made.secret_access_key().encode())
    assert examined.findings == []
    assert examined.tally.set_aside == {"rule-disabled": 1}
    # It is only about lone ones: in a pair the same secret counts.
    [found] = scan(f"{made.access_key_id()}\n{made.secret_access_key()}\n", rules)
    assert found.rule_id == PAIR


def test_other_names_keep_a_secret_from_a_pair(made):
    text = f"aws_access_key_id={made.access_key_id()}\ndigest={made.secret_access_key()}\n"
    assert sorted(f.rule_id for f in scan(text)) == [ID, "aws-unnamed-secret"]


@pytest.mark.parametrize("number", [2, 5, 30])
def test_many_pairs(number, made):
    keys = [(made.access_key_id(), made.secret_access_key()) for _ in range(number)]
    layouts = {
        "csv": "Access key ID,Secret access key\n" + "".join(f"{i},{s}\n" for i, s in keys),
        "json": str([{"AccessKeyId": i, "SecretAccessKey": s} for i, s in keys]),
        "json, secret first": str(
            [{"SecretAccessKey": s, "Name": "x", "AccessKeyId": i} for i, s in keys]
        ),
        "ini": "".join(f"[{i[:6]}]\n{secret_line(s)}{id_line(i)}\n" for i, s in keys),
        "lists": f"ids = {[i for i, _ in keys]}\nsecrets = {[s for _, s in keys]}\n",
        "lines": "\n".join([i for i, _ in keys] + [s for _, s in keys]),
        "terraform": "".join(
            f'provider "aws" {{\n  access_key = "{i}"\n\n  secret_key = "{s}"\n}}\n'
            for i, s in keys
        ),
    }  # fmt: skip
    for name, text in layouts.items():
        found = {
            (f.values["key_id"].reveal().decode(), f.values["secret"].reveal().decode())
            for f in scan(text)
            if f.rule_id == PAIR
        }
        assert found == set(keys), name


def test_two_thousand_pairs(made):
    keys = [(made.access_key_id(), made.secret_access_key()) for _ in range(2000)]
    found = scan("".join(f"aws_access_key_id={i}\naws_secret_access_key={s}\n" for i, s in keys))
    assert [tuple(v.reveal().decode() for v in f.values.values()) for f in found] == keys


# -- independent of order -------------------------------------------------------------------------


def parts_of(text):
    layer = Layer(text.encode())
    from scanner.engine.catalogue import Catalogue

    return gather(Catalogue(RULES), layer)


def test_the_order_of_the_parts_does_not_matter(made):
    text = "".join(
        f"{made.access_key_id()} {made.secret_access_key()} {made.temporary_access_key_id()}\n"
        f"{made.session_token()}\n"
        for _ in range(5)
    )
    gathered = parts_of(text)
    rules = {rule.id: rule for rule in RULES}
    expected = judge("x", gathered.parts, gathered.asides, rules)
    for seed in range(5):
        parts = list(gathered.parts)
        random.Random(seed).shuffle(parts)
        assert judge("x", parts, gathered.asides, rules) == expected


def finding(values, path, line, rule_id, confidence=Confidence.HIGH, evidence=()):
    secrets = {role: Secret(value.encode()) for role, value in values.items()}
    places = tuple(Location(role, path, line, 1, line, 9) for role in values)
    return Finding(
        rule_id, Severity.HIGH, confidence, fingerprint_of(secrets), secrets, "", evidence, places
    )


FINDINGS = st.builds(
    finding,
    st.dictionaries(
        st.sampled_from(["key_id", "secret", "session_token"]), st.sampled_from("abc"), min_size=1
    ),
    st.sampled_from(["p", "q"]),
    st.integers(1, 3),
    st.sampled_from(["r", "s"]),
    st.sampled_from(list(Confidence)),
    st.sampled_from([(), ("e",), ("f",)]),
)


@given(st.lists(FINDINGS, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=settings().max_examples * 3)
def test_merging_does_not_depend_on_the_order_and_loses_no_place(findings, rng):
    merged = merge(findings)
    shuffled = list(findings)
    rng.shuffle(shuffled)
    assert merge(shuffled) == merged
    assert merge(merged) == merged
    assert {at for f in merged for at in f.locations} == {
        at for f in findings for at in f.locations
    }
    # No finding is left whose values are all among those of another one.
    for one in merged:
        for other in merged:
            if one is not other:
                assert not one.values.items() <= other.values.items()


def test_merged_in_parts_is_merged_at_once(made):
    texts = [f"{made.access_key_id()}:{made.secret_access_key()}\n" * 2 for _ in range(4)]
    texts += texts[:2]
    each = [
        f
        for number, text in enumerate(texts)
        for f in scan_bytes(text.encode(), f"f{number % 5}", RULES)
    ]
    assert merge([*merge(each[:3]), *merge(each[3:])]) == merge(each)


def test_same_credential_in_files_and_archives_is_one_finding(made):
    made = Generator(1)
    pair = f"{made.access_key_id()}:{made.secret_access_key()}"
    each = [*scan_bytes(pair.encode(), "b", RULES), *scan_bytes(f"\n{pair}".encode(), "a", RULES)]
    [found] = merge(each)
    assert sorted((at.path, at.start_line) for at in found.locations) == [
        ("a", 2),
        ("a", 2),
        ("b", 1),
        ("b", 1),
    ]
