"""Names decide softly, structure decides hard: what a name makes of a value, end to end.

In the texts `{I}` is a possible key ID, `{S}` its secret, `{O}` a random value of something else.
"""

from __future__ import annotations

from itertools import product

import pytest

from scanner.engine import scan_bytes
from scanner.findings import Confidence, Severity

BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
PAIR, ID = "aws-access-key-pair", "aws-access-key-id"
SECRET, UNNAMED = "aws-secret-access-key", "aws-unnamed-secret"


def filled(text, made):
    values = {
        "I": made.access_key_id(),
        "S": made.secret_access_key(),
        "O": made.secret_access_key(),
    }
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text, values


def scan(text, rules, path="x"):
    return scan_bytes(text.encode(), path, rules)


def values_of(finding):
    return {role: value.reveal().decode() for role, value in finding.values.items()}


# -- 1 and 2: names of something else --------------------------------------------------------------

OF_OTHERS = (
    # AWS services as the beginning of another word
    "SESSION_SECRET={S}",
    "session.secret={S}",
    "sessionSecret: {S}",
    "IAMPORT_SECRET={S}",
    "iamport_secret_key = {S}",
    "SESAME_SECRET={S}",
    "SNS_WECHAT_SECRET={S}",
    "SNS_KAKAO_SECRET_KEY={S}",
    "sns.weibo.secret={S}",
    "cloudfrontend_secret: {S}",
    "athenahealth_client_secret={S}",
    "athenahealth_secret={S}",
    "SQSH_SECRET={S}",
    "Kinesisgame_secret={S}",
    "iambic_secret: {S}",
    "sesamy_secret: {S}",
    # a secret of another kind next to an AWS word
    "AWS_COGNITO_CLIENT_SECRET={S}",
    "awsCognitoClientSecret: '{S}'",
    "cognito.aws.client-secret={S}",
    "S3_WEBHOOK_SECRET={S}",
    "AWS_SESSION_SECRET={S}",
    "AWS_APP_SECRET={S}",
    "aws_cookie_secret={S}",
    "AWS_SIGNING_SECRET={S}",
    "aws_jwt_secret: {S}",
    "aws.oauth.secret={S}",
    "AMAZON_PAY_CLIENT_SECRET={S}",
    "S3_UPLOAD_SIGNING_SECRET_KEY={S}",
    "ec2_cookie_secret_key={S}",
    "amazonWebhookSecret = '{S}'",
    # tokens and keys of other vendors
    "cohere_api_key={S}",
    "cohere_api_token={S}",
    "CF_API_TOKEN={S}",
    "SONAR_TOKEN={S}",
    "DD_APP_KEY={S}",
    "DD_API_KEY={S}",
    "VERCEL_TOKEN={S}",
    "mistral-api-token: {S}",
    "circleToken: '{S}'",
    "ANYVENDOR_APP_KEY={S}",
    "RUNNER_REGISTRATION_TOKEN={S}",
    "X-Vault-Token: {S}",
    "plausible_admin_key={S}",
    "Authorization: token {S}",
    "REFRESH_TOKEN={S}",
    # of forms and sessions
    '<meta name="csrf-token" content="{S}">',
    '<input type="hidden" name="_token" value="{S}">',
    '<input name="authenticity_token" value="{S}">',
    '<input name="csrfmiddlewaretoken" value="{S}">',
    '<input name="__RequestVerificationToken" value="{S}">',
    "PHPSESSID={S}",
    "JSESSIONID={S}",
    "Set-Cookie: connect.sid={S}; path=/",
    "laravel_session={S}",
    "_myapp_session={S}",
    "ASP.NET_SessionId={S}",
    "Cookie: sessionid={S}",
)


@pytest.mark.parametrize("text", OF_OTHERS)
def test_what_is_named_as_something_else_is_low(text, made, rules):
    text, _ = filled(text, made)
    found = scan(text + "\n", rules)
    assert [(f.rule_id, f.confidence) for f in found] == [(UNNAMED, Confidence.LOW)]


