"""What git, curl, ssh and servers say, and the kind of failure that it is."""

from __future__ import annotations

import pickle

import pytest

from scanner.remote.failure import RemoteError, State, failure

AFTER_SSH = [
    "fatal: Could not read from remote repository.",
    "",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
]


@pytest.mark.parametrize(
    ("said", "state", "shown"),
    [
        (["remote: Repository not found.", "fatal: repository 'https://github.com/a/b/' not found"],
         State.MISSING, "Repository not found"),
        (["ERROR: Repository not found.", *AFTER_SSH], State.MISSING, "ERROR: Repository"),
        (["git@github.com: Permission denied (publickey).", *AFTER_SSH], State.DENIED, "publickey"),
        (["Host key verification failed.", *AFTER_SSH], State.UNTRUSTED, "Host key"),
        (["ssh: connect to host h port 22: Connection timed out", *AFTER_SSH], State.UNREACHABLE,
         "timed out"),
        (["kex_exchange_identification: Connection closed by remote host", *AFTER_SSH],
         State.UNREACHABLE, "Connection closed"),
        (["fatal: unable to access 'https://h/a/': Could not resolve host: h"], State.UNREACHABLE,
         "Could not resolve"),
        (["fatal: unable to access 'https://h/a/': server certificate verification failed. CAfile: "
          "none CRLfile: none"], State.UNTRUSTED, "verification failed"),
        (["fatal: unable to access 'https://h/a/': SSL certificate problem: self-signed"],
         State.UNTRUSTED, "self-signed"),
        (["fatal: unable to access 'https://h/a/': OpenSSL SSL_read: Connection reset by peer"],
         State.UNREACHABLE, "reset by peer"),
        (["fatal: unable to access 'https://h/SSL not found/': URL returned error: 403"],
         State.DENIED, "error: 403"),
        (["fatal: '/srv/TLS' does not appear to be a git repository", *AFTER_SSH], State.MISSING,
         "appear to be"),
        (["fatal: Unable to create '/m/a.git/packed-refs.lock': File exists."], State.FOLDER,
         "packed-refs.lock"),
        (["fatal: unable to access 'https://h/a/': The requested URL returned error: 301"],
         State.MOVED, "error: 301"),
        (["fatal: could not read Username for 'https://h': terminal prompts disabled"],
         State.DENIED, "could not read Username"),
        (["remote: HTTP Basic: Access denied", "fatal: Authentication failed for 'https://h/a/'"],
         State.DENIED, "Authentication failed"),
        (["fatal: write error: No space left on device", "fatal: early EOF"], State.NO_ROOM,
         "No space left"),
        (["error: RPC failed; curl 18 transfer closed with outstanding read data remaining",
          "fatal: early EOF"], State.FAILED, "RPC failed"),
        (["remote: one", "remote: last", "fatal: early EOF"], State.FAILED, "remote: last"),
        (["warning: redirecting", "fatal: early EOF"], State.FAILED, "warning: redirecting"),
        ([], State.FAILED, "git said nothing"),
    ],
)  # fmt: skip
def test_the_reason_and_its_kind(said: list[str], state: State, shown: str) -> None:
    error = failure(said, "https://h/a")
    assert (error.state, shown in str(error)) == (state, True), str(error)
    assert str(error) == f"https://h/a: {error.reason}"
    assert "; " in error.reason


def test_it_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(RemoteError(State.MOVED, "why", "name")))
    assert (error.state, error.reason, error.name, str(error)) == (
        State.MOVED, "why", "name", "name: why",
    )  # fmt: skip
