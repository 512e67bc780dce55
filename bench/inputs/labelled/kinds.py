"""Kinds of credentials that can be written wherever a name and a value can."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.inputs.labelled.case import Expected
from scanner.kinds.examples import expand
from scanner.rulebook.generator import BASE32, BASE64, Generator

if TYPE_CHECKING:
    from collections.abc import Callable

ID, SECRET, TOKEN = "id", "secret", "token"


class Field(NamedTuple):
    """A name and a value, as a place writes them."""

    words: str
    """The name, in words that a place joins as its language does."""
    value: str
    role: str = ""
    """Empty for what is no credential and only says what the others are for."""


class Credential(NamedTuple):
    """A made-up credential."""

    fields: tuple[Field, ...]
    expected: tuple[Expected, ...]
    besides: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, str]:
        """Return the values by role."""
        return {field.role: field.value for field in self.fields if field.role}


PAIR: Final = Expected((ID, SECRET), ("aws-access-key-pair",), "high")
WITH_TOKEN: Final = Expected((TOKEN,), ("aws-session-token", "aws-access-key-pair"))
"""The token of a temporary pair is part of it, or a finding of its own."""


def secret(made: Generator) -> str:
    """Return a secret with both characters that escapes change, neither first nor last."""
    while True:
        value = made.secret_access_key()
        if "/" in value[1:-1] and "+" in value[1:-1] and value[0].isalnum() and value[-1].isalnum():
            return value


def _pair(made: Generator, key_id: str, *, reverse: bool = False) -> Credential:
    fields = (
        Field("aws access key id", key_id, ID),
        Field("aws secret access key", secret(made), SECRET),
    )
    return Credential(fields[::-1] if reverse else fields, (PAIR,))


def _triple(made: Generator, token: str) -> Credential:
    pair = _pair(made, made.temporary_access_key_id())
    return Credential(
        (*pair.fields, Field("aws session token", token, TOKEN)), (*pair.expected, WITH_TOKEN)
    )


def _single(
    words: str, template: str, rule: str, *context: tuple[str, str]
) -> Callable[[Generator], Credential]:
    """Return a maker of a credential of one value, after fields that say what it is for."""

    def make(made: Generator) -> Credential:
        seed = str(made.number(1 << 60))
        fields = [Field(name, expand(text, seed + name)) for name, text in context]
        value = Field(words, expand(template, seed), "value")
        return Credential((*fields, value), (Expected(("value",), (rule,) if rule else ()),))

    return make


def _with_key_id(words: str, template: str, rule: str) -> Callable[[Generator], Credential]:
    def make(made: Generator) -> Credential:
        fields = (
            Field("smtp host", "email-smtp.eu-west-1.amazonaws.com"),
            Field("smtp username", made.access_key_id(), "user"),
            Field(words, expand(template, str(made.number(1 << 60))), "value"),
        )
        return Credential(fields, (Expected(("value",), (rule,)),), ("user",))

    return make


def _service_password(made: Generator) -> Credential:
    seed = str(made.number(1 << 60))
    fields = (
        Field("service user name", expand("{{service_user_name}}", seed)),
        Field("service password", expand("{{service_password}}", seed), "value"),
    )
    return Credential(fields, (Expected(("value",), ("aws-codecommit-password",)),))


def _signed(words: str, template: str, rule: str) -> Callable[[Generator], Credential]:
    return _single(words, template, rule)


def jwt(made: Generator, claims: dict[str, object]) -> str:
    """Return a JSON Web Token with a random signature of 256 bytes, as RS256 gives."""
    head = {"typ": "JWT", "alg": "RS256", "kid": made.hex(40)}
    parts = [made.encode_url(json.dumps(part).encode()) for part in (head, claims)]
    return ".".join((*parts, made.base64url(256)))


def _web_identity(made: Generator) -> Credential:
    claims: dict[str, object] = {
        "iss": "https://token.actions.githubusercontent.com",
        "aud": "sts.amazonaws.com",
        "sub": "repo:octo/site:ref:refs/heads/main",
        "iat": 1_790_000_000,
        "exp": 1_990_000_000,
    }
    field = Field("aws web identity token", jwt(made, claims), "value")
    return Credential((field,), (Expected(("value",)),))


def _database_token(made: Generator) -> Credential:
    query = expand("{{presigned_url}}", str(made.number(1 << 60))).partition("?")[2]
    value = (
        "site.c9akciq32.eu-west-1.rds.amazonaws.com:3306/?Action=connect&DBUser=app&"
        + query.replace("%2Fs3%2F", "%2Frds-db%2F")
    )
    return Credential((Field("rds auth token", value, "value"),), (Expected(("value",)),))


def _seed_of_mfa(made: Generator) -> Credential:
    fields = (
        Field("mfa serial", f"arn:aws:iam::{made.account_id()}:mfa/sofia"),
        Field("base 32 string seed", made.text(BASE32, 64), "value"),
    )
    return Credential(fields, (Expected(("value",)),))


def _authenticator_url(made: Generator) -> Credential:
    value = f"otpauth://totp/Amazon%20Web%20Services:sofia@{made.account_id()}?secret="
    value += made.text(BASE32, 64) + "&issuer=Amazon%20Web%20Services"
    return Credential((Field("mfa qr code", value, "value"),), (Expected(("value",)),))


def _gateway_key(made: Generator) -> Credential:
    fields = (
        Field("endpoint", f"https://{made.word(10)}.execute-api.eu-west-1.amazonaws.com/prod"),
        Field("x api key", made.text(BASE64[:62], 40), "value"),
    )
    return Credential(fields, (Expected(("value",)),))


_CALL: Final = ("endpoint", "https://example-123456789012.d.codeartifact.eu-west-1.amazonaws.com")

KINDS: Final[dict[str, Callable[[Generator], Credential]]] = {
    "pair": lambda made: _pair(made, made.access_key_id()),
    "pair, secret first": lambda made: _pair(made, made.access_key_id(), reverse=True),
    "pair from before 2019": lambda made: _pair(made, made.old_access_key_id()),
    "temporary pair with token": lambda made: _triple(made, made.session_token()),
    "temporary pair with old token": lambda made: _triple(made, made.old_session_token()),
    "key ID": _single("aws access key id", "{{access_key_id}}", "aws-access-key-id"),
    "secret": lambda made: Credential(
        (Field("aws secret access key", secret(made), SECRET),),
        (Expected((SECRET,), ("aws-secret-access-key",)),),
    ),
    "session token": _single("aws session token", "{{session_token}}", "aws-session-token"),
    "Bedrock key": _single(
        "aws bearer token bedrock", "{{bedrock_api_key}}", "aws-bedrock-api-key"
    ),
    "Bedrock short-term key": _signed(
        "aws bearer token bedrock", "{{bedrock_short_term_api_key}}",
        "aws-bedrock-short-term-api-key",
    ),
    "Claude Platform key": _single(
        "anthropic aws api key", "{{claude_platform_api_key}}", "aws-claude-platform-api-key"
    ),
    "Claude Platform short-term key": _signed(
        "anthropic aws api key", "{{claude_platform_short_term_api_key}}",
        "aws-claude-platform-short-term-api-key",
    ),
    "service API key": _single("logs bearer token", "{{service_api_key}}", "aws-service-api-key"),
    "CodeCommit password": _service_password,
    "SES password": _with_key_id("smtp password", "{{ses_smtp_password}}", "aws-ses-smtp-password"),
    "old SES password": _with_key_id(
        "smtp password", "{{old_ses_smtp_password}}", "aws-ses-smtp-password"
    ),
    "AppSync key": _single(
        "aws appsync api key", "da2-{{lower_base32:25}}a", "aws-appsync-api-key"
    ),
    "Cognito client secret": _single(
        "cognito client secret", "{{cognito_client_secret}}", "aws-cognito-client-secret",
        ("user pool id", "eu-west-1_{{base62:9}}"),
    ),
    "LWA client secret": _single(
        "lwa client secret", "amzn1.oa2-cs.v1.{{hex:64}}", "aws-lwa-client-secret"
    ),
    "LWA refresh token": _single("lwa refresh token", "{{lwa_refresh_token}}", "aws-lwa-token"),
    "MWS token": _single(
        "mws auth token", "amzn.mws.{{hex:8}}-{{hex:4}}-{{hex:4}}-{{hex:4}}-{{hex:12}}",
        "aws-mws-auth-token",
    ),
    "presigned URL": _signed("report url", "{{presigned_url}}", "aws-presigned-url"),
    "presigned URL, temporary": _signed(
        "report url", "{{temporary_presigned_url}}", "aws-presigned-url"
    ),
    "presigned URL, old": _signed("report url", "{{old_presigned_url}}", "aws-presigned-url"),
    "EKS token": _signed("cluster token", "{{eks_token}}", "aws-eks-token"),
    "ECR password": _single("ecr password", "{{ecr_password}}", "aws-ecr-password"),
    "ECR authorization": _single(
        "authorization token", "{{ecr_authorization_token}}", "aws-ecr-password",
        ("registry", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
    ),
    "CodeArtifact token": _single(
        "codeartifact auth token", "{{codeartifact_token}}", "aws-codeartifact-token", _CALL
    ),
    "web identity token": _web_identity,
    "RDS token": _database_token,
    "MFA seed": _seed_of_mfa,
    "authenticator URL": _authenticator_url,
    "API Gateway key": _gateway_key,
}  # fmt: skip
"""A name to a maker, in the order of tables."""
