"""Signed requests and the tokens made of them: what was put in is read back, or nothing is told."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Forensics
from scanner.kinds import load, noun_of, service_key
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

REGIONS = (
    "us-east-1", "us-west-2", "eu-west-1", "eu-central-2", "ap-northeast-3", "ap-southeast-7",
    "ca-west-1", "sa-east-1", "me-south-1", "af-south-1", "il-central-1", "mx-central-1",
    "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1", "eusc-de-east-1",
    "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1",
)  # fmt: skip
URL = "aws-presigned-url"
EKS = "aws-eks-token"
WEEK = 604_800
WHEN = datetime(2026, 2, 14, 9, 30)

regions = st.sampled_from(REGIONS)
moments = st.datetimes(datetime(2010, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)
prefixes = st.sampled_from(("AKIA", "ASIA"))


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def signed(key_id: str, region: str, moment: datetime, seconds: int, **changes: str) -> str:
    """Return a signed query; `changes` are to its parameters, with `_` in place of `-`."""
    parameters = {
        "X_Amz_Algorithm": "AWS4-HMAC-SHA256",
        "X_Amz_Credential": f"{key_id}%2F{moment:%Y%m%d}%2F{region}%2Fs3%2Faws4_request",
        "X_Amz_Date": f"{moment:%Y%m%dT%H%M%S}Z",
        "X_Amz_Expires": str(seconds),
        "X_Amz_SignedHeaders": "host",
        "X_Amz_Signature": "0123456789abcdef" * 4,
        **changes,
    }
    return "&".join(f"{name.replace('_', '-')}={value}" for name, value in parameters.items())


def url(query: str) -> str:
    return f"https://bucket.s3.amazonaws.com/report.pdf?{query}"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


RULES = {rule.id: rule for rule in shipped_rules()}


def teller(rule_id: str):
    return load(RULES[rule_id].kind).tell


def read(rule_id: str, value: str | bytes) -> Forensics:
    secret = Secret(value if isinstance(value, bytes) else value.encode())
    return teller(rule_id)(noun_of(rule_id), {"value": secret})


def shown(key_id: str) -> str:
    return f"{key_id[:4]}****{key_id[-4:]}"


def made_id(prefix: str = "AKIA", account: int = 123_456_789_012) -> str:
    return Generator(3).access_key_id(f"{account:012d}", prefix)


@given(prefixes, regions, moments, st.integers(1, WEEK))
def test_a_url_is_read_back(prefix: str, region: str, moment: datetime, seconds: int) -> None:
    told = read(URL, url(signed(made_id(prefix), region, moment, seconds)))
    expires = iso(moment + timedelta(seconds=seconds))
    assert told == Forensics(
        "presigned URL", 2, "", region, iso(moment), expires, signed_by=shown(made_id(prefix))
    )


@given(st.integers(0, 9_999_999_999))
def test_version_2_tells_the_end_only(expires: int) -> None:
    query = f"AWSAccessKeyId={made_id()}&Expires={expires}&Signature={'a' * 27}%3D"
    end = iso(datetime(1970, 1, 1) + timedelta(seconds=expires))
    assert read(URL, url(query)) == Forensics(
        "presigned URL", 2, "", "", "", end, signed_by=shown(made_id())
    )


@pytest.mark.parametrize("escaped", ["&amp;", "\\u0026"])
def test_a_url_in_html_or_json(escaped: str) -> None:
    whole = url(signed(made_id(), "eu-west-1", WHEN, 60))
    assert read(URL, whole.replace("&", escaped)) == read(URL, whole)
    assert read(URL, whole).expires == "2026-02-14T09:31:00Z"


@pytest.mark.parametrize(
    ("service", "rule_id", "kind"),
    [
        ("bedrock", "aws-bedrock-short-term-api-key", "short-term Bedrock API key"),
        ("aws-external-anthropic", "aws-claude-platform-short-term-api-key",
         "short-term Claude Platform on AWS API key"),
    ],
)  # fmt: skip
@given(prefixes, regions, moments, st.integers(1, 43_200))
def test_short_term_api_keys_are_read_back(
    service: str, rule_id: str, kind: str, prefix: str, region: str, moment: datetime, seconds: int
) -> None:
    query = signed(made_id(prefix), region, moment, seconds)
    inside = f"{service}.amazonaws.com/?Action=CallWithBearerToken&{query}&Version=1"
    told = read(rule_id, f"{service}-api-key-{base64.b64encode(inside.encode()).decode()}")
    expires = iso(moment + timedelta(seconds=seconds))
    assert told == Forensics(
        kind, 2, "", region, iso(moment), expires, signed_by=shown(made_id(prefix))
    )


def eks(host: str, region: str, moment: datetime, seconds: int = 60) -> str:
    query = signed(made_id(), region, moment, seconds)
    return "k8s-aws-v1." + encoded(f"https://{host}/?Action=GetCallerIdentity&{query}")


@given(regions, moments, st.sampled_from(["", ".cn"]), st.sampled_from([60, 900, WEEK]))
def test_eks_tokens_are_good_for_15_minutes_whatever_they_say(
    region: str, moment: datetime, end: str, seconds: int
) -> None:
    told = read(EKS, eks(f"sts.{region}.amazonaws.com{end}", region, moment, seconds))
    expires = iso(moment + timedelta(minutes=15))
    assert told == Forensics(
        "EKS cluster token", 2, "", region, iso(moment), expires,
        signed_by=shown(made_id()),
    )  # fmt: skip


def test_the_global_endpoint_says_nothing_of_where_a_cluster_is() -> None:
    told = read(EKS, eks("sts.amazonaws.com", "us-east-1", WHEN))
    assert (told.region, told.issued) == ("", "2026-02-14T09:30:00Z")


# -- the key ID that signed ---------------------------------------------------------------------


def test_an_old_key_id() -> None:
    told = read(URL, url(signed(Generator(1).old_access_key_id(), "eu-west-1", WHEN, 60)))
    assert (told.generation, told.impossible) == (1, "")


def test_a_key_id_that_aws_cannot_have_issued() -> None:
    told = read(URL, url(signed("AKIA" + "B" * 16, "eu-west-1", WHEN, 60)))
    why = "the signing key ID: no issued key ID has B as its fifth character"
    assert (told.generation, told.impossible) == (0, why)


@pytest.mark.parametrize("key_id", ["0" * 20, "ACCA" + "B" * 16, "ABIA" + "2" * 16, "A" * 128])
def test_of_other_forms_of_key_ids_nothing_is_known(key_id: str) -> None:
    told = read(URL, url(signed(key_id, "eu-west-1", WHEN, 60)))
    assert told[1:4] == (0, "", "eu-west-1")
    assert told.signed_by == (shown(key_id) if key_id.startswith(("ACCA", "ABIA")) else "")


@pytest.mark.parametrize(
    "key_id", ["AKIA" + "a" * 16, "AKIA" + "%C3%A9" * 8, "AKIA%3Cb%3E" + "A" * 13]
)
def test_what_has_not_the_form_of_a_key_id_is_not_shown(key_id: str) -> None:
    query = f"AWSAccessKeyId={key_id}&Expires=1771061400&Signature={'a' * 27}%3D"
    told = read(URL, url(query))
    assert (told.expires, told.signed_by) == ("2026-02-14T09:30:00Z", "")


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"X_Amz_Date": "20260231T093000Z"},  # no such day, which a calendar takes for 3 March
        {"X_Amz_Date": "20260215T093000Z"},  # not the day in the scope
        {"X_Amz_Date": "20260214T093060Z"},  # no such second, or a leap second
    ],
)
def test_times_that_contradict_themselves_are_not_told(changes: dict[str, str]) -> None:
    told = read(URL, url(signed(made_id(), "eu-west-1", WHEN, 60, **changes)))
    assert told == Forensics("presigned URL", 2, "", "eu-west-1", signed_by=shown(made_id()))
    scope = f"{made_id()}%2F20260231%2Feu-west-1%2Fs3%2Faws4_request"
    told = read(URL, url(signed("", "", WHEN, 60, **{**changes, "X_Amz_Credential": scope})))
    assert told == Forensics("presigned URL", 2, "", "eu-west-1", signed_by=shown(made_id()))


@pytest.mark.parametrize("region", ["a", "eu-wesu-1", "0123456789abcdef0123456789abcdef", "eu"])
def test_what_is_no_region_is_not_told(region: str) -> None:
    told = read(URL, url(signed(made_id(), region, WHEN, 60)))
    assert (told.region, told.issued) == ("", "2026-02-14T09:30:00Z")


def test_no_expiry_is_not_told() -> None:
    told = read(URL, url(signed(made_id(), "eu-west-1", WHEN, 60, X_Amz_Expires="")))
    assert (told.issued, told.expires) == ("2026-02-14T09:30:00Z", "")


def test_a_time_of_five_digits_of_years_is_not_told() -> None:
    far = datetime(9999, 12, 31, 23, 59, 59)
    told = read(URL, url(signed(made_id(), "eu-west-1", far, 60)))
    assert (told.issued, told.expires) == ("9999-12-31T23:59:59Z", "")
    assert read(EKS, eks("sts.eu-west-1.amazonaws.com", "eu-west-1", far)).expires == ""


WHOLE = {
    URL: url(signed(made_id(), "eu-west-1", WHEN, 3600)),
    EKS: eks("sts.eu-west-1.amazonaws.com", "eu-west-1", WHEN),
    "aws-bedrock-short-term-api-key": service_key.make_short_term_key(
        Generator(5), "bedrock", "eu-west-1"
    ),
}


@pytest.mark.parametrize("rule_id", WHOLE)
def test_what_is_cut_off_tells_the_same_or_nothing(rule_id: str) -> None:
    whole = read(rule_id, WHOLE[rule_id])
    assert whole.expires
    for size in range(len(WHOLE[rule_id])):
        told = read(rule_id, WHOLE[rule_id][:size])
        assert all(part in ("", 0, same) for part, same in zip(told, whole, strict=True)), size


@pytest.mark.parametrize("rule_id", WHOLE)
@given(st.data())
def test_damage_is_no_error(rule_id: str, data: st.DataObject) -> None:
    value = bytearray(WHOLE[rule_id].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    told = read(rule_id, bytes(value))
    assert told.kind == noun_of(rule_id)
    for time in (told.issued, told.expires):
        assert not time or datetime.fromisoformat(time)
    assert re.fullmatch(r"|[a-z]{2,4}(-[a-z]+)+-[1-9]", told.region)


@pytest.mark.parametrize("rule_id", WHOLE)
@given(value=st.binary(max_size=300))
def test_anything_else_tells_nothing(rule_id: str, value: bytes) -> None:
    assert read(rule_id, value) == Forensics(noun_of(rule_id))