NEIGHBOURS = (
    "SESSION_SECRET={O}\n",
    "SESSION_SECRET={O}\n\n",
    "GITHUB_TOKEN={O}\n",
    "DD_APP_KEY={O}\n",
    "AWS_COGNITO_CLIENT_SECRET={O}\n",
    "S3_WEBHOOK_SECRET={O}\n",
    "APP_SECRET={O}\n",
    "password={O}\n",
    "digest: {O}\n",
)


@pytest.mark.parametrize("other", NEIGHBOURS)
@pytest.mark.parametrize("place", ["first", "between", "last"])
def test_a_neighbour_does_not_take_the_pair(other, place, made, rules):
    key_id, secret = "AWS_ACCESS_KEY_ID={I}\n", "AWS_SECRET_ACCESS_KEY={S}\n"
    text = {
        "first": other + key_id + secret,
        "between": key_id + other + secret,
        "last": secret + key_id + other,
    }[place]
    text, values = filled(text, made)
    [found] = [f for f in scan(text, rules) if f.rule_id == PAIR]
    assert values_of(found) == {"key_id": values["I"], "secret": values["S"]}


# -- 3: wrong names do not keep a pair apart -------------------------------------------------------

PAIRS = (
    "MINIO_ACCESS_KEY={I}\nMINIO_SECRET_KEY={S}\n",
    "client_id: {I}\nclient_secret: {S}\n",
    '{"client_id": "{I}", "client_secret": "{S}"}\n',
    "username={I}\napi_key={S}\n",
    "oss_access_key={I}\noss_secret_key={S}\n",
    "heroku_key={I}\nheroku_secret={S}\n",
    '[SECRET, accessKeyId] = ["{S}","{I}"]\n',
    'f(keyId="{I}", "{S}")\n',
    "Secret access key,Access key ID\n{S},{I}\n",
    "Secret access key,User,Access key ID\n{S},ci,{I}\n",
    '[{"value":"{I}","name":"accessKeyId"},{"value":"{S}","name":"secretAccessKey"}]\n',
    "{I}  # access key id\n{S}  # secret access key\n",
    "{S}  # secret access key\n{I}  # access key id\n",
    '- "{I}" // AWS_ACCESS_KEY_ID\n- "{S}" // AWS_SECRET_ACCESS_KEY\n',
    # further members
    "WASABI_ACCESS_KEY={I}\nWASABI_SECRET_KEY={S}\n",
    "backblaze_key={I}\nbackblaze_application_key={S}\n",
    "linode_id = '{I}'\nlinode_token = '{S}'\n",
    "app_id={I}\napp_secret={S}\n",
    "login: {I}\ntoken: {S}\n",
    "consumer_key={I}\nconsumer_secret={S}\n",
    "gs_access_key_id = {I}\ngs_secret_access_key = {S}\n",
    "user={I}\nx-api-key={S}\n",
    "AWS_ID={I}\nAWS_SIGNING_SECRET={S}\n",
    "session_id={I}\nsession_secret={S}\n",
    "sign(id='{I}', cert='x', token='{S}')\n",
    '{"name":"AWS_SECRET_ACCESS_KEY","value":"{S}"},{"name":"AWS_ACCESS_KEY_ID","value":"{I}"}\n',
)


@pytest.mark.parametrize("text", PAIRS)
def test_a_wrong_name_does_not_keep_a_pair_apart(text, made, rules):
    text, values = filled(text, made)
    [found] = scan(text, rules)
    assert (found.rule_id, found.confidence, found.severity) == (
        PAIR,
        Confidence.HIGH,
        Severity.CRITICAL,
    )
    assert values_of(found) == {"key_id": values["I"], "secret": values["S"]}


