"""Credentials made up for examples and tests: right in structure, never issued by anyone.

A `Generator` makes the same values for the same seed in every version of Python.
"""

from __future__ import annotations

import base64
import json
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
HEX: Final = "0123456789abcdef"
_LOWER_BASE32: Final = BASE32.lower()
_SIGNED_ON: Final = "20260214"
_SIGNED_AT: Final = _SIGNED_ON + "T093000Z"


class Generator:
    """A source of made-up credentials; values depend on the seed and on the calls before."""

    def __init__(self, seed: str | int) -> None:
        """Start from `seed`; the same seed gives the same values."""
        self._random = random.Random(seed)  # noqa: S311 -- nothing here is to be unpredictable

    # -- raw material -------------------------------------------------------------------------

    def text(self, alphabet: Sequence[str], length: int) -> str:
        """Return `length` characters of `alphabet`, each equally probable."""
        return "".join(alphabet[self._random.randrange(len(alphabet))] for _ in range(length))

    def raw(self, length: int) -> bytes:
        """Return `length` random bytes."""
        return bytes(self._random.randrange(256) for _ in range(length))

    def account_id(self) -> str:
        """Return 12 digits."""
        return f"{self._random.randrange(100_000_000_000, 1_000_000_000_000)}"

    # -- access keys ----------------------------------------------------------------------------

    def access_key_id(self, account_id: str | None = None, prefix: str = "AKIA") -> str:
        """Return a key ID as issued since 2019, with the account inside."""
        account = int(account_id or self.account_id())
        number = 1 << 79 | account << 39 | self._random.getrandbits(39)
        return prefix + "".join(BASE32[number >> shift & 31] for shift in range(75, -1, -5))

    def temporary_access_key_id(self, account_id: str | None = None) -> str:
        """Return a key ID of STS."""
        return self.access_key_id(account_id, "ASIA")

    def old_access_key_id(self, prefix: str = "AKIA") -> str:
        """Return a key ID as issued before 2019."""
        return prefix + self.text("IJ", 1) + self.text(BASE32, 14) + self.text("AQ", 1)

    def secret_access_key(self) -> str:
        """Return 40 characters of base64 with at least one digit, as nearly all secrets have."""
        while True:
            secret = self.text(BASE64, 40)
            if any(character.isdigit() for character in secret):
                return secret

    def session_token(self, region: str = "eu-west-1", size: int = 600) -> str:
        """Return a session token of `size` bytes before encoding; `region` is readable in it."""
        head = b"\x21\x0a\x09origin_ec\x10" + self._varint()
        head += b"\x1a" + bytes((len(region),)) + region.encode()
        return encode(head + self.raw(size - len(head)))

    def old_session_token(self, size: int = 250) -> str:
        """Return a session token of the kind issued about 2019 to 2022, without a region."""
        head = b"\x17\x0a\x06er/aws\x10" + self._varint() + b"\x1a\x0c" + self.raw(12)
        return encode(head + self.raw(size - len(head)))

    def _varint(self) -> bytes:
        return bytes((self._random.randrange(128, 256), self._random.randrange(1, 128)))

    # -- keys and passwords of services -----------------------------------------------------------

    def bedrock_api_key(self, account_id: str | None = None, user: str | None = None) -> str:
        """Return a long-term API key of Bedrock, as the console makes it unless `user` is given."""
        alias = user or f"BedrockAPIKey-{self.text('abcdefghijklmnopqrstuvwxyz0123456789', 4)}"
        return self._service_key(b"\x00\x14\x8a", alias, account_id)

    def claude_platform_api_key(self, account_id: str | None = None) -> str:
        """Return a long-term API key of Claude Platform on AWS."""
        alias = f"AeaApiKey-{self.text('abcdefghijklmnopqrstuvwxyz0123456789', 4)}"
        return self._service_key(b"\x00\x40\x00", alias, account_id)

    def service_api_key(self, account_id: str | None = None, user: str = "log-shipper") -> str:
        """Return a long-term API key with framing bytes that no known service has."""
        return self._service_key(b"\x00\x21\x5f", user, account_id)

    def _service_key(self, frame: bytes, alias: str, account_id: str | None) -> str:
        account = account_id or self.account_id()
        return encode(frame + f"{alias}-at-{account}:{encode(self.raw(44))}".encode())

    def bedrock_short_term_api_key(self, region: str = "us-east-1") -> str:
        """Return a short-term API key of Bedrock, which lasts 12 hours."""
        return "bedrock-api-key-" + self._bearer("bedrock", region)

    def claude_platform_short_term_api_key(self, region: str = "us-east-1") -> str:
        """Return a short-term API key of Claude Platform on AWS."""
        service = "aws-external-anthropic"
        return f"{service}-api-key-" + self._bearer(service, region)

    def _bearer(self, service: str, region: str) -> str:
        query = self.signed_query(
            service, region, seconds=43_200, action="CallWithBearerToken", temporary=True
        )
        return encode(f"{service}.amazonaws.com/?{query}&Version=1".encode())

    def service_password(self) -> str:
        """Return a password of CodeCommit or Keyspaces: 32 bytes in base64."""
        return encode(self.raw(32))

    def service_user_name(self, account_id: str | None = None, user: str = "sofia") -> str:
        """Return the user name that belongs to such a password."""
        return f"{user}-at-{account_id or self.account_id()}"

    def ses_smtp_password(self, secret: str | None = None, region: str = "us-east-1") -> str:
        """Return the SMTP password of SES that belongs to `secret`, or to a new one."""
        import hmac

        key = f"AWS4{secret or self.secret_access_key()}".encode()
        for message in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
            key = hmac.digest(key, message.encode(), "sha256")
        return encode(b"\x04" + key)

    def old_ses_smtp_password(self, secret: str | None = None) -> str:
        """Return the SMTP password of the version before, which is the same in all regions."""
        import hmac

        key = (secret or self.secret_access_key()).encode()
        return encode(b"\x02" + hmac.digest(key, b"SendRawEmail", "sha256"))

    def appsync_api_key(self) -> str:
        """Return an API key of AppSync: 128 bits in lower-case base32."""
        return "da2-" + self.text(_LOWER_BASE32, 25) + self.text("aeimquy4", 1)

    def mws_auth_token(self) -> str:
        """Return an auth token of Marketplace Web Service."""
        return "amzn.mws." + "-".join(self.text(HEX, size) for size in (8, 4, 4, 4, 12))

    def lwa_client_secret(self) -> str:
        """Return a client secret of Login with Amazon."""
        return "amzn1.oa2-cs.v1." + self.text(HEX, 64)

    def ecr_password(self) -> str:
        """Return a password of Elastic Container Registry."""
        content = {
            "payload": encode(self.raw(900)),
            "datakey": encode(self.raw(138)),
            "version": "2",
            "type": "DATA_KEY",
            "expiration": 1_771_104_600 + self._random.randrange(10_000),
        }
        return encode(json.dumps(content, separators=(",", ":")).encode())

    def ecr_authorization_token(self) -> str:
        """Return the same with its user name, as a Docker configuration holds it."""
        return encode(f"AWS:{self.ecr_password()}".encode())

    def codeartifact_token(self) -> str:
        """Return an authorization token of CodeArtifact, which lasts 12 hours."""
        issued = 1_771_061_400 + self._random.randrange(10_000)
        header = {
            "ver": 1,
            "isu": issued,
            "enc": "A128GCM",
            "tag": _encode_url(self.raw(16)),
            "exp": issued + 43_200,
            "alg": "A128GCMKW",
            "iv": _encode_url(self.raw(12)),
        }
        head = _encode_url(json.dumps(header, separators=(",", ":")).encode())
        return ".".join([head, *(_encode_url(self.raw(size)) for size in (16, 12, 420, 16))])

    # -- signed requests ------------------------------------------------------------------------

    def signed_query(
        self,
        service: str = "s3",
        region: str = "eu-west-1",
        *,
        seconds: int = 3600,
        action: str = "",
        temporary: bool = False,
        headers: str = "host",
    ) -> str:
        """Return the query string of a request signed with version 4."""
        key_id = self.temporary_access_key_id() if temporary else self.access_key_id()
        scope = f"{key_id}/{_SIGNED_ON}/{region}/{service}/aws4_request"
        parameters = [
            ("Action", action),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", scope),
            ("X-Amz-Date", _SIGNED_AT),
            ("X-Amz-Expires", str(seconds)),
            ("X-Amz-Security-Token", self.session_token(region) if temporary else ""),
            ("X-Amz-SignedHeaders", headers),
            ("X-Amz-Signature", self.text(HEX, 64)),
        ]
        return "&".join(f"{name}={_quote(value)}" for name, value in parameters if value)

    def presigned_url(self, *, temporary: bool = False, seconds: int = 3600) -> str:
        """Return a URL of S3, signed with version 4."""
        query = self.signed_query(seconds=seconds, temporary=temporary)
        return f"https://reports-{self.text(HEX, 6)}.s3.eu-west-1.amazonaws.com/2026/q1.pdf?{query}"

    def old_presigned_url(self, expires: int = 2_075_494_478) -> str:
        """Return a URL of S3, signed with version 2, that is good until `expires` (Unix time)."""
        signature = _quote(encode(self.raw(20)))
        return (
            f"https://reports-{self.text(HEX, 6)}.s3.amazonaws.com/2019/q1.pdf"
            f"?AWSAccessKeyId={self.access_key_id()}&Expires={expires}&Signature={signature}"
        )

    def eks_token(self, region: str = "eu-west-1") -> str:
        """Return a token for a cluster of EKS."""
        query = self.signed_query(
            "sts",
            region,
            seconds=60,
            action="GetCallerIdentity",
            headers="host;x-k8s-aws-id",
        )
        url = f"https://sts.{region}.amazonaws.com/?{query}&Version=2011-06-15"
        return "k8s-aws-v1." + _encode_url(url.encode())

    # -- keys -------------------------------------------------------------------------------------

    def rsa_private_key(self, bits: int = 2048) -> str:
        """Return PEM with the structure of an RSA key of `bits` bits, but numbers at random."""
        half = bits // 16
        sizes = (bits // 8, None, bits // 8, half, half, half, half, half)
        integers = [_der(0x02, b"\0")]
        for size in sizes:
            number = b"\1\0\1" if size is None else b"\0\xc5" + self.raw(size - 1)
            integers.append(_der(0x02, number))
        body = encode(_der(0x30, b"".join(integers)))
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        dashes = "-" * 5
        return "\n".join(
            [
                f"{dashes}BEGIN RSA PRIVATE KEY{dashes}",
                *lines,
                f"{dashes}END RSA PRIVATE KEY{dashes}",
            ]
        )


def encode(raw: bytes) -> str:
    """Return `raw` in base64."""
    return base64.b64encode(raw).decode("ascii")


def _encode_url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _quote(text: str) -> str:
    for character, escape in (("/", "%2F"), ("+", "%2B"), ("=", "%3D"), (";", "%3B")):
        text = text.replace(character, escape)
    return text


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
