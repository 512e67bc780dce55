"""Seeds of virtual MFA devices: `scanner.kinds.mfa_seed`."""

from __future__ import annotations

import pytest

from scanner.kinds.mfa_seed import make_address, make_seed
from scanner.rulebook.generator import Generator

RULE = "aws-mfa-seed"
ARN = "arn:aws:iam::123456789012:mfa/sofia"


@pytest.mark.parametrize(
    "address",
    [
        "otpauth://totp/Amazon%20Web%20Services:sofia@acme?secret={}",
        "otpauth://totp/Amazon+Web+Services:sofia?issuer=x&secret={}&digits=6",
        "otpauth://totp/sofia?secret={}&issuer=AWS",
        "otpauth://totp/AWS:sofia?secret={}&x=1",
    ],
)
@pytest.mark.parametrize("size", [64])
def test_the_address_of_a_qr_code(detect_one, address: str, size: int) -> None:
    seed = make_seed(Generator(size), size)
    part = detect_one(RULE, f'uri = "{address.format(seed)}"')
    assert (part.role, part.value.reveal().decode()) == ("seed", seed)


@pytest.mark.parametrize("size", [64])
@pytest.mark.parametrize(
    "text",
    [
        f"mfa_serial={ARN}\nmfa_secret={{}}",
        f'{{{{"Base32StringSeed": "{{}}", "SerialNumber": "{ARN}"}}}}',
        f"totp = '{{}}'  # {ARN}",
    ],
)
def test_a_seed_next_to_the_arn_of_a_device(detect_one, text: str, size: int) -> None:
    seed = make_seed(Generator(size), size)
    part = detect_one(RULE, text.format(seed))
    assert (part.value.reveal().decode(), part.account_id) == (seed, "123456789012")


@pytest.mark.parametrize(
    "text",
    [
        "otpauth://totp/Example:sofia?secret={}&issuer=Example",
        "otpauth://totp/laws:sofia?secret={}",
        "otpauth://totp/AWS:sofia?issuer=AWS",
        f"{ARN}\nchecksum={{}}",
        f"{ARN}\n" + "x\n" * 400 + "mfa_seed={}",
        "mfa_seed={}",
    ],
)
def test_what_is_no_seed_of_aws(detect, text: str) -> None:
    assert detect(RULE, text.format(make_seed(Generator(3)))) == []


@pytest.mark.parametrize("seed", ["A" * 64, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF" * 2])
def test_what_is_not_random_is_left(detect, seed: str) -> None:
    found = detect(RULE, f"{ARN}\nmfa_seed={seed}")
    assert all(hasattr(each, "reason") for each in found)


def test_the_made_up_address_is_found(detect_one) -> None:
    assert detect_one(RULE, make_address(Generator(4)))
