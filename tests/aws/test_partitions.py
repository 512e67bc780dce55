"""Which partition a text is about."""

from __future__ import annotations

import pytest

from scanner.aws.partitions import AIR_GAPPED, is_region, near, of_region


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-2", "aws"), ("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"), ("eusc-de-east-1", "aws-eusc"), ("us-iso-east-1", "aws-iso"),
        ("us-isob-west-1", "aws-iso-b"), ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ],
)  # fmt: skip
def test_regions(region: str, partition: str) -> None:
    assert of_region(region) == partition


def test_they_are_as_botocore_has_them() -> None:
    """Also those that are new there: of their regions, the partition is told."""
    from botocore.loaders import Loader

    for partition in Loader().load_data("partitions")["partitions"]:
        name = partition["id"]
        regions = [each for each in partition["regions"] if not each.endswith("-global")]
        assert regions
        assert {of_region(each) for each in regions} == {name}
        assert AIR_GAPPED.get(name, regions[0]) in regions
        host = f"KEY sts.{partition['outputs']['dnsSuffix']}".encode()
        assert near(host, 0, 3) == ("" if name in ("aws", "aws-us-gov") else name)


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
        ("KEY\nregion = us-iso-west-1\n", "aws-iso"),
        ("KEY\nregion = us-isob-east-1\n", "aws-iso-b"),
        ("https://sts.us-isof-south-1.csp.hci.ic.gov/ KEY", "aws-iso-f"),
        ("https://c2s.ic.gov/ KEY", "aws-iso"), ("https://s3.sc2s.sgov.gov/ KEY", "aws-iso-b"),
        ("KEY cloud.adc-e.uk", "aws-iso-e"), ("KEY csp.hci.ic.gov", "aws-iso-f"),
        # The nearest one counts.
        ("[a]\nregion=cn-north-1\n\n[profile b]\nKEY\nregion=eu-west-1", "aws"),
        ("[a]\nregion=eu-west-1\nKEY\n\n\n[b]\nregion=cn-north-1", "aws"),
        ("region=eu-west-1" + " " * 100 + "KEY cn-north-1", "aws-cn"),
        # What only looks like a name.
        ("KEY us-isobb-east-1", ""), ("KEY xc2s.ic.gov", ""), ("KEY c2s.ic.government", ""),
        ("acn-north-1 KEY", ""), ("KEY cn-north-12", ""), ("KEY cn-north-1x", ""),
        # Too far away.
        ("cn-north-1" + " " * 5000 + "KEY" + " " * 5000 + "cn-north-1", ""),
    ],
)  # fmt: skip
def test_the_nearest_name(text: str, partition: str) -> None:
    data = text.encode()
    start = data.index(b"KEY")
    assert near(data, start, start + 3) == partition
