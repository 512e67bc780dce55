"""Presigned URLs and tokens for a cluster of EKS: what is reported, what is left."""

from __future__ import annotations

import base64

import pytest

from scanner.findings import Confidence, Severity
from scanner.kinds import signed_query, signed_url
from scanner.rulebook.generator import Generator


def test_a_presigned_url_is_reported_whole(detect_one) -> None:
    url = signed_url.make_url(Generator(5), temporary=True)
    for text in (f'"{url}"', f"[x]({url})", f"<{url}>.", f"see {url}, and", f"a\n{url}\nb"):
        part = detect_one("aws-presigned-url", text)
        assert part.value.reveal().decode() == url
        assert any("with a session token" in line for line in part.evidence)


def test_a_presigned_url_in_html_and_json(detect_one) -> None:
    url = signed_url.make_url(Generator(5))
    for text in (url.replace("&", "&amp;"), url.replace("&", "\\u0026").replace("/", "\\/")):
        part = detect_one("aws-presigned-url", f'"{text}"')
        assert part.value.reveal().decode() == text


def test_several_presigned_urls_near_each_other(detect) -> None:
    made = Generator(5)
    urls = [
        signed_url.make_url(made),
        signed_url.make_old_url(made),
        signed_url.make_url(made, temporary=True),
    ]
    for separator in (" ", "\n", '", "'):
        found = detect("aws-presigned-url", separator.join(urls))
        assert [part.value.reveal().decode() for part in found] == urls


def test_one_url_with_two_key_ids_is_reported_once(detect_one) -> None:
    made = Generator(5)
    url = signed_url.make_url(made) + "&" + signed_query.make_query(made)
    assert detect_one("aws-presigned-url", url).value.reveal().decode() == url


@pytest.mark.parametrize("size", [10, 300, 3000, 15_000])
def test_a_long_path_before_the_query(detect_one, size: int) -> None:
    scheme, _, rest = signed_url.make_url(Generator(5)).partition("//")
    host, _, end = rest.partition("/")
    url = f"{scheme}//{host}/{'folder/' * (size // 7)}{end}"
    assert detect_one("aws-presigned-url", f"x {url} y").value.reveal().decode() == url


@pytest.mark.parametrize(
    ("service", "name"),
    [("rds-db", "RDS"), ("dsql", "Aurora DSQL"), ("elasticache", "ElastiCache")],
)
def test_a_database_token_without_a_scheme(detect, detect_one, service: str, name: str) -> None:
    query = signed_query.make_query(Generator(6), service, seconds=900, action="connect")
    text = f"db.abc.eu-west-1.rds.amazonaws.com:5432/?{query}"
    part = detect_one("aws-database-token", f"PGPASSWORD={text}\n")
    assert part.value.reveal().decode() == text
    assert part.evidence[0].startswith(f"signed login to {name} at db.abc.")
    assert part.severity == Severity.LOW
    assert detect("aws-presigned-url", f"PGPASSWORD={text}\n") == []


@pytest.mark.parametrize(
    ("make", "severity"),
    [
        (lambda made: signed_url.make_url(made, seconds=3600), Severity.LOW),
        (lambda made: signed_url.make_url(made, seconds=86_400), Severity.LOW),
        (lambda made: signed_url.make_url(made, seconds=604_800), Severity.MEDIUM),
        (lambda made: signed_url.make_old_url(made, 1_600_000_000), Severity.MEDIUM),
        (lambda made: signed_url.make_old_url(made, 9_999_999_999), Severity.HIGH),
    ],
)
def test_the_severity_depends_on_the_validity(detect_one, make, severity: Severity) -> None:
    assert detect_one("aws-presigned-url", make(Generator(7))).severity == severity


def test_an_impossible_key_id_makes_it_doubtful(detect_one) -> None:
    made = Generator(8)
    url = signed_url.make_url(made)
    key_id = url.partition("Credential=")[2][:20]
    part = detect_one("aws-presigned-url", url.replace(key_id, "AK" + "IAB7KQ2ZZT5WMPLC3R"))
    assert part.confidence == Confidence.LOW
    assert part.account_id == ""


def test_an_eks_token(detect_one) -> None:
    token = signed_url.make_eks_token(Generator(9), "eu-north-1")
    part = detect_one("aws-eks-token", f"token: {token}\n")
    assert part.value.reveal().decode() == token
    assert "decodes to a presigned request to sts.eu-north-1.amazonaws.com" in part.evidence
    assert len(part.account_id) == 12


def test_a_token_that_holds_another_request_is_no_eks_token(detect) -> None:
    url = "https://s3.amazonaws.com/?" + signed_query.make_query(Generator(9))
    token = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    assert detect("aws-eks-token", f"k8s-aws-v1.{token}") == []
