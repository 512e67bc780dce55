"""What leaves the process, and what does not: hosts, proxies, TLS, logs, credentials of others."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority

from scanner.about import VERSION
from scanner.errors import UsageError
from scanner.liveness.candidates import Candidate
from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.partitions import ENDPOINTS, Endpoint, private
from scanner.liveness.states import Reason, State

ROOT = Path(__file__).resolve().parents[2]


# -- the request ---------------------------------------------------------------------------------


def test_the_request_is_the_question_and_nothing_else(sts: Any, maker: Any, helpers: Any) -> None:
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    check([finding], CheckOptions((sts.endpoint(),)))
    (request,) = sts.log
    assert (request.method, request.path) == ("POST", "/")
    assert request.body == b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["user-agent"] == f"keycatch/{VERSION}"
    assert headers["x-amz-security-token"] == helpers.plain(finding, "session_token")
    assert set(headers) == {
        "host", "accept-encoding", "accept", "content-type", "content-length", "user-agent",
        "x-amz-date", "x-amz-security-token", "authorization",
    }  # fmt: skip
    assert helpers.plain(finding, "secret").encode() not in request.raw


def test_each_partition_has_its_own_host_and_signature(sts: Any, maker: Any, helpers: Any) -> None:
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    check([maker.finding()], CheckOptions(sts.endpoints()))
    assert sts.regions == ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]
    assert [endpoint.url for endpoint in ENDPOINTS] == [
        "https://sts.amazonaws.com/",
        "https://sts.us-gov-west-1.amazonaws.com/",
        "https://sts.cn-north-1.amazonaws.com.cn/",
        "https://sts.eusc-de-east-1.amazonaws.eu/",
    ]


def test_the_hosts_are_those_that_botocore_knows() -> None:
    """So that a host that AWS renames is noticed."""
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    resolver = EndpointResolver(Loader().load_data("endpoints"))
    for endpoint in ENDPOINTS:
        region = "aws-global" if endpoint.partition == "aws" else endpoint.region
        known = resolver.construct_endpoint("sts", region)
        assert known["partition"] == endpoint.partition
        assert endpoint.url == f"https://{known['hostname']}/"


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sts.example.com", "us-east-1"),
        ("https://vpce-1-a.sts.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://sts.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1"),
        ("https://sts-fips.us-west-2.amazonaws.com", "us-west-2"),
        ("https://sts.example.com:65535/", "us-east-1"),
        ("https://[2001:db8::1]:443/sts", "us-east-1"),
        ("https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("http://localhost:4566", "us-east-1"),
        ("http://127.0.0.1:4566/sts", "us-east-1"),
        ("http://[::1]:4566", "us-east-1"),
    ],
)
def test_a_private_endpoint(url: str, region: str) -> None:
    endpoint = private(url)
    assert endpoint.region == region
    assert endpoint.url.startswith(url)
    other = {"cn-": "aws-cn", "us-iso-": "aws-iso"}
    assert endpoint.partition == next((other[each] for each in other if each in url), "aws")


@pytest.mark.parametrize(
    "url",
    [
        "http://sts.example.com", "http://localhost.example.com", "http://127.0.0.1.example.com",
        "http://[::2]", "ftp://localhost", "sts.amazonaws.com", "https://user:pass@host", "https://",
        "https://host/?a", "https://host\n", "https://host:port", "file:///etc/passwd", "",
        "https://host:0", "https://host:65536", "https://host:99999/", "https://.", "https://a..b",
        "https://host.", "https://[::1", "https://::1", "http://127.0.0.256", "http://127.999.1.1",
        "https://host/a b", "https://host/%0d%0aX: y", "https://host#a", "https://ho\x1b[31mst",
        "http://127.0.0.1@sts.example.com", "https://sts.example.com\\@a", "https://höst",
        "http://localhost:80@sts.example.com/", "https://" + "a" * 64, "http://0.0.0.0", "http://0",
    ],
)  # fmt: skip
def test_what_is_no_private_endpoint(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        private(url)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "url",
    ["https://name:pass-word@host", "https://host/?X-Amz-Signature=pass-word", "x#pass-word"],
)
def test_what_may_be_a_password_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        private(url)
    assert "pass-word" not in str(caught.value)
    assert "--liveness-endpoint: this is not an address such as https://" in str(caught.value)


# -- who is on the way ---------------------------------------------------------------------------


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Return an authority that nobody knows yet."""
    return Authority(tmp_path)


@pytest.fixture
def secured(no_proxies: None, stranger: Authority, helpers: Any) -> Any:
    server = helpers.Server()
    server.start(stranger.context())
    yield server
    server.close()