@pytest.mark.parametrize(
    "text",
    [
        "client_id: {I}\nclient_secret: {S}\n\nother: {O}\n",
        "MINIO_ACCESS_KEY={I}\nMINIO_SECRET_KEY={S}\nPASSWORD={O}\n",
        "password: {O}\nossKey: {I}\nossSecret: {S}\n",
        '{"consumerKey": "{I}", "consumerSecret": "{S}", "x": "{O}"}\n',
        "gs_access_key_id={I}\ngs_secret_access_key={S}\nx={O}\n",
    ],
)
def test_names_of_one_family_belong_together(text, made, rules):
    text, values = filled(text, made)
    [found] = [f for f in scan(text, rules) if f.rule_id == PAIR]
    assert values_of(found) == {"key_id": values["I"], "secret": values["S"]}


CONTENTS = (
    "digest: {O}",
    "sha1={O}",
    "etag: {O}",
    "checksum = {O}",
    "x-amz-content-md5: {O}",
    "signature={O}",
    "ssh-rsa {O}",
    "hash={O}",
    "fingerprint: {O}",
    "x-amz-id-2: {O}",
    "NextToken: {O}",
)


@pytest.mark.parametrize("text", CONTENTS)
def test_checksums_and_the_like_are_never_part_of_a_pair(text, made, rules):
    text, _ = filled("aws_access_key_id={I}\n" + text + "\n", made)
    found = {f.rule_id: f.confidence for f in scan(text, rules)}
    assert found == {ID: Confidence.HIGH, UNNAMED: Confidence.LOW}


# -- tokens and identifiers next to a key ID that is named as one of AWS ---------------------------

STRANGERS = (
    "GITHUB_TOKEN={O}",
    "NPM_TOKEN={O}\nAWS_REGION=eu-west-1",
    "CODECOV_TOKEN: {O}",
    "csrf_token: {O}",
    "oauth_token = {O}",
    "Authorization: Bearer {O}",
    "Cookie: session={O}; path=/",
    "PHPSESSID={O}",
    "DEVICE_ID={O}",
    "user_id: '{O}'",
    "cache-key: {O}",
    "SENDGRID_API_KEY={O}",
    "ALGOLIA_ADMIN_KEY={O}",
    "HEROKU_API_KEY={O}",
    "STRIPE_KEY=sk_live_{O}",
    "SLACK=xoxb-123456789012-{O}",
    "GITLAB=glpat-{O}",
    '<script src="/assets/app-{O}.js"></script>',
    '<script src="https://cdn.example.org/app.{O}.js"></script>',
    "curl https://hooks.example.org/v1/t.{O}?x=1",
)


NAMED_IDS = ("AWS_ACCESS_KEY_ID={I}", '"accessKeyId": "{I}",', "aws access key {I}", "S3_KEY={I}")


def test_a_token_next_to_a_named_key_id_is_no_secret_of_it(made, rules):
    for text, key_id, first in product(STRANGERS, NAMED_IDS, (True, False)):
        text = f"{key_id}\n{text}\n" if first else f"{text}\n{key_id}\n"
        values = {"I": made.access_key_id(), "O": made.text(BASE62, 40)}
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        found = {f.rule_id: f.confidence for f in scan(text, rules)}
        assert found == {ID: Confidence.HIGH, UNNAMED: Confidence.LOW}, text


@pytest.mark.parametrize(
    "text",
    [
        "aws_access_key_id={I}:{S} token\n",
        "token, aws key: {I} / {S}\n",
        "AWS_ACCESS_KEY_ID={I}\nAWS_TOKEN={S}\n",
        "AWS_ACCESS_KEY_ID={I}\nKEY_ID={S}\n",
        "AWS_ACCESS_KEY_ID={I}\nSECRET_ID={S}\n",
        "AWS_ACCESS_KEY_ID={I}\nHEROKU_SECRET={S}\n",
        "AWS_ACCESS_KEY_ID={I}\noss_secret_key={S}\n",
        "AWS_ACCESS_KEY_ID={I}\nAPI_KEY={S}\n",
        "key: {I}\ntoken: {S}\n",
        "user: {I}\naccess_token: {S}\n",
        "https://example.org/login/{I}/{P}\n",
    ],
)
def test_what_may_be_a_secret_under_a_wrong_name_makes_a_pair(text, made, rules):
    text = text.replace("{P}", made.text(BASE62, 40))
    text, _ = filled(text, made)
    assert PAIR in {f.rule_id for f in scan(text, rules)}


