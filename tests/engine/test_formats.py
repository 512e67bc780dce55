"""Every way in which people write a key ID and its secret: one finding, placed exactly.

The formats are those of the programs named beside them; the ones marked with `missed` are those
that other scanners are known to miss.
"""

from __future__ import annotations

import base64
import json
from typing import NamedTuple
from urllib.parse import quote

import pytest

from scanner.engine import scan_bytes
from scanner.findings import Confidence, Severity
from scanner.rulebook.generator import Generator

FORMATS = {
    # -- files of AWS tools
    "credentials file": "[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n",
    "credentials file, no spaces, CRLF": (
        "[p]\r\naws_access_key_id={ID}\r\naws_secret_access_key={SECRET}\r\nregion=eu-west-1\r\n"
    ),
    "secret first": "[p]\naws_secret_access_key={SECRET}\naws_access_key_id={ID}\n",
    "config with profile": (
        "[profile ci]\nregion = us-east-1\naws_access_key_id = {ID}\noutput = json\n"
        "aws_secret_access_key = {SECRET}\n"
    ),
    "missed: pair far apart": (
        "aws_access_key_id = {ID}\n" + "# a comment about nothing\n" * 40
        + "aws_secret_access_key = {SECRET}\n"
    ),
    "rootkey.csv, old": "AWSAccessKeyId={ID}\nAWSSecretKey={SECRET}\n",
    "missed: accessKeys.csv": "Access key ID,Secret access key\n{ID},{SECRET}\n",
    "missed: accessKeys.csv with BOM and CRLF": (
        "\ufeffAccess key ID,Secret access key\r\n{ID},{SECRET}\r\n"
    ),
    "new_user_credentials.csv": (
        "User name,Password,Access key ID,Secret access key,Console login link\n"
        "ci,,{ID},{SECRET},https://123456789012.signin.aws.amazon.com/console\n"
    ),
    "credentials.csv before 2016": (
        'User Name,Access Key Id,Secret Access Key\n"weber",{ID},{SECRET}\n'
    ),
    "missed: rootkey.csv inline": "AWSAccessKeyId={ID} AWSSecretKey={SECRET}\n",
    # -- environment
    "dotenv": "AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n",
    "dotenv, quoted": "AWS_ACCESS_KEY_ID=\"{ID}\"\nAWS_SECRET_ACCESS_KEY='{SECRET}'\n",
    "dotenv, exported": (
        'export AWS_ACCESS_KEY_ID="{ID}"\nexport AWS_SECRET_ACCESS_KEY="{SECRET}"\n'
    ),
    "dotenv, other names": "S3_KEY={ID}\nS3_SECRET={SECRET}\n",
    "shell, one line": "AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET} aws s3 ls\n",
    "cmd set": "set AWS_ACCESS_KEY_ID={ID}\r\nset AWS_SECRET_ACCESS_KEY={SECRET}\r\n",
    "cmd setx": 'setx AWS_ACCESS_KEY_ID "{ID}"\r\nsetx AWS_SECRET_ACCESS_KEY "{SECRET}" /M\r\n',
    "fish": "set -gx AWS_ACCESS_KEY_ID {ID}\nset -gx AWS_SECRET_ACCESS_KEY {SECRET}\n",
    "csh": "setenv AWS_ACCESS_KEY_ID {ID}\nsetenv AWS_SECRET_ACCESS_KEY {SECRET}\n",
    "PowerShell environment": (
        '$Env:AWS_ACCESS_KEY_ID="{ID}"\n$Env:AWS_SECRET_ACCESS_KEY="{SECRET}"\n'
    ),
    "missed: PowerShell parameters": (
        "Set-AWSCredential -AccessKey {ID} -SecretKey {SECRET} -StoreAs default\n"
    ),
    "missed: PowerShell with en dash": (
        "Set-AWSCredential \u2013AccessKey {ID} \u2013SecretKey {SECRET} \u2013StoreAs x\n"
    ),
    "missed: aws configure set": (
        "aws configure set aws_access_key_id {ID}\n"
        "aws configure set aws_secret_access_key {SECRET}\n"
    ),
    "aws configure, dialogue": (
        "$ aws configure\nAWS Access Key ID [None]: {ID}\nAWS Secret Access Key [None]: {SECRET}\n"
    ),
    "missed: curl": 'curl --aws-sigv4 "aws:amz:us-east-1:s3" --user "{ID}:{SECRET}" https://x\n',
    "docker run": (
        "docker run -e AWS_ACCESS_KEY_ID={ID} -e AWS_SECRET_ACCESS_KEY={SECRET} app\n"
    ),
    "docker run, quoted": (
        "docker run -e 'AWS_ACCESS_KEY_ID={ID}' -e 'AWS_SECRET_ACCESS_KEY={SECRET}' app\n"
    ),
    "Dockerfile": "ENV AWS_ACCESS_KEY_ID {ID}\nENV AWS_SECRET_ACCESS_KEY {SECRET}\n",
    "Dockerfile, one line": "ENV AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET}\n",
    "kubectl": (
        "kubectl create secret generic aws --from-literal=AWS_ACCESS_KEY_ID={ID} "
        "--from-literal=AWS_SECRET_ACCESS_KEY={SECRET}\n"
    ),
    "helm": "helm install x --set aws.accessKey={ID} --set aws.secretKey={SECRET}\n",
    # -- structured data
    "JSON of the CLI": (
        '{"Credentials": {\n  "AccessKeyId": "{ID}",\n  "SecretAccessKey": "{SECRET}",\n'
        '  "Expiration": "2026-01-01T00:00:00Z"\n}}\n'
    ),
    "JSON, secret first, one line": '{"SecretAccessKey":"{SECRET}","AccessKeyId":"{ID}"}',
    "JSON, create-access-key": (
        '{"AccessKey": {"UserName": "b", "Status": "Active", "CreateDate": "2026-01-09T18:39:23Z",'
        ' "SecretAccessKey": "{SECRET}", "AccessKeyId": "{ID}"}}\n'
    ),
    "JSON, credential_process": (
        '{"Version": 1, "AccessKeyId": "{ID}", "SecretAccessKey": "{SECRET}"}\n'
    ),
    "JSON, ECS environment": (
        '[{"name": "AWS_ACCESS_KEY_ID", "value": "{ID}"},\n'
        ' {"name": "AWS_SECRET_ACCESS_KEY", "value": "{SECRET}"}]\n'
    ),
    "appsettings.json": '{"AWS": {"AccessKey": "{ID}", "SecretKey": "{SECRET}", "Region": "x"}}',
    "YAML": "aws:\n  access_key_id: {ID}\n  secret_access_key: {SECRET}\n",
    "YAML, quoted": "aws:\n  accessKeyId: '{ID}'\n  secretAccessKey: \"{SECRET}\"\n",
    "YAML, list of name and value": (
        "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: {ID}\n"
        "  - name: AWS_SECRET_ACCESS_KEY\n    value: {SECRET}\n"
    ),
    "compose, list": (
        "environment:\n  - AWS_ACCESS_KEY_ID={ID}\n  - AWS_SECRET_ACCESS_KEY={SECRET}\n"
    ),
    "Kubernetes stringData": (
        "stringData:\n  AWS_ACCESS_KEY_ID: {ID}\n  AWS_SECRET_ACCESS_KEY: {SECRET}\n"
    ),
    "missed: Kubernetes data": (
        "data:\n  AWS_ACCESS_KEY_ID: {ID64}\n  AWS_SECRET_ACCESS_KEY: {SECRET64}\n"
    ),
    "GitHub Actions": (
        "with:\n  aws-access-key-id: {ID}\n  aws-secret-access-key: {SECRET}\n  aws-region: x\n"
    ),
    "Ansible": "s3_sync:\n  aws_access_key: '{ID}'\n  aws_secret_key: '{SECRET}'\n",
    "Ansible, old": "ec2_access_key: {ID}\nec2_secret_key: {SECRET}\n",
    "Travis": "deploy:\n  access_key_id: {ID}\n  secret_access_key: {SECRET}\n",
    "CloudFormation, two defaults": (
        "Parameters:\n  AccessKey:\n    Type: String\n    Default: {ID}\n"
        "  SecretKey:\n    Type: String\n    Default: {SECRET}\n"
    ),
    "missed: Hadoop XML": (
        "<property>\n  <name>fs.s3a.access.key</name>\n  <value>{ID}</value>\n</property>\n"
        "<property>\n  <name>fs.s3a.secret.key</name>\n  <value>{SECRET}</value>\n</property>\n"
    ),
    "Hadoop XML, one line": (
        "<property><name>fs.s3n.awsAccessKeyId</name><value>{ID}</value></property>"
        "<property><name>fs.s3n.awsSecretAccessKey</name><value>{SECRET}</value></property>\n"
    ),
    "missed: Web.config": (
        '<appSettings>\n  <add key="AWSAccessKey" value="{ID}"/>\n'
        '  <add key="AWSSecretKey" value="{SECRET}"/>\n</appSettings>\n'
    ),
    "IAM XML": (
        "<AccessKey><UserName>Bob</UserName><AccessKeyId>{ID}</AccessKeyId><Status>Active</Status>"
        "<SecretAccessKey>{SECRET}</SecretAccessKey></AccessKey>\n"
    ),
    "Maven settings": (
        "<server>\n  <id>s3</id>\n  <username>{ID}</username>\n  <password>{SECRET}</password>\n"
        "</server>\n"
    ),
    "TOML": '[aws]\naccess_key_id = "{ID}"\nsecret_access_key = "{SECRET}"\n',
    "Java properties": "accessKey={ID}\nsecretKey={SECRET}\n",
    "Spring": (
        "spring.cloud.aws.credentials.access-key={ID}\n"
        "spring.cloud.aws.credentials.secret-key={SECRET}\n"
    ),
    "Java system properties": "-Daws.accessKeyId={ID} -Daws.secretKey={SECRET}\n",
    # -- infrastructure
    "Terraform provider": (
        'provider "aws" {\n  region     = "us-east-1"\n  access_key = "{ID}"\n'
        '  secret_key = "{SECRET}"\n}\n'
    ),
    "Terraform provider, blank line": (
        'provider "aws" {\n  access_key = "{ID}"\n\n  secret_key = "{SECRET}"\n}\n'
    ),
    "tfvars": 'aws_access_key = "{ID}"\naws_secret_key = "{SECRET}"\n',
    "Terraform variables": (
        'variable "access_key" {\n  default = "{ID}"\n}\n\nvariable "secret_key" {\n'
        '  default = "{SECRET}"\n}\n'
    ),
    "tfstate": (
        '{"type": "aws_iam_access_key", "instances": [{"attributes": {"encrypted_secret": null,\n'
        ' "id": "{ID}", "key_fingerprint": null, "pgp_key": null,\n "secret": "{SECRET}",\n'
        ' "status": "Active", "user": "ci"}}]}\n'
    ),
    "s3cfg": "[default]\naccess_key = {ID}\naccess_token = \nsecret_key = {SECRET}\n",
    "missed: passwd-s3fs": "{ID}:{SECRET}\n",
    "missed: passwd-s3fs with bucket": "my-bucket:{ID}:{SECRET}\n",
    "rclone": (
        "[s3]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
    ),
    "boto": "[Credentials]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n",
    "Spark": "spark.hadoop.fs.s3a.access.key {ID}\nspark.hadoop.fs.s3a.secret.key {SECRET}\n",
    "Spark in Python": (
        'c.set("fs.s3a.access.key", "{ID}")\nc.set("fs.s3a.secret.key", "{SECRET}")\n'
    ),
    # -- addresses
    "Airflow URI": "AIRFLOW_CONN_AWS=aws://{ID}:{SECRET%}@/?region_name=eu-west-1\n",
    "Airflow JSON": '{"conn_type": "aws", "login": "{ID}", "password": "{SECRET}"}\n',
    "missed: SQS URI": "broker_url = 'sqs://{ID}:{SECRET%}@'\n",
    "missed: S3N URI": "s3n://{ID}:{SECRET%}@bucket/path\n",
    "missed: percent-encoded form": (
        "POST /login access_key={ID}&secret_key={SECRET%}&region=eu-west-1\n"
    ),
    # -- databases
    "Redshift COPY": (
        "COPY t FROM 's3://b/k' CREDENTIALS "
        "'aws_access_key_id={ID};aws_secret_access_key={SECRET}' CSV;\n"
    ),
    "Redshift COPY, two clauses": (
        "COPY t FROM 's3://b/k' ACCESS_KEY_ID '{ID}' SECRET_ACCESS_KEY '{SECRET}';\n"
    ),
    "Snowflake stage": (
        "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='{ID}' AWS_SECRET_KEY='{SECRET}');\n"
    ),
    "ClickHouse": "SELECT * FROM s3('https://b.s3.amazonaws.com/x', '{ID}', '{SECRET}', 'CSV');\n",
    "DuckDB": "CREATE SECRET (TYPE s3, KEY_ID '{ID}', SECRET '{SECRET}');\n",
    # -- programs
    "missed: Java": 'new BasicAWSCredentials("{ID}", "{SECRET}")\n',
    "Java 2": 'AwsBasicCredentials.create("{ID}", "{SECRET}");\n',
    "Java, two lines": 'new BasicAWSCredentials(\n    "{ID}",\n    "{SECRET}");\n',
    "missed: Go": 'credentials.NewStaticCredentials("{ID}", "{SECRET}", "")\n',
    "missed: Go 2": 'credentials.NewStaticCredentialsProvider("{ID}", "{SECRET}", "")\n',
    "C#": 'var c = new BasicAWSCredentials("{ID}", "{SECRET}");\n',
    "Ruby": "Aws::Credentials.new('{ID}', '{SECRET}')\n",
    "Ruby, hash rockets": ":aws_access_key_id => '{ID}',\n:aws_secret_access_key => '{SECRET}'\n",
    "PHP": "'credentials' => [\n  'key'    => '{ID}',\n  'secret' => '{SECRET}',\n],\n",
    "Rust": 'Credentials::new("{ID}", "{SECRET}", None, None, "x")\n',
    "JavaScript": 'new S3({accessKeyId: "{ID}", secretAccessKey: "{SECRET}"})\n',
    "missed: boto3, one line": (
        'boto3.client("s3", aws_access_key_id="{ID}", aws_secret_access_key="{SECRET}")\n'
    ),
    "boto, constructor": "boto.connect_s3('{ID}', '{SECRET}')\n",
    "Python tuple, secret first": 'SECRET, KEY = "{SECRET}", "{ID}"\n',
    "Kotlin": 'accessKeyId = "{ID}"\nsecretAccessKey = "{SECRET}"\n',
    # -- printed
    "CLI text output": (
        "CREDENTIALS\t{ID}\t2026-01-01T00:00:00Z\t{SECRET}\n"
    ),
    "CLI table output": (
        "|  AccessKeyId     |  {ID}  |\n|  SecretAccessKey |  {SECRET}  |\n"
    ),
    "missed: Markdown table": "| key | secret |\n|---|---|\n| {ID} | {SECRET} |\n",
    "Markdown code": "Use `{ID}` with `{SECRET}`.\n",
    "Markdown emphasis": "ID **{ID}**, secret _{SECRET}_\n",
    "e-mail": "Hi,\n\nAccess key: {ID}\nSecret key: {SECRET}\n\nRegards\n",
    "chat": "id is {ID} and the secret is {SECRET} ok?\n",
    "log": "2026-01-01 DEBUG config {access_key={ID}, secret_key={SECRET}, region=x}\n",
    "missed: HTML": (
        "<li>AWS_SECRET_ACCESS_KEY=&quot;{SECRET}&quot;</li>"
        "<li>ID &quot;{ID}&quot;</li>\n"
    ),
    "missed: lock file": (
        'lodash@^4:\n  version "4.17.21"\n  # {ID} {SECRET}\n  resolved "https://registry"\n'
    ),
    # -- strings in strings
    "missed: JSON in JSON": (
        '{"body": "{\\"AccessKeyId\\": \\"{ID}\\", \\"SecretAccessKey\\": \\"{SECRET}\\"}"}\n'
    ),
    "missed: notebook cell": (
        '{"cells": [{"source": ["import os\\n",\n'
        ' "os.environ[\'AWS_ACCESS_KEY_ID\'] = \'{ID}\'\\n",\n'
        ' "os.environ[\'AWS_SECRET_ACCESS_KEY\'] = \'{SECRET}\'\\n"]}]}\n'
    ),
    "notebook output": '{"outputs": [{"text": ["{ID}\\n", "{SECRET}\\n"]}]}\n',
    "shell in JSON, values behind line feeds": (
        '{"script": "x\\n{ID}\\n{SECRET}\\nexport Y=1"}\n'
    ),
    "JSON, escaped slashes": '{"AccessKeyId": "{ID}", "SecretAccessKey": "{SECRETJ}"}\n',
}  # fmt: skip


