"""What the command prints, searched byte by byte for the credentials that it found.

Random credentials of every kind are planted in random contexts: content, encoded content, archives,
names of files, configuration. Then each format is written to standard output and to a file, in good
cases and bad, and every piece of twelve characters of every credential is looked for, as it is, in
base64 and percent-encoded. The same search has to succeed with `--show-secrets`.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pytest

from scanner.kinds.examples import expand, values
from scanner.reports import FORMATS, load
from scanner.rulebook.generator import Generator
from scanner.rulebook.loading import shipped_files

ROOT = Path(__file__).resolve().parents[1]
WINDOW = 12
NOT_SECRET = {
    "account_id", "service_user_name", "rsa_private_key_in_json",
    # These hold more than the credential; what they hold is planted by itself or as a URL.
    "cloudfront_canned_url", "cloudfront_cookies", "codecatalyst_token", "console_file",
    "dpop_key", "html_post_form", "iot_device_file", "login_refresh_token", "mfa_address",
    "post_form",
}  # fmt: skip
PATTERNS = {file.rule.id: file for _, file in shipped_files() if file.rule.kind == "pattern"}
"""Kinds that need no code: their values are those of the first example of their rule."""
KINDS = sorted({*(values().keys() - NOT_SECRET), *PATTERNS})


def introductions() -> dict[str, list[str]]:
    """Return by kind the beginnings of lines that introduce such a value in the examples of rules.

    Only what holds no other made-up value: it is planted next to the value as it is.
    """
    found: dict[str, list[str]] = {}
    for _, file in shipped_files():
        for template in file.examples.match:
            for line in template.splitlines():
                before, _, after = line.partition("{{")
                kind = after.partition("}}")[0]
                if kind in KINDS and before.strip("\"'"):
                    found.setdefault(kind, []).append(before)
    return found


INTRODUCTIONS = {
    **introductions(),
    "service_password": ["ServiceUserName: sofia-at-123456789012, ServicePassword: "],
    "api_gateway_key": ["https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com x-api-key: "],
    "cognito_client_secret": ["AWS_COGNITO_CLIENT_SECRET="],
    "console_password": ["https://acme.signin.aws.amazon.com/console password: "],
    "mfa_seed": ["arn:aws:iam::123456789012:mfa/sofia seed: "],
    "other_web_token": ["AWS_WEB_IDENTITY_TOKEN="],
    **{
        f"{form}_private_key": ["aws_private_key = "]
        for form in ("ec", "encrypted", "openssh", "pkcs8", "ppk")
    },
}


def windows(text: bytes, size: int = WINDOW) -> set[bytes]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def made_up(kind: str, seed: str) -> str:
    if kind not in PATTERNS:
        return values()[kind](Generator(seed))
    file = PATTERNS[kind]
    found = re.search(file.rule.pattern, expand(file.examples.match[0], seed))
    assert found
    return found["value"]


class Planted:
    """The pieces that must not come out: what is different in two values of the same kind."""

    def __init__(self) -> None:
        self.pieces: set[bytes] = set()
        self.values: dict[str, list[str]] = {}

    def add(self, kind: str, seed: object) -> str:
        value, other = (made_up(kind, f"{seed}{kind}{n}") for n in (1, 2))
        self.values.setdefault(kind, []).append(value)
        known = windows(other.encode())
        # Which bucket or host a signed URL is for, and with which public key, is no secret, and is
        # told.
        is_url = value.startswith("http") or "/?" in value
        for part in re.findall(r"[?&](?!Key-Pair-Id)[^=]+=([^&]+)", value) if is_url else [value]:
            self.pieces |= windows(part.encode()) - known
        return value

    def leaks(self, output: bytes) -> list[bytes]:
        """Return the pieces that stand in `output` in any spelling."""
        found: set[bytes] = set()
        spellings = (
            output, unquote_to_bytes(output), output.replace(b"\\/", b"/"),
            output.replace(b"\\n", b"\n"), output.replace(b"\r\n", b"\n"),
            # What readers of XML, of Markdown and of a table take it for.
            html.unescape(output.decode("latin-1")).encode("latin-1", "replace"),
            output.replace(b"\\", b""), output.replace(b"'", b""),
        )  # fmt: skip
        for text in dict.fromkeys(spellings):
            found |= self.pieces & windows(text)
        for shift in range(3):
            # Characters that also depend on the bytes before and after are left out.
            first, last = (0, 2, 3)[shift], (shift + WINDOW) * 8 // 6
            grams = windows(output, last - first)
            for piece in self.pieces:
                if base64.b64encode(b"\0" * shift + piece)[first:last] in grams:
                    found.add(piece)
        # Account numbers are told.
        return sorted(piece for piece in found if not piece.strip().isdigit())


def context(rng: random.Random, kind: str, value: str) -> str:
    name = rng.choice(INTRODUCTIONS.get(kind) or ["key = ", "token: ", '"value": "', "", "-u "])
    return f"{rng.choice(['', '# ', '  ', 'export '])}{name}{value}\n"


def archive(name: str, text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, text)
    return packed.getvalue()


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A directory with credentials of every kind in all kinds of places, and what was planted."""
    directory = tmp_path_factory.mktemp("tree")
    rng, planted = random.Random(20261121), Planted()

    def add(kind):
        return planted.add(kind, rng.random())

    for number in range(2):
        for kind in KINDS:
            (directory / f"{kind}-{number}.txt").write_text(context(rng, kind, add(kind)))
    pair = f"aws_access_key_id={add('access_key_id')}\n"
    pair += f"aws_secret_access_key={add('secret_access_key')}\n"
    (directory / "pair.ini").write_text(pair)
    (directory / "wide.ini").write_bytes(("\ufeff" + pair).encode("utf-16-le"))
    (directory / "encoded.yaml").write_text(f"data: {base64.b64encode(pair.encode()).decode()}\n")
    (directory / "percent.txt").write_text(quote(pair, safe=""))
    (directory / "cell.ipynb").write_text(json.dumps({"source": [json.dumps({"x": pair})]}))
    (directory / "long.js").write_text(f"{'x;' * 50_000}{pair}{'y;' * 50_000}")
    triple = (
        f"{add('temporary_access_key_id')}\n{add('secret_access_key')}\n{add('session_token')}\n"
    )
    (directory / "triple.txt").write_text(triple)
    (directory / "password-in-between.txt").write_text(
        f"aws {add('secret_access_key')} secret {add('secret_access_key')} aws "
        f"{add('access_key_id')} secret = {add('secret_access_key')}\n"
    )
    # Names.
    names = [add("access_key_id"), add("secret_access_key").replace("/", "x"), add("access_key_id")]
    planted.pieces |= windows(names[1].encode())
    (directory / f"backup-{names[0]}").write_text("clean\n")
    (directory / f"user={names[2]}:{names[1]}.conf").write_text(f"{add('access_key_id')}\n")
    inner = archive(f"{add('access_key_id')}/conf", f"{add('secret_access_key')}\n")
    (directory / f"{add('access_key_id')}.zip").write_bytes(
        archive(f"in/{add('access_key_id')}.zip", "") + inner
    )
    # Archives that break off, with names that notices quote.
    whole = archive(
        f"{add('access_key_id')}.txt",
        context(rng, "secret_access_key", add("secret_access_key")) * 50,
    )
    (directory / "broken.zip").write_bytes(whole[: len(whole) // 2])
    if os.name == "posix":
        os.mkfifo(directory / f"pipe-{add('access_key_id')}")
        os.symlink(f"{add('access_key_id')}/nowhere", directory / "link")
        closed = directory / f"closed-{add('access_key_id')}"
        closed.write_text("x")
        closed.chmod(0)
        hidden = directory / f"dir-{add('access_key_id')}"
        hidden.mkdir()
        hidden.chmod(0)
    yield directory, planted
    if os.name == "posix":
        closed.chmod(0o600)
        hidden.chmod(0o700)


def keycatch(
    directory: Path, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "400"}
    return subprocess.run(
        [sys.executable, "-m", "scanner", "scan", *arguments],
        cwd=directory, env=environment, input=stdin, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_prints_a_credential(name, planted):
    directory, secrets = planted
    done = keycatch(directory, "--no-config", "--format", name)
    check(done, done.stdout, secrets)


@pytest.mark.parametrize(
    "options", [("-v",), ("-q", "--jobs", "2"), ("-v", "--color", "always")], ids=" ".join
)
def test_nor_does_one_that_is_written_to_a_file(options, planted, tmp_path):
    directory, secrets = planted
    targets = {name: tmp_path / name for name in FORMATS}
    outputs = [f"--output={name}={target}" for name, target in targets.items()]
    done = keycatch(directory, "--no-config", *outputs, *options)
    for target in targets.values():
        check(done, target.read_bytes(), secrets)


def check(done, report, secrets):
    """Require that a run ended well, and that neither its `report` nor its messages leak."""
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr
    assert len(report) > 2000
    assert secrets.leaks(report + done.stdout + done.stderr) == []


@pytest.mark.parametrize("name", [name for name in FORMATS if load(name).shows_secrets])
def test_with_show_secrets_every_kind_is_printed(name, planted):
    """The search above can find what it looks for, and every kind is found by the scan."""
    directory, secrets = planted
    done = keycatch(directory, "--no-config", "--format", name, "--show-secrets", "-v")
    output = done.stdout.replace(b"\\n", b"\n").replace(b"\\\\", b"\\")
    assert secrets.leaks(done.stdout)
    shown = {
        kind
        for kind, values in secrets.values.items()
        # Long values may be broken into lines: their beginning is enough.
        if any(value[:40].encode() in output for value in values)
    }
    assert set(KINDS) - shown <= {"ecr_authorization_token", "windows_password_data"}


def test_standard_input(planted):
    directory, secrets = planted
    for path in ("pair.ini", "triple.txt", "encoded.yaml", "cell.ipynb"):
        done = keycatch(directory, "--no-config", "-v", "-", stdin=(directory / path).read_bytes())
        assert done.returncode == 1
        assert secrets.leaks(done.stdout + done.stderr) == []


def test_configuration_that_cannot_be_used(planted, tmp_path):
    directory, secrets = planted
    value = secrets.add("secret_access_key", "configuration")
    # Not a place for a credential, but somebody may paste a whole file there.
    for text in (
        f"aws_secret_access_key = {value}\n", f"[default]\n{value}\n", f'"{value}', f"[{value}]]\n",
        f'aws_secret_access_key = "{value}"\n', f"[default]\naws_secret_access_key = '{value}'\n",
    ):  # fmt: skip
        config = tmp_path / "config"
        config.write_text(text)
        done = keycatch(directory, "--config", str(config), ".")
        assert done.returncode == 2
        assert secrets.leaks(done.stdout + done.stderr) == []


def test_a_defect_of_ours_quotes_nothing(planted, tmp_path):
    """A detector that fails with a message full of content, in the real command."""
    directory, secrets = planted
    (tmp_path / "sitecustomize.py").write_text(
        "import types, scanner.engine.gather as g\n"
        "def load(name):\n"
        "    def fail(rule, layer, match):\n"
        "        raise ValueError(layer.data)\n"
        "    return types.SimpleNamespace(detect=fail)\n"
        "g.load = load\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "scan", "--no-config", "-v", "."],
        cwd=directory, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert (
        b"internal-error" in done.stdout + done.stderr or b"ValueError" in done.stdout + done.stderr
    )
    # Nothing was judged, so nothing is known to be a credential: names are printed as they are.
    printed = re.sub(rb"[^ ]*AKIA[A-Z2-7]{16}[^ ]*", b"", done.stdout + done.stderr)
    assert secrets.leaks(printed) == []


def test_examples_of_all_rules_are_redacted(tmp_path):
    """Every example of every shipped rule, in the default format."""
    from scanner.rulebook.loading import shipped_files

    values = Planted()
    for path, file in shipped_files():
        for number, example in enumerate(file.examples.match):
            text = expand(example, f"{path}{number}")
            other = expand(example, f"{path}{number}x")
            text, other = (
                re.sub(r"[\w.-]*\.amazonaws\.com\S*?\?|Key-Pair-Id=[A-Z0-9]+", "?", each)
                for each in (text, other)
            )
            values.pieces |= windows(text.encode()) - windows(other.encode())
            (tmp_path / f"{Path(path).stem}-{number}").write_text(text)
    done = keycatch(tmp_path, "--no-config", "-v")
    assert done.returncode == 1
    assert values.leaks(done.stdout + done.stderr) == []
