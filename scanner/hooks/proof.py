"""Tries hooks in a repository made for it: a made-up credential has to be stopped.

A hook that is in its place and checks nothing looks like one that found nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.git.hardening import environment
from scanner.git.process import complete
from scanner.hooks.script import SERVER
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scanner.git.process import Completed

_PERSON: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "keycatch"), ("EMAIL", "keycatch@localhost"))
}
_CONFIGURES: Final = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_FOUND: Final = b"aws-access-key-pair"
"""The rule that the report of a hook names when it was keycatch that stopped something: a hook that
fails for another reason proves nothing."""


class ProofError(KeycatchError):
    """The hooks did not stop a credential, or stopped what has none."""


def prove(hooks: Collection[str], texts: Mapping[str, bytes] | None) -> None:
    """Commit, merge and push with `hooks` in a temporary repository; raises ProofError.

    `texts` are their contents; with None the user's configuration decides what git runs. Hooks that
    they would chain in their place are not part of it. The credential is a new one each time, and
    is nowhere but in the temporary repository.
    """
    from tempfile import TemporaryDirectory

    # On Windows git may still have a pack open; what stays is in a directory for temporary files.
    with TemporaryDirectory(prefix="keycatch-", ignore_cleanup_errors=True) as root:
        trial = _Trial(root, texts)
        if "pre-commit" in hooks:
            trial.commit()
        if "pre-merge-commit" in hooks:
            trial.merge()
        if "commit-msg" in hooks:
            trial.message()
        if "pre-push" in hooks:
            trial.push("pre-push", hooks=True)
        if SERVER in hooks:
            trial.push(SERVER, hooks=False)


class _Trial:
    """The temporary repositories: a clean commit on `main`, one with a credential on `side`."""

    __slots__ = ("_bare", "_credential", "_variables", "_work")

    def __init__(self, root: str, texts: Mapping[str, bytes] | None) -> None:
        # Inside of a hook or an alias git has variables that name another repository.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_")
            or name == "GIT_EXEC_PATH"
            or (texts is None and name in _CONFIGURES)
        }
        # Hooks given as texts are tried as git runs them without anybody's configuration.
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} if texts else {}
        self._variables = environment(inherited, **_PERSON, **alone, GIT_ALLOW_PROTOCOL="file")
        self._credential = _credential()

        self._work, self._bare = os.path.join(root, "work"), os.path.join(root, "bare")
        for path, options in ((self._work, ()), (self._bare, ("--bare",))):
            os.mkdir(path)
            self._do("init", "-q", "--template=", *options, path)
        # A user who signs everything has no key for the made-up person.
        settings = {"commit.gpgSign": "false", "merge.verifySignatures": "false"}
        if texts:
            settings["core.hooksPath"] = os.path.join(root, "hooks")
            _write(settings["core.hooksPath"], texts)
            _write(os.path.join(self._bare, "hooks"), texts)
        for name, value in settings.items():
            self._do("config", name, value)

        # Whatever init.defaultBranch is, the pushes below need a name.
        self._do("symbolic-ref", "HEAD", "refs/heads/main")
        self._stage("plain", b"text\n")
        self._do("commit", "-q", "-m", "plain")
        self._stage("key", self._credential)
        # Plumbing, since `git commit` would run the hooks that are to be tried.
        tree = self._do("write-tree")
        side = self._do("commit-tree", "-p", "HEAD", "-m", "key", tree)
        self._do("update-ref", "refs/heads/side", side)
        self._do("reset", "-q", "--hard")

    def commit(self) -> None:
        """Try a commit without and one with the credential."""
        self._stage("clean", b"text\n")
        self._passes("pre-commit", self._git("commit", "-q", "-m", "clean", hooks=True))
        self._stage("key", self._credential)
        self._stops("pre-commit", self._git("commit", "-q", "-m", "key", hooks=True))
        self._do("reset", "-q", "--hard")

    def merge(self) -> None:
        """Try to merge the credential in."""
        # git runs pre-merge-commit only where it makes a merge commit (githooks(5)).
        command = ("merge", "-q", "--no-ff", "-m", "merge", "side")
        self._stops("pre-merge-commit", self._git(*command, hooks=True))
        self._do("reset", "-q", "--hard")

    def message(self) -> None:
        """Try a commit with the credential in its message; the pre-commit hook finds nothing."""
        text = os.fsdecode(self._credential)
        command = ("commit", "-q", "--allow-empty", "-m")
        self._passes("commit-msg", self._git(*command, "clean", hooks=True))
        self._stops("commit-msg", self._git(*command, text, hooks=True))

    def push(self, name: str, *, hooks: bool) -> None:
        """Try to push a branch without and one with the credential, with `hooks` on this side."""
        # The server of the trial takes no signatures, which push.gpgSign may ask for.
        command = ("push", "-q", "--no-signed", self._bare)
        self._passes(name, self._git(*command, f"main:refs/heads/{name}", hooks=hooks))
        self._stops(name, self._git(*command, f"side:refs/heads/{name}-side", hooks=hooks))

    def _stage(self, name: str, content: bytes) -> None:
        blob = self._do("hash-object", "-w", "--stdin", stdin=content)
        self._do("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")

    def _do(self, *command: str, stdin: bytes = b"") -> str:
        done = self._git(*command, hooks=False, stdin=stdin)
        if done.returncode:
            raise ProofError(
                f"the hooks could not be tested: git {command[0]} failed in a temporary "
                f"directory: {_last_line(done)}"
            )
        return done.stdout.decode("ascii", "replace").strip()

    def _git(self, *command: str, hooks: bool, stdin: bytes = b"") -> Completed:
        return complete(command, self._work, self._variables, stdin, hooks=hooks)

    def _passes(self, name: str, done: Completed) -> None:
        if done.returncode:
            raise ProofError(
                f"the {name} hook failed on a change without credentials in a temporary "
                f"repository, so nothing was installed: {_last_line(done)}"
            )

    def _stops(self, name: str, done: Completed) -> None:
        if not done.returncode or _FOUND not in done.stdout + done.stderr:
            raise ProofError(
                f"the {name} hook did not stop a made-up credential in a temporary repository, so "
                f"nothing was installed: git ended with {done.returncode} and {_last_line(done)}"
            )


def _credential() -> bytes:
    from scanner.rulebook.generator import Generator

    # From the generator of the rules' examples: a value that its rule believes, and nobody's.
    made = Generator(int.from_bytes(os.urandom(16), "big"))
    lines = (
        f"aws_access_key_id = {made.access_key_id()}",
        f"aws_secret_access_key = {made.secret_access_key()}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _write(directory: str, texts: Mapping[str, bytes]) -> None:
    os.mkdir(directory)
    for name, text in texts.items():
        path = os.path.join(directory, name)
        with open(path, "wb") as file:
            file.write(text)
        os.chmod(path, 0o700)


def _last_line(done: Completed) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return printable(lines[-1]) if lines else "no message"
