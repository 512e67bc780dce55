"""Clones from a real sshd: keys of an agent, host keys, and no questions."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.remote.address import parse
from scanner.remote.failure import RemoteError, State
from scanner.remote.mirror import Access, mirror
from scanner.remote.watch import Limits

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
NEEDED = ("ssh", "ssh-agent", "ssh-add", "ssh-keygen")
if not (SSHD and all(map(shutil.which, NEEDED))):
    pytest.skip("OpenSSH is not installed, with its server", allow_module_level=True)

LIMITS = Limits(reserve=0)
USER = pwd.getpwuid(os.getuid()).pw_name


class Server(NamedTuple):
    """A running sshd that knows one key, and what a client needs."""

    port: int
    key: Path
    configuration: Path
    """Of the client: it knows the host key, and nothing of the user who runs the tests."""
    known_hosts: Path


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sshd")
    host, key = folder / "host", folder / "key"
    for each in (host, key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", each], check=True)
    allowed = folder / "authorized_keys"
    allowed.write_bytes((folder / "key.pub").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = folder / "sshd_config"
    server.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {allowed}\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    )
    known = folder / "known_hosts"
    known.write_text(f"[localhost]:{port} {(folder / 'host.pub').read_text()}")
    client = folder / "ssh_config"
    client.write_text(f"UserKnownHostsFile {known}\nGlobalKnownHostsFile none\nIdentityFile none\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # for the process without privileges
    process = subprocess.Popen(
        [str(SSHD), "-D", "-e", "-f", server], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.05)
    yield Server(port, key, client, known)
    process.terminate()
    process.wait()


@pytest.fixture
def client(sshd: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an ssh first on the PATH that has the configuration of the tests; return what it got."""
    folder = tmp_path / "programs"
    folder.mkdir()
    log = tmp_path / "arguments"
    script = folder / "ssh"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("ssh")} -F {sshd.configuration} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return log


@pytest.fixture
def agent(sshd: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    said = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"(SSH_\w+)=([^;]+);", said))
    monkeypatch.setenv("SSH_AUTH_SOCK", found["SSH_AUTH_SOCK"])
    subprocess.run(["ssh-add", "-q", sshd.key], check=True)
    yield
    os.kill(int(found["SSH_AGENT_PID"]), 15)


@pytest.fixture
def bare(make_repository: Callable[..., Any], tmp_path: Path) -> Path:
    made = make_repository("made")
    made.commit("a.txt")
    path = tmp_path / "bare.git"
    made.git("clone", "-q", "--bare", ".", str(path))
    return path


def fails(url: str) -> RemoteError:
    with pytest.raises(RemoteError) as caught, mirror(parse(url), Access(limits=LIMITS)):
        pytest.fail("it was cloned")
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_key_of_the_agent(
    sshd: Server, client: Path, agent: None, bare: Path, scratch: Path, tmp_path: Path
) -> None:
    address = parse(f"ssh://{USER}@localhost:{sshd.port}{bare}")
    for _ in range(2):
        with mirror(address, Access(limits=LIMITS), str(tmp_path / "kept")) as found:
            assert (Path(found.path) / "packed-refs").exists()
            config = (Path(found.path) / "config").read_text()
            assert f"url = ssh://localhost:{sshd.port}{bare}\n" in config
    assert all("BatchMode=yes" in line and "-T" in line for line in client.read_text().splitlines())
    assert fails(f"ssh://{USER}@localhost:{sshd.port}{bare}-not").state is State.MISSING


def test_no_key_and_no_question(sshd: Server, client: Path, bare: Path, scratch: Path) -> None:
    error = fails(f"ssh://{USER}@localhost:{sshd.port}{bare}")
    assert (error.state, "ssh-add" in str(error)) == (State.DENIED, True)
    assert f"{USER}@" not in str(error)
    assert list(scratch.iterdir()) == []


def test_a_host_key_that_is_not_known(
    sshd: Server, client: Path, agent: None, bare: Path, scratch: Path
) -> None:
    # Known as localhost only.
    error = fails(f"ssh://{USER}@127.0.0.1:{sshd.port}{bare}")
    assert (error.state, "known_hosts" in str(error)) == (State.UNTRUSTED, True)
    before = sshd.known_hosts.read_bytes()
    assert b"127.0.0.1" not in before  # nor is it now


def test_nobody_listens(client: Path, scratch: Path) -> None:
    assert fails("ssh://git@localhost:1/a.git").state is State.UNREACHABLE
    assert fails("git@no-such-host.invalid:a.git").state is State.UNREACHABLE
