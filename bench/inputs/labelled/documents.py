# ruff: noqa: E501 -- a row of a table in one line is read at once
"""Kinds of credentials that come in a file format of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from bench.inputs.labelled.case import Expected
from bench.inputs.labelled.kinds import PAIR, WITH_TOKEN, secret
from scanner.kinds.examples import expand
from scanner.rulebook.generator import BASE64

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.rulebook.generator import Generator


class Format(NamedTuple):
    """A file with its credentials."""

    name: str
    template: str
    expected: tuple[Expected, ...]
    values: Mapping[str, Callable[[Generator], str]]
    besides: tuple[str, ...] = ()


def _any(*roles: str) -> tuple[Expected, ...]:
    return tuple(Expected((role,)) for role in roles)


def _template(text: str) -> Callable[[Generator], str]:
    return lambda made: expand(text, str(made.number(1 << 60)))


def _in_json(text: str) -> Callable[[Generator], str]:
    return lambda made: _template(text)(made).replace("\n", "\\n")


def _token(made: Generator) -> str:
    return made.session_token()


def _opaque(size: int) -> Callable[[Generator], str]:
    return lambda made: made.text(BASE64[:62] + "-_", size)


_TEMPORARY: Final[Mapping[str, Callable[[Generator], str]]] = {
    "id": lambda made: made.temporary_access_key_id(),
    "secret": secret,
    "token": _token,
}
_TRIPLE: Final = (PAIR, WITH_TOKEN)

FORMATS: Final[dict[str, Format]] = {
    "SSO cache": Format(
        "cache.json",
        '{"startUrl": "https://octo.awsapps.com/start", "region": "eu-west-1",'
        ' "accessToken": "<<access>>", "expiresAt": "2026-09-14T18:00:00Z",'
        ' "clientId": "c2l0ZQ", "clientSecret": "<<client>>",'
        ' "registrationExpiresAt": "2026-12-01T00:00:00Z", "refreshToken": "<<refresh>>"}\n',
        _any("access", "client", "refresh"),
        {
            "access": _template("{{identity_center_token}}"),
            "refresh": _template("{{identity_center_refresh_token}}"),
            "client": _template("{{identity_center_client_secret}}"),
        },
    ),
    "CLI cache": Format(
        "cli.json",
        '{"Credentials": {"AccessKeyId": "<<id>>", "SecretAccessKey": "<<secret>>",'
        ' "SessionToken": "<<token>>", "Expiration": "2026-03-01T11:00:00Z"},'
        ' "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/site/sofia"}}\n',
        _TRIPLE, _TEMPORARY,
    ),
    "login cache": Format(
        "login.json",
        '{"accessToken": {"accessKeyId": "<<id>>", "secretAccessKey": "<<secret>>",'
        ' "sessionToken": "<<token>>", "accountId": "123456789012",'
        ' "expiresAt": "2026-03-01T10:15:00Z"}, "tokenType": "aws_sigv4",'
        ' "refreshToken": "<<refresh>>", "clientId": "arn:aws:signin:::devtools/same-device",'
        ' "dpopKey": "<<key>>"}\n',
        (*_TRIPLE, *_any("refresh")),
        {**_TEMPORARY, "refresh": _opaque(900), "key": _in_json("{{ec_private_key}}")},
        ("key",),
    ),
    "instance metadata": Format(
        "metadata.json",
        '{\n  "Code" : "Success",\n  "Type" : "AWS-HMAC",\n  "AccessKeyId" : "<<id>>",\n'
        '  "SecretAccessKey" : "<<secret>>",\n  "Token" : "<<token>>",\n'
        '  "Expiration" : "2026-03-01T16:00:00Z"\n}\n',
        _TRIPLE, _TEMPORARY,
    ),
    "container credentials": Format(
        "ecs.json",
        '{"RoleArn":"arn:aws:iam::123456789012:role/task","AccessKeyId":"<<id>>",'
        '"SecretAccessKey":"<<secret>>","Token":"<<token>>","Expiration":"2026-03-01T16:00:00Z"}\n',
        _TRIPLE, _TEMPORARY,
    ),
    "role credentials": Format(
        "role.json",
        '{"roleCredentials": {"accessKeyId": "<<id>>", "secretAccessKey": "<<secret>>",'
        ' "sessionToken": "<<token>>", "expiration": 1790000000000}}\n',
        _TRIPLE, _TEMPORARY,
    ),
    "STS answer": Format(
        "sts.xml",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId><<id>></AccessKeyId>\n"
        "<SecretAccessKey><<secret>></SecretAccessKey>\n<SessionToken><<token>></SessionToken>\n"
        "</Credentials></AssumeRoleResult></AssumeRoleResponse>\n",
        _TRIPLE, _TEMPORARY,
    ),
    "token of an unknown head": Format(
        "head.ini", "aws_access_key_id = <<id>>\naws_secret_access_key = <<secret>>\n"
        "aws_session_token = <<token>>\n",
        (PAIR, *_any("token")), {**_TEMPORARY, "token": lambda made: made.base64(420)},
    ),
    "Terraform state": Format(
        "terraform.tfstate",
        '{"resources": [{"type": "aws_iam_access_key", "instances": [{"attributes": {\n'
        '  "id": "<<id>>",\n  "secret": "<<secret>>",\n  "ses_smtp_password_v4": "<<smtp>>"\n'
        "}}]}]}\n",
        (PAIR, Expected(("smtp",), ("aws-ses-smtp-password",))),
        {
            "id": lambda made: made.access_key_id(), "secret": secret,
            "smtp": _template("{{ses_smtp_password}}"),
        },
    ),
    "console password": Format(
        "sofia_credentials.csv",
        "User name,Password,Console sign-in URL\r\n"
        "sofia,<<password>>,https://123456789012.signin.aws.amazon.com/console\r\n",
        _any("password"),
        {"password": lambda made: made.text(BASE64[:62] + "!#%&*_", 17) + "a7B#"},
    ),
    "SES CSV": Format(
        "ses.csv", "IAM user name,SMTP user name,SMTP password\r\nses,<<user>>,<<value>>\r\n",
        (Expected(("value",), ("aws-ses-smtp-password",)),),
        {"user": lambda made: made.access_key_id(), "value": _template("{{ses_smtp_password}}")},
        ("user",),
    ),
    "CodeCommit URL": Format(
        ".git-credentials",
        "https://<<user>>:<<value>>@git-codecommit.us-east-1.amazonaws.com\n",
        (Expected(("value",), ("aws-codecommit-password",)),),
        {
            "user": _template("{{service_user_name}}"),
            "value": lambda made: made.base64(32).replace("/", "a").replace("+", "b"),
        },
    ),
    "EC2 key, JSON": Format(
        "key.json", '{"KeyName": "web", "KeyMaterial": "<<value>>"}\n', _any("value"),
        {"value": _template("{{rsa_private_key_in_json}}")},
    ),
    "IoT key": Format(
        "thing-private.pem.key", "<<value>>\n", _any("value"),
        {"value": _template("{{rsa_private_key}}")},
    ),
    "IoT keys, JSON": Format(
        "iot.json",
        '{"certificateArn": "arn:aws:iot:eu-west-1:123456789012:cert/1",'
        ' "keyPair": {"PrivateKey": "<<value>>"}}\n',
        _any("value"), {"value": _template("{{rsa_private_key_in_json}}")},
    ),
    "IoT key, PKCS#8": Format(
        "iot8.json",
        '{"certificateArn": "arn:aws:iot:eu-west-1:123456789012:cert/1",'
        ' "keyPair": {"PrivateKey": "<<value>>"}}\n',
        _any("value"),
        {"value": _in_json("{{pkcs8_private_key}}")},
    ),
    "key of the login cache": Format(
        "dpop.json", '{"tokenType": "aws_sigv4", "dpopKey": "<<value>>"}\n', _any("value"),
        {"value": _in_json("{{ec_private_key}}")},
    ),
    "Roles Anywhere": Format(
        "anywhere.pem",
        "# trust anchor arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/1\n<<value>>\n",
        _any("value"), {"value": _template("{{rsa_private_key}}")},
    ),
    "CloudFront URL": Format(
        "links.md", "See <<value>> today.\n", _any("value"),
        {"value": lambda made: (
            "https://d111111abcdef8.cloudfront.net/film.mp4?Expires=1990000000&Signature="
            + made.base64(256).translate(str.maketrans("+=/", "-_~"))
            + "&Key-Pair-Id=K" + made.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789", 13)
        )},
    ),
    "authorization header": Format(
        "request.log",
        "Authorization: AWS4-HMAC-SHA256 Credential=<<id>>/20260301/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=" + "0a1b2c3d" * 8 + "\n",
        (Expected(("id",), ("aws-access-key-id",)),), {"id": lambda made: made.access_key_id()},
    ),
    "pod token": Format(
        "kubeconfig",
        "users:\n- name: aws\n  user:\n    token: <<value>>\n",
        (Expected(("value",), ("aws-eks-token",)),), {"value": _template("{{eks_token}}")},
    ),
    "docker login": Format(
        "login.sh",
        "docker login -u AWS -p <<value>> https://123456789012.dkr.ecr.eu-west-1.amazonaws.com\n",
        (Expected(("value",), ("aws-ecr-password",)),), {"value": _template("{{ecr_password}}")},
    ),
    "docker config": Format(
        "docker.json",
        '{"auths": {"123456789012.dkr.ecr.eu-west-1.amazonaws.com": {"auth": "<<value>>"}}}\n',
        (Expected(("value",), ("aws-ecr-password",)),),
        {"value": _template("{{ecr_authorization_token}}")},
    ),
    "npm": Format(
        ".npmrc",
        "//octo-123456789012.d.codeartifact.eu-west-1.amazonaws.com/npm/a/:_authToken=<<value>>\n",
        (Expected(("value",), ("aws-codeartifact-token",)),),
        {"value": _template("{{codeartifact_token}}")},
    ),
    "pip": Format(
        "pip.conf",
        "[global]\nindex-url = https://aws:<<value>>@"
        "octo-123456789012.d.codeartifact.eu-west-1.amazonaws.com/pypi/a/simple/\n",
        (Expected(("value",), ("aws-codeartifact-token",)),),
        {"value": _template("{{codeartifact_token}}")},
    ),
    "curl with a bearer": Format(
        "call.sh",
        'curl -H "Authorization: Bearer <<value>>" https://bedrock-runtime.us-east-1.amazonaws.com\n',
        (Expected(("value",), ("aws-bedrock-api-key",)),), {"value": _template("{{bedrock_api_key}}")},
    ),
}  # fmt: skip
"""A kind to a file of it."""
