"""The examples of rule files: templates, since no file holds a credential-looking value.

`{{access_key_id}}` and its like are replaced by values that `scanner.rulebook.generator` makes up.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from scanner.errors import RuleError
from scanner.rulebook.generator import BASE64, HEX, Generator, encode

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VALUES", "Generator", "expand"]

_TEMPLATE = re.compile(r"\{\{(?P<name>[a-z0-9_]*)(?::(?P<argument>[0-9]{1,4}))?\}\}")


def expand(template: str, seed: str) -> str:
    """Return the example `template` with made-up values in the place of `{{name}}`.

    `{{name:argument}}` passes an argument: a length to `hex` and `base64`, a number of bytes to
    `base64_of` (with its padding). `{{}}` is nothing: it keeps a value from standing in one piece.
    A name that occurs twice gives two values. Raises RuleError for a name that does not exist.
    """
    generator = Generator(seed)

    def replace(match: re.Match[str]) -> str:
        name, argument = match["name"], match["argument"]
        if not name:
            return ""
        make = VALUES.get(name)
        if make is None or (argument is None) == (name in _SIZED):
            known = ", ".join(f"{word}:N" if word in _SIZED else word for word in sorted(VALUES))
            raise RuleError(seed, "", f"there is no value `{match[0]}`; there are {known}")
        return make(generator, argument or "")

    return _TEMPLATE.sub(replace, template)


_SIZED: Final = frozenset(("hex", "base64", "base64_of"))

VALUES: Final[dict[str, Callable[[Generator, str], str]]] = {
    "access_key_id": lambda made, _: made.access_key_id(),
    "account_id": lambda made, _: made.account_id(),
    "appsync_api_key": lambda made, _: made.appsync_api_key(),
    "base64": lambda made, size: made.text(BASE64, int(size)),
    "base64_of": lambda made, size: encode(made.raw(int(size))),
    "bedrock_api_key": lambda made, _: made.bedrock_api_key(),
    "bedrock_short_term_api_key": lambda made, _: made.bedrock_short_term_api_key(),
    "claude_platform_api_key": lambda made, _: made.claude_platform_api_key(),
    "claude_platform_short_term_api_key": lambda made, _: made.claude_platform_short_term_api_key(),
    "codeartifact_token": lambda made, _: made.codeartifact_token(),
    "ecr_authorization_token": lambda made, _: made.ecr_authorization_token(),
    "ecr_password": lambda made, _: made.ecr_password(),
    "eks_token": lambda made, _: made.eks_token(),
    "hex": lambda made, size: made.text(HEX, int(size)),
    "lwa_client_secret": lambda made, _: made.lwa_client_secret(),
    "mws_auth_token": lambda made, _: made.mws_auth_token(),
    "old_access_key_id": lambda made, _: made.old_access_key_id(),
    "old_presigned_url": lambda made, _: made.old_presigned_url(),
    "old_ses_smtp_password": lambda made, _: made.old_ses_smtp_password(),
    "old_session_token": lambda made, _: made.old_session_token(),
    "presigned_url": lambda made, _: made.presigned_url(),
    "rsa_private_key": lambda made, _: made.rsa_private_key(),
    "rsa_private_key_in_json": lambda made, _: json.dumps(made.rsa_private_key())[1:-1],
    "secret_access_key": lambda made, _: made.secret_access_key(),
    "service_api_key": lambda made, _: made.service_api_key(),
    "service_password": lambda made, _: made.service_password(),
    "service_user_name": lambda made, _: made.service_user_name(),
    "ses_smtp_password": lambda made, _: made.ses_smtp_password(),
    "session_token": lambda made, _: made.session_token(),
    "temporary_access_key_id": lambda made, _: made.temporary_access_key_id(),
    "temporary_presigned_url": lambda made, _: made.presigned_url(temporary=True),
    "windows_password_data": lambda made, _: encode(made.raw(256)),
}
"""What templates may name."""
