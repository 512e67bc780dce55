"""Files that each hold one made-up credential, to see which of them a scanner reports.

The values come from the generator that the examples of the rules use; what stands around them is
what people write. A file holds nothing else that could be reported, so a finding anywhere in it
counts, whatever a scanner calls it.
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
    from collections.abc import Callable, Iterable
    from pathlib import Path

_NAME: Final = re.compile(r"site-(\d{4})\.")

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


def _pair(made: Generator, number: int) -> tuple[str, bytes]:
    extension, text = _PAIRS[number % len(_PAIRS)]
    return extension, text.format(id=made.access_key_id(), secret=made.secret_access_key()).encode()


def _pair_apart(made: Generator, _: int) -> tuple[str, bytes]:
    text = (
        f"secret_key = {made.secret_access_key()}\n{_FILLER}access_key = {made.access_key_id()}\n"
    )
    return ".ini", text.encode()


def _old_pair(made: Generator, _: int) -> tuple[str, bytes]:
    text = (
        f"AWS_ACCESS_KEY_ID={made.old_access_key_id()}\n"
        f"AWS_SECRET_ACCESS_KEY={made.secret_access_key()}\n"
    )
    return ".env", text.encode()


def _lone_key_id(made: Generator, _: int) -> tuple[str, bytes]:
    return ".md", f"Deployed with {made.access_key_id()} by the release job.\n".encode()


def _lone_named_secret(made: Generator, _: int) -> tuple[str, bytes]:
    return ".properties", f"aws.secretAccessKey={made.secret_access_key()}\n".encode()


def _lone_bare_secret(made: Generator, _: int) -> tuple[str, bytes]:
    return ".txt", f"as said on the phone:\n\n    {made.secret_access_key()}\n".encode()


def _encoded(made: Generator, number: int) -> tuple[str, bytes]:
    body = base64.b64encode(_pair(made, number)[1]).decode()
    text = f"apiVersion: v1\nkind: Secret\ndata:\n  credentials: {body}\n"
    return ".yaml", text.encode()


def _utf16(made: Generator, number: int) -> tuple[str, bytes]:
    return ".ps1", _pair(made, number)[1].decode().encode("utf-16")


def _gzip(made: Generator, number: int) -> tuple[str, bytes]:
    return ".log.gz", gzip.compress(_FILLER.encode() + _pair(made, number)[1], mtime=0)


def _zip(made: Generator, number: int) -> tuple[str, bytes]:
    extension, content = _pair(made, number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("config/readme.txt"), _FILLER)
        archive.writestr(zipfile.ZipInfo("config/settings" + extension), content)
    return ".zip", packed.getvalue()


def _percent(made: Generator, _: int) -> tuple[str, bytes]:
    secret = made.secret_access_key().replace("/", "%2F").replace("+", "%2B")
    return ".txt", f"s3://{made.access_key_id()}:{secret}@bucket/key\n".encode()


def _session_token(made: Generator, _: int) -> tuple[str, bytes]:
    text = (
        f"aws_access_key_id = {made.temporary_access_key_id()}\n"
        f"aws_secret_access_key = {made.secret_access_key()}\n"
        f"aws_session_token = {made.session_token()}\n"
    )
    return ".ini", text.encode()


def _bedrock(made: Generator, _: int) -> tuple[str, bytes]:
    return ".env", f"AWS_BEARER_TOKEN_BEDROCK={service_key.make_bedrock_key(made)}\n".encode()


def _ses(made: Generator, _: int) -> tuple[str, bytes]:
    text = (
        f"host = email-smtp.eu-west-1.amazonaws.com\nuser = {made.access_key_id()}\n"
        f"password = {smtp_password.make_password(made)}\n"
    )
    return ".ini", text.encode()


def _presigned(made: Generator, _: int) -> tuple[str, bytes]:
    return ".md", f"Fetch the report from {signed_url.make_url(made)}\n".encode()


_KINDS: Final[dict[str, Callable[[Generator, int], tuple[str, bytes]]]] = {
    "key ID and secret, close": _pair,
    "the same, ID from before 2019": _old_pair,
    "the same, 60 lines apart": _pair_apart,
    "key ID alone": _lone_key_id,
    "named secret alone": _lone_named_secret,
    "bare secret alone": _lone_bare_secret,
    "temporary keys with token": _session_token,
    "pair in base64": _encoded,
    "pair in UTF-16": _utf16,
    "pair with percent escapes": _percent,
    "pair in a gzip file": _gzip,
    "pair in a zip file": _zip,
    "Bedrock API key": _bedrock,
    "SES password with key ID": _ses,
    "presigned URL": _presigned,
}
"""What is planted to how it is written."""

KINDS: Final = tuple(_KINDS)


def plant(each: int, seed: int) -> list[Planted]:
    """Return `each` files of every kind; the same `seed` gives the same files."""
    files: list[Planted] = []
    for kind, make in _KINDS.items():
        for number in range(each):
            made = Generator(f"{seed}/{kind}/{number}")
            extension, content = make(made, number)
            files.append(Planted(kind, f"site-{len(files):04}{extension}", content))
    return files


def write(files: Iterable[Planted], directories: list[Path]) -> None:
    """Write `files`, spread over `directories`, which exist."""
    for number, file in enumerate(files):
        target = directories[number * 7919 % len(directories)]
        (target / file.name).write_bytes(file.content)


def found_of(files: list[Planted], paths: Iterable[str]) -> dict[str, int]:
    """Return how many files of each kind are among the `paths` that a scanner named."""
    named = {int(match[1]) for path in paths for match in _NAME.finditer(path)}
    found = dict.fromkeys(KINDS, 0)
    for number in named:
        if number < len(files):
            found[files[number].kind] += 1
    return found


def is_planted(path: str) -> bool:
    """Tell whether `path` names a planted file, or something inside one."""
    return _NAME.search(path) is not None
