"""Which partition a text is about."""

from __future__ import annotations

import pytest

from scanner.aws.partitions import is_region, near, of_region


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-2", "aws"), ("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"), ("eusc-de-east-1", "aws-eusc"),
    ],
)  # fmt: skip
def test_regions(region: str, partition: str) -> None:
    assert of_region(region) == partition


@pytest.mark.parametrize(
    "region",
    [
        "us-east-1", "us-west-2", "ap-northeast-3", "ap-southeast-7", "ca-west-1", "mx-central-1",
        "il-central-1", "us-gov-west-1", "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1",
        "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1",
    ],
)  # fmt: skip
def test_names_of_regions(region: str) -> None:
    assert is_region(region)


@pytest.mark.parametrize(
    "name",
    ["", "global", "aws-global", "us-east", "us-east-0", "us-east-10", "us-easy-1", "US-EAST-1",
     "us-east-1a", "xus-east-1", "us-east-1\n", "us-foo-east-1", "us--east-1"],
)  # fmt: skip
def test_what_is_no_name_of_a_region(name: str) -> None:
    assert not is_region(name)


@pytest.mark.parametrize(
    ("text", "partition"),
    [
        ("KEY", ""),
        ("KEY\nregion = eu-west-1\n", "aws"),
        ("KEY\nregion = us-gov-east-1\n", "aws-us-gov"),
        ("region: cn-northwest-1\nkey: KEY\n", "aws-cn"),
        ("KEY eusc-de-east-1", "aws-eusc"),
        ("arn:aws-cn:s3:::bucket KEY", "aws-cn"),
        ("arn:aws-us-gov:iam::1:user/a KEY", "aws-us-gov"),
        ("arn:aws:iam::1:user/a KEY", "aws"),
        ("arn:aws-iso-b:iam::1:user/a KEY", "aws-iso-b"),
        ("https://s3.amazonaws.com.cn/ KEY", "aws-cn"),
        ("https://sts.eusc.amazonaws.eu/ KEY", "aws-eusc"),
        ("https://s3.amazonaws.com/ KEY", ""),
        # The nearest one counts.
        ("[a]\nregion=cn-north-1\n\n[profile b]\nKEY\nregion=eu-west-1", "aws"),
        ("[a]\nregion=eu-west-1\nKEY\n\n\n[b]\nregion=cn-north-1", "aws"),
        ("region=eu-west-1" + " " * 100 + "KEY cn-north-1", "aws-cn"),
        # What only looks like a name.
        ("acn-north-1 KEY", ""), ("KEY cn-north-12", ""), ("KEY cn-north-1x", ""),
        # Too far away.
        ("cn-north-1" + " " * 5000 + "KEY" + " " * 5000 + "cn-north-1", ""),
    ],
)  # fmt: skip
def test_the_nearest_name(text: str, partition: str) -> None:
    data = text.encode()
    start = data.index(b"KEY")
    assert near(data, start, start + 3) == partition