def test_the_signature_of_a_token_is_no_secret(made, rules):
    token = ".".join(("eyJ" + made.text(BASE62, 33), made.text(BASE62, 60), made.text(BASE62, 40)))
    text = f"AWS_ACCESS_KEY_ID={made.access_key_id()}\nAUTH={token}\n"
    assert [f.rule_id for f in scan(text, rules)] == [ID]


# -- 4: more names of a secret ---------------------------------------------------------------------

OF_AWS = (
    "AWS_SECRET_ACCESS_KEY_ID={S}",
    "secretAccessKeyId: '{S}'",
    "AWS_SECRET_ID={S}",
    "aws_secret_access_id={S}",
    "AWS_API_KEY={S}",
    "S3_API_KEY={S}",
    # further members
    "aws-secret-key-id: {S}",
    "awsSecretId = '{S}'",
    "aws_api_secret={S}",
    "awsApiKey: '{S}'",
    "S3_SECRET_ID={S}",
    "s3ApiKey: '{S}'",
    "sesSecretKey={S}",
    "SES_SECRET={S}",
    "SES_SECRET_KEY={S}",
    "SQS_ACCESS_SECRET={S}",
    "IAM_SECRET_KEY={S}",
    "sns.secret-key={S}",
    "route53_secret={S}",
    "DynamoDBSecretKey={S}",
    "S3_BACKUP_SECRET={S}",
    "AWS_PROD_SECRET_KEY={S}",
    "spring.cloud.aws.credentials.secret-key={S}",
    "AWS_SESSION_SECRET_ACCESS_KEY={S}",
    "app.aws.secret={S}",
    "webhook_aws_secret_key={S}",
)


@pytest.mark.parametrize("text", OF_AWS)
def test_names_of_a_secret(text, made, rules):
    text, values = filled(text, made)
    [found] = scan(text + "\n", rules)
    assert (found.rule_id, found.confidence) == (SECRET, Confidence.HIGH)
    assert values_of(found) == {"secret": values["S"]}


AWS_FILES = (
    ".s3cfg",
    "home/me/.s3cfg",
    ".boto",
    "rclone.conf",
    ".config/rclone/rclone.conf",
    "passwd-s3fs",
    ".passwd-s3fs",
    "etc/passwd-s3fs",
    ".aws/credentials",
    "credentials",
    "rootkey.csv",
    "accessKeys.csv",
    "ci_accessKeys.csv",
    "s3cmd.ini",
)


@pytest.mark.parametrize("path", AWS_FILES)
@pytest.mark.parametrize("text", ["secret_key = {S}\n", "{S}\n"])
def test_the_name_of_the_file_counts(path, text, made, rules):
    text, values = filled(text, made)
    [found] = scan(text, rules, path)
    assert (found.rule_id, found.confidence) == (SECRET, Confidence.HIGH)
    assert values_of(found) == {"secret": values["S"]}
    [elsewhere] = scan(text, rules, "x.conf")
    assert elsewhere.confidence == Confidence.MEDIUM


@pytest.mark.parametrize("text", ["digest={S}\n", "client_secret={S}\n", "api_token={S}\n"])
def test_the_name_of_the_file_does_not_outweigh_that_of_the_value(text, made, rules):
    [found] = scan(filled(text, made)[0], rules, ".boto")
    assert (found.rule_id, found.confidence) == (UNNAMED, Confidence.LOW)


def test_a_key_of_google_is_googles(made, rules):
    google = "GOOG1E" + made.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 55)
    text, _ = filled(f"gs_access_key_id = {google}\ngs_secret_access_key = {{S}}\n", made)
    assert [f for f in scan(text, rules, ".boto") if f.confidence > Confidence.LOW] == []


# -- 5: places that are taken, and distance --------------------------------------------------------

