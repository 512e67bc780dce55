"""API keys of API Gateway: `scanner.kinds.gateway_key`."""

from __future__ import annotations

import pytest

from scanner.kinds.gateway_key import make_key
from scanner.rulebook.generator import Generator

RULE = "aws-api-gateway-key"
URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod"


@pytest.mark.parametrize(
    "text",
    [
        f"curl -H 'x-api-key: {{}}' {URL}",
        f"URL={URL}\nAPI_KEY={{}}",
        f'"apiKey": "{{}}", "url": "{URL}"',
        "aws_api_gateway_api_key.main\nvalue api_key = {}",
    ],
)
def test_a_named_key_near_an_api(detect_one, text: str) -> None:
    key = make_key(Generator(1))
    assert detect_one(RULE, text.format(key)).value.reveal().decode() == key


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY={}",  # of any API
        "aws apigateway get-api-key --api-key {}",
        f"{URL} build {{}}",
        f"{URL}\nSECRET_API_KEY={{}}",
        f"API_KEY={{}}\n{'x' * 700}{URL}",
        f"{URL}\nx-api-key: {{}}Z",
    ],
)
def test_what_lacks_a_name_or_a_context(detect, text: str) -> None:
    assert detect(RULE, text.format(make_key(Generator(2)))) == []