def test_nobody_is_told_anything_without_a_good_certificate(
    secured: Any, maker: Any, helpers: Any
) -> None:
    (found,) = check([maker.finding()], CheckOptions((secured.endpoint(),), pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert "certificate" in found.detail
    assert secured.log == []


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_bundle_of_the_environment_is_believed(
    name: str, secured: Any, stranger: Authority, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(stranger.bundle))
    (found,) = check([maker.finding()], CheckOptions((secured.endpoint(),)))
    assert found.state is State.LIVE


def test_the_keys_of_a_connection_are_not_logged(
    secured: Any, stranger: Authority, maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(stranger.bundle))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    (found,) = check([maker.finding()], CheckOptions((secured.endpoint(),)))
    assert found.state is State.LIVE
    assert not (tmp_path / "keys.log").exists()


def test_no_connection(closed_port: int, no_proxies: None, maker: Any, helpers: Any) -> None:
    endpoint = Endpoint("aws", f"http://127.0.0.1:{closed_port}/", "us-east-1")
    (found,) = check([maker.finding()], CheckOptions((endpoint,), pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert found.detail == "no connection"


def test_no_such_host(no_proxies: None, maker: Any, helpers: Any) -> None:
    endpoint = Endpoint("aws", "https://sts.nowhere.invalid/", "us-east-1")
    (found,) = check([maker.finding()], CheckOptions((endpoint,), pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)


def test_the_proxy_of_the_environment_is_used_and_learns_nothing(
    sts: Any, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for a tunnel; one that refuses leaves the state unknown."""
    sts.answer = lambda _request: helpers.Reply(403, b"no")
    monkeypatch.setenv("HTTPS_PROXY", sts.url)
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    pace = helpers.QUICK._replace(attempts=1)
    (found,) = check([finding], CheckOptions(ENDPOINTS[:1], pace=pace))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert "proxy" in found.detail
    (request,) = sts.log
    assert (request.method, request.path) == ("CONNECT", "sts.amazonaws.com:443")
    for role in finding.values:
        assert helpers.plain(finding, role).encode() not in request.raw


def test_http_client_does_not_print_requests(
    sts: Any, maker: Any, helpers: Any, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import http.client

    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    (found,) = check([finding], CheckOptions((sts.endpoint(),)))
    assert found.state is State.LIVE
    assert "".join(capfd.readouterr()) == ""


def test_a_proxy_that_is_not_there(
    closed_port: int, no_proxies: None, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://name:password@127.0.0.1:{closed_port}")
    pace = helpers.QUICK._replace(attempts=1)
    (found,) = check([maker.finding()], CheckOptions(ENDPOINTS[:1], pace=pace))
    assert found.reason is Reason.UNREACHABLE
    assert "password" not in repr(found)


def test_no_proxy_for_a_host_that_needs_none_nor_for_loopback(
    sts: Any, closed_port: int, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", sts.url)
    monkeypatch.setenv("HTTPS_PROXY", sts.url)
    monkeypatch.setenv("NO_PROXY", "sts.nowhere.invalid")
    pace = helpers.QUICK._replace(attempts=1)
    for url in (f"http://127.0.0.1:{closed_port}/", "https://sts.nowhere.invalid/"):
        (found,) = check(
            [maker.finding()], CheckOptions((Endpoint("aws", url, "us-east-1"),), pace=pace)
        )
        assert found.reason is Reason.UNREACHABLE
    assert sts.log == []


def test_no_more_is_read_than_an_answer_can_have(sts: Any, maker: Any, helpers: Any) -> None:
    """Else it would wait for the rest, and in the end not know why."""
    sts.answer = lambda _request: helpers.Reply(
        200, helpers.identity() + b" " * 80_000, {}, "stall"
    )
    (found,) = check([maker.finding()], CheckOptions((sts.endpoint(),), pace=helpers.QUICK))
    assert found.reason is Reason.NOT_STS


def test_redirects_are_not_followed(sts: Any, maker: Any, helpers: Any) -> None:
    other = helpers.Server()
    other.start()
    try:
        for status in (301, 302, 303, 307, 308):
            reply = helpers.Reply(status, b"", {"Location": other.url})
            sts.answer = lambda _request, reply=reply: reply
            (found,) = check([maker.finding()], CheckOptions((sts.endpoint(),)))
            assert found.reason is Reason.NOT_STS
        assert other.log == []
        assert len(sts.log) == 5
    finally:
        other.close()


# -- credentials of whoever scans ----------------------------------------------------------------


def test_nothing_of_the_scanner_is_used(
    sts: Any, maker: Any, helpers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither credentials, profile, role and endpoints of the environment nor those of files."""
    trap = helpers.Server()
    trap.start()
    own = {"id": maker.key_id(), "secret": maker.secret(), "token": maker.token()}
    config = tmp_path / "config"
    config.write_text(
        f"[default]\naws_access_key_id = {own['id']}\naws_secret_access_key = {own['secret']}\n"
        f"endpoint_url = {trap.url}\nregion = eu-central-1\nuser_agent_extra = trap\n"
        "[profile trap]\ncredential_process = false\n"
    )
    for name, value in {
        "AWS_ACCESS_KEY_ID": own["id"],
        "AWS_SECRET_ACCESS_KEY": own["secret"],
        "AWS_SESSION_TOKEN": own["token"],
        "AWS_PROFILE": "trap",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_ENDPOINT_URL": trap.url,
        "AWS_ENDPOINT_URL_STS": trap.url,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": trap.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": trap.url,
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
    }.items():
        monkeypatch.setenv(name, value)
    opened: list[str] = []
    recording = True

    def record(event: str, arguments: Any) -> None:
        if recording and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(record)
    finding = maker.finding()
    try:
        (found,) = check([finding], CheckOptions((sts.endpoint(),)))
    finally:
        recording = False
        trap.close()
    assert found.state is State.LIVE
    assert trap.log == []
    (request,) = sts.log
    assert (request.key_id, request.region) == (helpers.plain(finding, "key_id"), "us-east-1")
    assert not any(value.encode() in request.raw for value in own.values())
    assert not [path for path in opened if "config" in path and str(tmp_path) in path]


# -- what is written -----------------------------------------------------------------------------


@pytest.fixture
def loud(tmp_path: Path) -> Any:
    """Log everything of every library to a file, as far down as it goes."""
    path = tmp_path / "everything.log"
    handler = logging.FileHandler(path)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    changed = [logging.getLogger(name) for name in ("botocore", "botocore.auth", "urllib3")]
    for logger in changed:
        logger.disabled, logger.propagate = False, True
        logger.setLevel(1)
    changed[1].addHandler(handler)  # also one that does not hang on its parents
    yield path
    changed[1].removeHandler(handler)
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def test_logging_at_debug_writes_nothing_of_a_request(
    loud: Path, sts: Any, maker: Any, helpers: Any, capfd: Any
) -> None:
    logging.getLogger("control").debug("this is logged")
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    answers = [helpers.Reply(how="close"), helpers.Reply(503, b"no"), helpers.LIVE]
    sts.answer = lambda _request: answers.pop(0)
    (found,) = check([finding], CheckOptions((sts.endpoint(),), pace=helpers.QUICK))
    assert found.state is State.LIVE
    written = loud.read_text() + "".join(capfd.readouterr())
    assert "this is logged" in written
    for word in ("CanonicalRequest", "x-amz-security-token", "AWS4-HMAC", "Authorization"):
        assert word.lower() not in written.lower()
    for role in finding.values:
        assert helpers.plain(finding, role) not in written


def test_the_control_would_show_what_is_logged(loud: Path, maker: Any, helpers: Any) -> None:
    """Without our silence the log does hold the session token: the test above can fail."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    logger = logging.getLogger("botocore.auth")
    logger.disabled = False
    token = maker.token()
    request = AWSRequest("POST", "https://sts.amazonaws.com/", data=b"")
    SigV4Auth(Credentials("a", "b", token), "sts", "us-east-1").add_auth(request)
    assert token in loud.read_text()


def test_a_candidate_does_not_print_its_values(maker: Any) -> None:
    from scanner.liveness.candidates import Accounts, candidate

    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    each = candidate(finding, Accounts())
    assert isinstance(each, Candidate)
    for value in finding.values.values():
        assert value.reveal().decode() not in f"{each} {each!r}"


@pytest.mark.parametrize("tail", ["\r\nX-Evil: 1", " a", "\n", "\0", "é"])
def test_what_could_end_a_header_is_not_sent(tail: str, maker: Any) -> None:
    from scanner.liveness.candidates import Accounts, candidate

    temporary = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token() + tail)
    assert candidate(temporary, Accounts()).reason is Reason.NO_TOKEN  # type: ignore[union-attr]
    longterm = maker.finding(secret=maker.secret() + tail)
    assert candidate(longterm, Accounts()).reason is Reason.NO_SECRET  # type: ignore[union-attr]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is that of Linux")
def test_no_core_is_dumped() -> None:
    program = (
        "import ctypes, json, resource\n"
        "from scanner.liveness.protection import forbid_core_dumps\n"
        "forbid_core_dumps()\n"
        "limit = resource.getrlimit(resource.RLIMIT_CORE)[0]\n"
        "print(json.dumps([limit, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [0, 0]


def test_it_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.liveness.client import require

    require()
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(UsageError) as caught:
        require()
    assert str(caught.value).endswith("which is not installed: pip install boto3")


@pytest.mark.parametrize("module", ["botocore.auth", "botocore.httpsession", "urllib3"])
@pytest.mark.parametrize("error", ["ImportError", "AttributeError", "SyntaxError", "OSError"])
def test_a_broken_library_is_noticed_before_the_scan(
    module: str, error: str, tmp_path: Path, keycatch: Any
) -> None:
    """One that is there but cannot be imported, as after an upgrade that went wrong."""
    site = tmp_path / "path"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise {error}('with a text\\nof two lines')\n"
        "sys.meta_path.insert(0, Broken())\n"
    )
    path = os.pathsep.join([str(site), str(ROOT)])
    # Standard input is never read: it would not end.
    done = keycatch("scan", "-", "--check-liveness", cwd=tmp_path, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    text = " ".join(done.stderr.split())
    assert f"cannot be imported ({error}): pip install boto3 --force-reinstall" in text
    assert "two lines" not in text
