"""Files that each hold one made-up credential, to see which of them a scanner reports.

The values come from the generator that the examples of the rules use; the text around them is what
people write. A file holds nothing else that could be reported, so a finding anywhere in it counts,
whatever a scanner calls it.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.kinds import service_key, signed_url, smtp_password
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_NAME: Final = re.compile(r"site-(\d{4})\.")
"""How planted files are called, with their number: found again in whatever a scanner prints."""

# `{id}` and `{secret}` are made in the order in which they are here.
_PAIRS: Final = (
    (".ini", "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    (".env", "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\n"),
    (".py", 'session = Session(\n    "{id}",\n    aws_secret_access_key="{secret}",\n)\n'),
    (".json", '{{\n  "accessKeyId": "{id}",\n  "secretAccessKey": "{secret}"\n}}\n'),
    (".yaml", "s3:\n  access_key: {id}\n  secret_key: {secret}\n"),
    (".tf", 'provider "aws" {{\n  access_key = "{id}"\n  secret_key = "{secret}"\n}}\n'),
    (".java", 'AwsBasicCredentials.create("{id}", "{secret}");\n'),
    (".csv", "User name,Access key ID,Secret access key\nsofia,{id},{secret}\n"),
)

_FILLER: Final = "".join(f"option_{number} = {number * 37 % 101}\n" for number in range(60))


class Planted(NamedTuple):
    """A file that holds one credential."""

    kind: str
    name: str
    content: bytes


_MAKERS: Final[dict[str, Callable[[Generator], str]]] = {
    "id": Generator.access_key_id,
    "old_id": Generator.old_access_key_id,
    "temporary_id": Generator.temporary_access_key_id,
    "secret": Generator.secret_access_key,
    "token": Generator.session_token,
    "bedrock_key": service_key.make_bedrock_key,
    "smtp_password": smtp_password.make_password,
    "url": signed_url.make_url,
}
"""What the names in a template stand for."""


class _Values:
    """A new value of the generator for each name in a template."""

    def __init__(self, made: Generator) -> None:
        self._made = made

    def __getitem__(self, name: str) -> str:
        return _MAKERS[name](self._made)


def _text(extension: str, template: str) -> Callable[[Generator, int], tuple[str, bytes]]:
    return lambda made, _: (extension, template.format_map(_Values(made)).encode())


def _pair(made: Generator, number: int) -> tuple[str, bytes]:
    extension, template = _PAIRS[number % len(_PAIRS)]
    return _text(extension, template)(made, number)


def _encoded(made: Generator, number: int) -> tuple[str, bytes]:
    body = base64.b64encode(_pair(made, number)[1]).decode()
    text = f"apiVersion: v1\nkind: Secret\ndata:\n  credentials: {body}\n"
    return ".yaml", text.encode()


def _utf16(made: Generator, number: int) -> tuple[str, bytes]:
    return ".ps1", _pair(made, number)[1].decode().encode("utf-16")


def _gzip(made: Generator, number: int) -> tuple[str, bytes]:
    # Without a time in its head, the same seed gives the same bytes.
    return ".log.gz", gzip.compress(_FILLER.encode() + _pair(made, number)[1], mtime=0)


def _zip(made: Generator, number: int) -> tuple[str, bytes]:
    extension, content = _pair(made, number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        # A ZipInfo has a constant date; given a name alone, zipfile takes that of today.
        archive.writestr(zipfile.ZipInfo("config/readme.txt"), _FILLER)
        archive.writestr(zipfile.ZipInfo("config/settings" + extension), content)
    return ".zip", packed.getvalue()


def _percent(made: Generator, _: int) -> tuple[str, bytes]:
    secret = made.secret_access_key().replace("/", "%2F").replace("+", "%2B")
    return ".txt", f"s3://{made.access_key_id()}:{secret}@bucket/key\n".encode()


_KINDS: Final[dict[str, Callable[[Generator, int], tuple[str, bytes]]]] = {
    "key ID and secret, close": _pair,
    "the same, ID from before 2019": _text(
        ".env", "AWS_ACCESS_KEY_ID={old_id}\nAWS_SECRET_ACCESS_KEY={secret}\n"
    ),
    "the same, 60 lines apart": _text(
        ".ini", f"secret_key = {{secret}}\n{_FILLER}access_key = {{id}}\n"
    ),
    "key ID alone": _text(".md", "Deployed with {id} by the release job.\n"),
    "named secret alone": _text(".properties", "aws.secretAccessKey={secret}\n"),
    "bare secret alone": _text(".txt", "as said on the phone:\n\n    {secret}\n"),
    "temporary keys with token": _text(
        ".ini",
        "aws_access_key_id = {temporary_id}\naws_secret_access_key = {secret}\n"
        "aws_session_token = {token}\n",
    ),
    "pair in base64": _encoded,
    "pair in UTF-16": _utf16,
    "pair with percent escapes": _percent,
    "pair in a gzip file": _gzip,
    "pair in a zip file": _zip,
    "Bedrock API key": _text(".env", "AWS_BEARER_TOKEN_BEDROCK={bedrock_key}\n"),
    "SES password with key ID": _text(
        ".ini",
        "host = email-smtp.eu-west-1.amazonaws.com\nuser = {id}\npassword = {smtp_password}\n",
    ),
    "presigned URL": _text(".md", "Fetch the report from {url}\n"),
}
"""What is planted to the extension and content of a file, in the order of tables."""


def plant(each: int, seed: int) -> list[Planted]:
    """Return `each` files of every kind; the same `seed` gives the same files."""
    files: list[Planted] = []
    for kind, make in _KINDS.items():
        for number in range(each):
            extension, content = make(Generator(f"{seed}/{kind}/{number}"), number)
            files.append(Planted(kind, f"site-{len(files):04}{extension}", content))
    return files


def write(files: Iterable[Planted], directories: Sequence[Path]) -> None:
    """Write `files`, spread over `directories`, which exist."""
    for number, file in enumerate(files):
        # A prime larger than their number visits the directories in an order that looks random.
        target = directories[number * 7919 % len(directories)]
        (target / file.name).write_bytes(file.content)


def count_found(files: Sequence[Planted], paths: Iterable[str]) -> dict[str, int]:
    """Return how many `files` of each kind are among the `paths` that a scanner named."""
    named = {int(match[1]) for path in paths for match in _NAME.finditer(path)}
    found = dict.fromkeys(_KINDS, 0)
    for number in named:
        if number < len(files):
            found[files[number].kind] += 1
    return found


def is_planted(path: str) -> bool:
    """Return whether `path` names a planted file, or something inside one."""
    return _NAME.search(path) is not None
