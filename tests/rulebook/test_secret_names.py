"""The name lists of `aws-secret-access-key`: they decide the confidence of a secret."""

from __future__ import annotations

import re

import pytest

from scanner.kinds.secret_access_key import naming
from scanner.rulebook.compiled import shipped_rules

RULE = {rule.id: rule for rule in shipped_rules()}["aws-secret-access-key"]
AWS, PERHAPS, NOTHING, OTHER, STRANGER, CONTENT = 2, 1, 0, -1, -2, -3

LABELS = {
    AWS: (
        "aws_secret_access_key = ",
        '"SecretAccessKey": "',
        "AWSSecretKey=",
        "awsSecretAccessKey: ",
        "secretAccessKey: '",
        "Secret access key: ",
        "Access key ID,Secret access key\n",
        'export AWS_SECRET_ACCESS_KEY="',
        "ENV AWS_SECRET_KEY ",
        "aws-secret-access-key: ",
        "aws.secretKey=",
        "fs.s3a.secret.key=",
        "<name>fs.s3a.bucket.logs.secret.key</name><value>",
        "fs.s3n.awsSecretAccessKey=",
        "spring.cloud.aws.credentials.secret-key=",
        "S3_SECRET=",
        "s3_secret_key: ",
        "REGISTRY_STORAGE_S3_SECRETKEY=",
        "ec2_secret_key = ",
        "AMAZON_SECRET_KEY=",
        "AmazonS3SecretKey: ",
        "CREDENTIALS=(AWS_KEY_ID='x' AWS_SECRET_KEY='",
        "credentials 'aws_access_key_id=x;aws_secret_access_key=",
        "aws configure set aws_secret_access_key ",
        "--from-literal=AWS_SECRET_ACCESS_KEY=",
        '<add key="AWSSecretKey" value="',
        "AWSConfig__AWSSecretKey=",
        "TF_VAR_aws_secret_key=",
        'myAwsSecretKey = "',
        "my_aws_secret = ",
        '"aws": {"secret": "',
        "AWS_ACCESS_KEY: ",
        "aws_password=",
        'new BasicAWSCredentials("x", "',
        'AwsBasicCredentials.create("x", "',
        'credentials.NewStaticCredentials("x", "',
        "Aws::Credentials.new('x', '",
        "Set-AWSCredential -AccessKey x -SecretKey ",
        "s3a://" + "Q" * 20 + ":",
        "      - name: github actions aws-secret-access-key: ",
        "integrity: x, aws_secret_access_key: ",
    ),
    PERHAPS: (
        "secret_key = ",
        '"secret": "',
        "'secret' => '",
        "password: ",
        "<secretKey>",
        "DB_PASSWORD=",
        "access_key: ",
        "aws_access_key_id = ",
        'sk = "',
        'curl --user "x:',
        "(aws secretsmanager get ",
    ),
    OTHER: (
        "x-api-key: ",
        'api_key = "',
        "clientId: ",
        "client_secret=",
        '"PublisherId": "',
        "AWS_SSE_CUSTOMER_KEY=",
        "sse_customer_key: ",
        "minio_secret_key=",
    ),
    STRANGER: (
        "CSRF_TOKEN=",
        'AUTH_TOKEN = "',
        '"id": "',
        "github_token: ",
    ),
    CONTENT: (
        '"integrity": "sha512-',
        "sha1: ",
        "sha256-",
        'etag: "',
        "checksum=",
        "file_hash: ",
        '"Digest": "',
        "commit ",
        '"signature": "',
        "x-amz-id-2: ",
        "nextToken: ",
        'nonce="',
        "public_key = ",
        "secret_key: x, integrity: ",
    ),
    NOTHING: ("", "run(", "| ", "- ", "valid: ", "the answer is "),
}


@pytest.mark.parametrize(
    ("level", "label"), [(level, label) for level, labels in LABELS.items() for label in labels]
)
def test_names(level: int, label: str) -> None:
    assert naming(RULE, label.encode())[0] == level


@pytest.mark.parametrize("separator", [" ", ": ", "=", '", "', " - ", "_"])
def test_a_name_never_spans_a_value(separator: str) -> None:
    """The name is printed as evidence: no key ID or secret of the text may become part of it."""
    for value in ("Q" * 20, "x" * 40):
        label = f"aws{separator}{value}{separator}secret_key = "
        assert value not in naming(RULE, label.encode())[1]


def test_no_name_pattern_is_unbounded() -> None:
    """A label is short, but a file can hold many: nothing in a name may repeat without limit."""
    names = RULE.options["names"]
    assert isinstance(names, dict)
    for pattern in [text for texts in names.values() for text in texts]:
        plain = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern)
        assert "*" not in plain, pattern
        assert "+" not in plain, pattern
        assert not re.search(r"\{\d+,\}", plain), pattern