class Written(NamedTuple):
    """A text in which a pair stands, and how its two parts are written there."""

    text: str
    key_id: str
    secret: str


def write(template: str, key_id: str, secret: str) -> Written:
    spellings = {
        "{ID}": key_id,
        "{SECRET}": secret,
        "{ID64}": base64.b64encode(key_id.encode()).decode(),
        "{SECRET64}": base64.b64encode(secret.encode()).decode(),
        "{SECRET%}": quote(secret, safe=""),
        "{SECRETJ}": secret.replace("/", "\\/"),
    }
    text = template
    for name, value in spellings.items():
        text = text.replace(name, value)
    used = {name: value for name, value in spellings.items() if name in template}
    ids = [value for name, value in used.items() if name.startswith("{ID")]
    secrets = [value for name, value in used.items() if name.startswith("{SECRET")]
    # The padding of base64 holds nothing of the value.
    return Written(text, *(value.rstrip("=") for value in ids + secrets))


def place_of(text: str, piece: str) -> tuple[int, int, int, int]:
    """Return where `piece` stands in `text`, counted without any of the program's own code."""
    start = text.index(piece)
    lines = text[:start].splitlines(keepends=True) or [""]
    ended = lines[-1].endswith(("\n", "\r"))
    line = len(lines) + ended
    column = 1 if ended else len(lines[-1]) + 1
    return line, column, line, column + len(piece)