REFERENCES = (
    "${AWS_SECRET_ACCESS_KEY}",
    "$AWS_SECRET_ACCESS_KEY",
    "var.aws_secret_key",
    "{{ aws_secret_key }}",
    "!Ref Secret",
    "ENV['AWS_SECRET_ACCESS_KEY']",
    'os.environ["AWS_SECRET_ACCESS_KEY"]',
    "<secret>",
    "<%= ENV['AWS_SECRET_ACCESS_KEY'] %>",
    "process.env.AWS_SECRET_ACCESS_KEY",
    "os.getenv('AWS_SECRET_ACCESS_KEY')",
    "data.vault_generic_secret.aws.data",
    "local.secret",
    "%AWS_SECRET_ACCESS_KEY%",
    "$(cat secret)",
    "!Sub '${Secret}'",
    "!GetAtt Key.SecretAccessKey",
    "ENC[AES256_GCM,data:abc]",
    "${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    "config.secret",
    "@secret@",
    "vault:secret/aws#key",
    "{{resolve:secretsmanager:x}}",
    "op://vault/aws/secret",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
    "********",
)


FORMS = ("{n}={r}\n", '  "{n}": "{r}",\n', "{n}: {r}\n")


def test_a_reference_takes_the_place_of_the_secret(made, rules):
    for reference, form, between in product(
        REFERENCES, FORMS, ("", "region=eu-west-1\n\n# more\n")
    ):
        line = form.replace("{n}", "AWS_SECRET_ACCESS_KEY").replace("{r}", reference)
        text, _ = filled("AWS_ACCESS_KEY_ID={I}\n" + line + between + "unrelated={O}\n", made)
        assert sorted(f.rule_id for f in scan(text, rules)) == [ID, UNNAMED], text


def test_a_reference_takes_one_place_only(made, rules):
    text = "[a]\naws_access_key_id={I}\naws_secret_access_key=${X}\n"
    key_id, secret = made.access_key_id(), made.secret_access_key()
    text, _ = filled(text, made)
    text += f"[b]\naws_access_key_id={key_id}\naws_secret_access_key={secret}\n"
    found = {f.rule_id: values_of(f) for f in scan(text, rules)}
    assert set(found) == {ID, PAIR}
    assert found[PAIR] == {"key_id": key_id, "secret": secret}


@pytest.mark.parametrize(
    "text",
    [
        "AWS_ACCESS_KEY_ID={I}\nAWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-{S}}\n",
        "id = os.getenv('AWS_ACCESS_KEY_ID', '{I}')\n"
        "key = os.getenv('AWS_SECRET_ACCESS_KEY', '{S}')\n",
        "aws_access_key_id={I}\naws_secret_access_key=$X\naws_secret_access_key={S}\n",
    ],
)
def test_a_reference_with_a_secret_is_a_pair(text, made, rules):
    text, values = filled(text, made)
    [found] = scan(text, rules)
    assert values_of(found) == {"key_id": values["I"], "secret": values["S"]}


LOG = "2026-01-01 12:00:00 INFO something happened, and nothing else did\n"


@pytest.mark.parametrize("name", ["", "id=", "token: ", "value "])
def test_distance_keeps_an_unrelated_value_from_a_key_id(name, made, rules):
    text, _ = filled("signed in as {I}\n" + LOG * 20_000 + name + "{O}\n", made)
    assert sorted(f.rule_id for f in scan(text, rules)) == [ID, UNNAMED]


def test_a_named_secret_is_paired_at_any_distance(made, rules):
    text, _ = filled("aws_access_key_id={I}\n" + LOG * 20_000 + "aws_secret_access_key={S}\n", made)
    assert [f.rule_id for f in scan(text, rules)] == [PAIR]


def test_distance_lowers_confidence(made, rules):
    verdicts = []
    for lines in (1, 50, 400):
        text, _ = filled("id {I}\n" + LOG * lines + "x {S}\n", made)
        verdicts.append([(f.rule_id, f.confidence) for f in scan(text, rules)])
    assert verdicts == [
        [(PAIR, Confidence.HIGH)],
        [(PAIR, Confidence.MEDIUM)],
        [(ID, Confidence.HIGH), (UNNAMED, Confidence.MEDIUM)],
    ]
