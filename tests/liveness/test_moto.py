"""Signatures that somebody else checks: moto's server with its IAM authentication switched on.

moto's identity is the document of STS, its errors are not: they have no namespace and an element
more. A relay in front of it writes them as STS does, code and message as moto chose them.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.states import State

ERROR = re.compile(rb"<Code>(\w+)</Code>\s*<Message>([^<]*)</Message>")


class Aws:
    """A user, a role and their keys, at moto."""

    def __init__(self, url: str) -> None:
        import boto3

        self.url = url
        access = {
            "endpoint_url": url,
            "region_name": "us-east-1",
            "aws_access_key_id": "any",
            "aws_secret_access_key": "any",
        }
        self.iam = boto3.client("iam", **access)
        sts = boto3.client("sts", **access)
        self.iam.create_user(UserName="deploy")
        self.key = self.iam.create_access_key(UserName="deploy")["AccessKey"]
        self.gone = self.iam.create_access_key(UserName="deploy")["AccessKey"]
        self.iam.delete_access_key(UserName="deploy", AccessKeyId=self.gone["AccessKeyId"])
        role = self.iam.create_role(RoleName="ci", AssumeRolePolicyDocument=json.dumps({}))["Role"]
        self.session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="build")["Credentials"]


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}/"
    server.stop()


@pytest.fixture
def aws(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    from moto import settings

    made = Aws(moto_server)
    # From here on every request needs a signature that is right.
    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
    yield made
    monkeypatch.undo()
    urllib.request.urlopen(
        urllib.request.Request(f"{moto_server}moto-api/reset", method="POST"), timeout=20
    ).close()


@pytest.fixture
def relay(aws: Aws, sts: Any, helpers: Any) -> Any:
    """An STS on loopback that has moto decide, and says it as STS does."""

    def answer(request: Any) -> Any:
        # The signature holds for the host that the client has asked.
        forwarded = urllib.request.Request(
            aws.url, data=request.body, headers=request.headers, method=request.method
        )
        try:
            with urllib.request.urlopen(forwarded, timeout=20) as response:
                return helpers.Reply(response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                found = ERROR.search(error.read())
            assert found is not None
            code, message = (part.decode() for part in found.groups())
            return helpers.Reply(error.code, helpers.fault(code, message))

    sts.answer = answer
    return sts


def state(relay: Any, maker: Any, *values: str) -> Any:
    (found,) = check([maker.finding(*values)], CheckOptions((relay.endpoint(),)))
    return found


def test_a_live_key(relay: Any, aws: Aws, maker: Any) -> None:
    found = state(relay, maker, aws.key["AccessKeyId"], aws.key["SecretAccessKey"])
    assert (found.state, found.principal) == (State.LIVE, "user")
    assert found.arn == "arn:aws:iam::123456789012:user/deploy"


def test_a_wrong_secret(relay: Any, aws: Aws, maker: Any) -> None:
    found = state(relay, maker, aws.key["AccessKeyId"])
    assert found.state is State.SECRET_UNPROVEN


def test_a_key_that_was_deleted_and_one_that_never_was(relay: Any, aws: Aws, maker: Any) -> None:
    found = state(relay, maker, aws.gone["AccessKeyId"], aws.gone["SecretAccessKey"])
    assert found.state is State.INACTIVE
    assert state(relay, maker).state is State.INACTIVE


def test_a_session_with_its_token_and_with_another_one(relay: Any, aws: Aws, maker: Any) -> None:
    values = aws.session["AccessKeyId"], aws.session["SecretAccessKey"]
    found = state(relay, maker, *values, aws.session["SessionToken"])
    assert (found.state, found.principal) == (State.LIVE, "role")
    assert found.arn == "arn:aws:sts::123456789012:assumed-role/ci/build"
    assert state(relay, maker, *values, maker.token()).state is State.INACTIVE


def test_three_secrets_of_a_live_key(relay: Any, aws: Aws, maker: Any, helpers: Any) -> None:
    key_id = aws.key["AccessKeyId"]
    findings = [maker.finding(key_id), maker.finding(key_id, aws.key["SecretAccessKey"])]
    found = check(findings, CheckOptions((relay.endpoint(),), pace=helpers.QUICK))
    assert [each.state for each in found] == [State.SECRET_UNPROVEN, State.LIVE]


def test_errors_as_moto_writes_them_are_none_of_sts(aws: Aws, maker: Any) -> None:
    """What makes the relay necessary: without STS's namespace no error counts."""
    from scanner.liveness.partitions import Endpoint
    from scanner.liveness.states import Reason

    endpoint = Endpoint("aws", aws.url, "us-east-1")
    (found,) = check([maker.finding()], CheckOptions((endpoint,)))
    assert found.reason is Reason.NOT_STS
    live = maker.finding(aws.key["AccessKeyId"], aws.key["SecretAccessKey"])
    assert check([live], CheckOptions((endpoint,)))[0].state is State.LIVE