def secrets_of(made: Generator) -> list[str]:
    body = made.secret_access_key()
    return [body, "/" + body[1:], body[:-1] + "+", "+" + body[1:20] + "//" + body[22:-1] + "/"]


@pytest.mark.parametrize("name", FORMATS)
def test_pair_is_one_finding_at_its_exact_place(name, rules, made):
    for secret in secrets_of(made):
        key_id = made.access_key_id()
        written = write(FORMATS[name], key_id, secret)
        findings = scan_bytes(written.text.encode(), "x", rules)
        assert [(f.rule_id, f.confidence) for f in findings] == [
            ("aws-access-key-pair", Confidence.HIGH)
        ], (secret[0], secret[-1])
        [found] = findings
        assert found.severity == Severity.CRITICAL
        assert {role: value.reveal().decode() for role, value in found.values.items()} == {
            "key_id": key_id, "secret": secret,
        }  # fmt: skip
        places = {at.role: tuple(at[2:6]) for at in found.locations}
        assert places == {
            "key_id": place_of(written.text, written.key_id),
            "secret": place_of(written.text, written.secret),
        }


TEMPORARY = {
    "credentials file": (
        "[t]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
        "aws_session_token = {TOKEN}\n"
    ),
    "old name of the token": (
        "[t]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
        "aws_security_token = {TOKEN}\n"
    ),
    "token first": "TOKEN={TOKEN}\nAWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n",
    "exported": (
        'export AWS_ACCESS_KEY_ID="{ID}"\nexport AWS_SECRET_ACCESS_KEY="{SECRET}"\n'
        'export AWS_SESSION_TOKEN="{TOKEN}"\n'
    ),
    "values alone": "{ID}\n{SECRET}\n{TOKEN}\n",
    "JSON": (
        json.dumps({"Credentials": {"AccessKeyId": "{ID}", "SecretAccessKey": "{SECRET}",
                                    "SessionToken": "{TOKEN}"}}, indent=2)
    ),
    "JSON, token in between": (
        '{"SecretAccessKey":"{SECRET}","SessionToken":"{TOKEN}","AccessKeyId":"{ID}"}'
    ),
    "instance metadata": (
        '{\n "Code" : "Success",\n "Type" : "AWS-HMAC",\n "AccessKeyId" : "{ID}",\n'
        ' "SecretAccessKey" : "{SECRET}",\n "Token" : "{TOKEN}",\n "Expiration" : "2026"\n}\n'
    ),
    "constructor": 'AwsSessionCredentials.create("{ID}", "{SECRET}", "{TOKEN}")\n',
    "CLI text output": "CREDENTIALS\t{ID}\t2026-01-01T00:00:00Z\t{SECRET}\t{TOKEN}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPORARY)
def test_temporary_credentials_are_one_finding_of_three_parts(name, rules, made):
    for secret in secrets_of(made):
        parts = made.temporary_access_key_id(), secret, made.session_token()
        text = TEMPORARY[name]
        for field, value in zip(("{ID}", "{SECRET}", "{TOKEN}"), parts, strict=True):
            text = text.replace(field, value)
        [found] = scan_bytes(text.encode(), "x", rules)
        assert found.rule_id == "aws-access-key-pair"
        assert found.confidence == Confidence.HIGH
        assert found.values.keys() == {"key_id", "secret", "session_token"}
        places = {at.role: tuple(at[2:6]) for at in found.locations}
        roles = ("key_id", "secret", "session_token")
        assert places == {
            role: place_of(text, value) for role, value in zip(roles, parts, strict=True)
        }


def test_pair_in_a_two_megabyte_line(rules, made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    filler = "var a=function(b,c){return b+c};" * 30_000
    text = f'{filler}x={{accessKeyId:"{key_id}",secretAccessKey:"{secret}"}};{filler}'
    [found] = scan_bytes(text.encode(), "x", rules)
    assert found.rule_id == "aws-access-key-pair"
    assert {tuple(at[2:6]) for at in found.locations} == {
        place_of(text, key_id), place_of(text, secret),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_pair_in_utf_16(encoding, rules, made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    text = f"\ufeffaws_access_key_id = {key_id}\r\naws_secret_access_key = {secret}\r\n"
    [found] = scan_bytes(text.removeprefix("\ufeff").encode(encoding), "x", rules)
    assert found.rule_id == "aws-access-key-pair"
    assert {at.start_line for at in found.locations} == {1, 2}


def test_gzip_in_base64(rules, made):
    import gzip

    script = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={made.access_key_id()}\n"
    script += f"export AWS_SECRET_ACCESS_KEY={made.secret_access_key()}\n"
    packed = base64.b64encode(gzip.compress(script.encode())).decode()
    [found] = scan_bytes(f"user_data = {packed}\n".encode(), "x", rules)
    assert found.rule_id == "aws-access-key-pair"
