"""API keys of Amazon API Gateway: 40 random letters and digits, in the context of an API.

A key may be anything that its owner chooses (Amazon API Gateway Developer Guide, "API Gateway API
key file format"); those that the service makes have 40 letters and digits, as secret access keys
may have. So a name has to call the value an API key, and an address or a resource of API Gateway
has to be near.
"""

from __future__ import annotations

from scanner.aws import randomness
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.kinds import interface
from scanner.kinds.interface import Kind
from scanner.kinds.surroundings import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 600
"""How far, in bytes, before and after the value its context is looked for: settings of one client,
or one request in a log. The rule's `reach` has to cover it."""

_NAME: Final = compile_later(rb"(?i)api[ ._-]?key(?:[ ._-]?value)?(?![a-z])|aws_api_gateway")
# The option of `aws apigateway` takes the ID of a key, not its value.
_OTHER_NAME: Final = compile_later(rb"(?i)secret(?![a-z]*manager)|--api-key\s")
_CONTEXT: Final = compile_later(
    rb"\.execute-api\.[a-z0-9-]{5,20}\.|AWS::ApiGateway::|aws_api_gateway"
    rb"|apigateway(?:\.amazonaws|[:/ ])"
)


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge 40 letters and digits."""
    data = layer.data
    value = data[match.start : match.end]
    name = label(data, match.start)
    if not _NAME.search(name) or _OTHER_NAME.search(name):
        return None
    context = _CONTEXT.search(data, max(0, match.start - _REACH), match.start)
    context = context or _CONTEXT.search(data, match.end, match.end + _REACH)
    if context is None or randomness.score(value) < randomness.MEDIUM_BITS:
        return None

    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)
    evidence = "40 random characters, named as an API key near an API Gateway API"
    return interface.part(rule, layer, match, [evidence])


def make_key(made: Generator) -> str:
    """Return a made-up key."""
    from scanner.rulebook.generator import BASE64

    return made.text(BASE64[:62], 40)


KIND: Final = Kind(detect, examples={"api_gateway_key": make_key})
