# ruff: noqa: E501, ISC004 -- a template in one line is read at once
"""Pairs and secrets among odd names, in odd orders, and with text glued to them.

Each template is the text of a file; `<<id>>`, `<<secret>>` and `<<token>>` are the values. A secret
is one without `/` and `+` where the neighbour could be part of a value (`<<plain>>`).
"""

from __future__ import annotations

from typing import Final

NAMED: Final[dict[str, tuple[str, str]]] = {
    # -- names that are wrong or another service's, next to a real pair
    "MinIO": (".env", "MINIO_ACCESS_KEY=<<id>>\nMINIO_SECRET_KEY=<<secret>>\n"),
    "client ID": ("app.ini", "client_id = <<id>>\nclient_secret = <<secret>>\n"),
    "user name": ("login.yaml", "username: <<id>>\napi_key: <<secret>>\n"),
    "user and password": ("maven.xml", "<username><<id>></username><password><<secret>></password>\n"),
    "OSS": ("oss.ini", "oss_access_key = <<id>>\noss_secret_key = <<secret>>\n"),
    "Heroku": (".env.heroku", "HEROKU_KEY=<<id>>\nHEROKU_SECRET=<<secret>>\n"),
    "secret with ID": (".env.old", "AWS_ACCESS_KEY_ID=<<id>>\nAWS_SECRET_ACCESS_KEY_ID=<<secret>>\n"),
    "camel secret ID": ("c.json", '{"accessKeyId": "<<id>>", "secretAccessKeyId": "<<secret>>"}\n'),
    "AWS_SECRET_ID": ("b.env", "AWS_KEY=<<id>>\nAWS_SECRET_ID=<<secret>>\n"),
    "secret access ID": ("d.ini", "aws_access_id = <<id>>\naws_secret_access_id = <<secret>>\n"),
    "API key": ("e.env", "AWS_ACCESS_KEY_ID=<<id>>\nAWS_API_KEY=<<secret>>\n"),
    "S3 key": ("f.env", "S3_KEY=<<id>>\nS3_API_KEY=<<secret>>\n"),
    "one letter": ("a.py", 'k = "<<id>>"\ns = "<<secret>>"\n'),
    "German": ("zugang.ini", "schluessel = <<id>>\ngeheimnis = <<secret>>\n"),
    "wrong spelling": ("g.ini", "acces_key = <<id>>\nsecert_key = <<secret>>\n"),
    "swapped names": ("h.ini", "secret_key = <<id>>\naccess_key = <<secret>>\n"),
    "Laravel": ("filesystems.php", "'s3' => ['key' => '<<id>>', 'secret' => '<<secret>>'],\n"),
    "next to a session secret": (
        "i.env", "SESSION_SECRET=0f3b\nAWS_ACCESS_KEY_ID=<<id>>\nAWS_SECRET_ACCESS_KEY=<<secret>>\n"
    ),
    "Rails": ("storage.yml", "amazon:\n  service: S3\n  access_key_id: <<id>>\n  secret_access_key: <<secret>>\n"),
    # -- without names
    "arguments": ("Main.java", 'AwsBasicCredentials.create("<<id>>", "<<secret>>");\n'),
    "Go arguments": ("main.go", 'credentials.NewStaticCredentials("<<id>>", "<<secret>>", "")\n'),
    "Go, with token": ("sts.go", 'NewStaticCredentials("<<id>>", "<<secret>>", "<<token>>")\n'),
    "Rust arguments": ("main.rs", 'Credentials::new("<<id>>", "<<secret>>", None, None, "x")\n'),
    "Ruby arguments": ("s3.rb", "Aws::Credentials.new('<<id>>', '<<secret>>')\n"),
    "boto arguments": ("s3.py", "boto.connect_s3('<<id>>', '<<secret>>')\n"),
    "ClickHouse": ("load.sql", "SELECT * FROM s3('https://s/x.csv', '<<id>>', '<<secret>>', 'CSV')\n"),
    "one named argument": ("call.py", 'f(keyId="<<id>>", "<<secret>>")\n'),
    "secret first in arguments": ("swap.js", 'login("<<secret>>", "<<id>>")\n'),
    "destructuring": ("swap.ts", 'const [SECRET, accessKeyId] = ["<<secret>>", "<<id>>"]\n'),
    "list": ("keys.json", '["<<id>>", "<<secret>>"]\n'),
    "nested list": ("keys.yaml", "keys:\n  - - <<id>>\n    - <<secret>>\n"),
    "two lines": ("key.txt", "<<id>>\n<<secret>>\n"),
    "s3fs": (".passwd-s3fs", "<<id>>:<<secret>>\n"),
    "s3fs, bucket": ("passwd-s3fs", "site:<<id>>:<<secret>>\n"),
    "colon in YAML": ("colon.yaml", "auth: '<<id>>:<<secret>>'\n"),
    "curl": ("get.sh", 'curl --aws-sigv4 "aws:amz:us-east-1:s3" --user "<<id>>:<<secret>>" $URL\n'),
    "semicolons": ("list.txt", "sofia;<<id>>;<<secret>>;active\n"),
    "bars": ("list.psv", "sofia|<<id>>|<<secret>>|active\n"),
    "tabs": ("list.tsv", "CREDENTIALS\t<<id>>\t2026-03-01T10:00:00Z\t<<secret>>\t<<token>>\n"),
    "slash": ("paste.txt", "login: <<id>> / <<secret>>\n"),
    "spaces": ("mail.txt", "use <<id>> <<secret>> please\n"),
    "brackets": ("brackets.txt", "key (<<id>>) and secret (<<secret>>).\n"),
    "sentence": ("sentence.txt", "The key is <<id>>, its secret is <<secret>>. Keep it safe.\n"),
    "comments behind": ("k.py", 'A = "<<id>>"  # access key\nB = "<<secret>>"  # secret key\n'),
    "labels behind": ("l.txt", "<<id>>  <- access key ID\n<<secret>>  <- secret access key\n"),
    "labels above": ("m.txt", "Access key ID\n<<id>>\n\nSecret access key\n<<secret>>\n"),
    # -- tables
    "CSV": ("accessKeys.csv", "Access key ID,Secret access key\r\n<<id>>,<<secret>>\r\n"),
    "CSV, secret first": ("keys.csv", "Secret access key,Access key ID\n<<secret>>,<<id>>\n"),
    "CSV, quoted": ("q.csv", 'User Name,Access Key Id,Secret Access Key\n"weber",<<id>>,<<secret>>\n'),
    "CSV, many columns": (
        "new_user_credentials.csv",
        "User name,Password,Access key ID,Secret access key,Console login link\n"
        "sofia,,<<id>>,<<secret>>,https://123456789012.signin.aws.amazon.com/console\n",
    ),
    "root key": ("rootkey.csv", "AWSAccessKeyId=<<id>>\nAWSSecretKey=<<secret>>\n"),
    "console table": (
        "out.txt",
        "+-----------------+----+\n|  AccessKeyId    |  <<id>>  |\n"
        "|  SecretAccessKey|  <<secret>>  |\n+-----------------+----+\n",
    ),
    "Redshift": (
        "copy.sql",
        "COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=<<id>>;aws_secret_access_key=<<secret>>';\n",
    ),
    "Redshift, keywords": ("unload.sql", "COPY t ACCESS_KEY_ID '<<id>>' SECRET_ACCESS_KEY '<<secret>>';\n"),
    "Snowflake": ("stage.sql", "CREDENTIALS=(AWS_KEY_ID='<<id>>' AWS_SECRET_KEY='<<secret>>')\n"),
    "DuckDB": ("duck.sql", "CREATE SECRET (TYPE S3, KEY_ID '<<id>>', SECRET '<<secret>>');\n"),
    "SQL values": ("insert.sql", "INSERT INTO k (id, key, secret) VALUES (7, '<<id>>', '<<secret>>');\n"),
    # -- far apart, and other values between
    "30 lines apart": ("far.ini", "access_key = <<id>>\n" + "x = 1\n" * 30 + "secret_key = <<secret>>\n"),
    "60 lines apart": ("far.py", 'KEY = "<<id>>"\n' + "x = f()\n" * 60 + 'AWS_SECRET_KEY = "<<secret>>"\n'),
    "a hash between": (
        "between.yaml", "access_key: <<id>>\nsha: " + "0a1b2c3d" * 5 + "\nsecret_key: <<secret>>\n"
    ),
}  # fmt: skip
"""A pair, critical in all of them."""

GLUED: Final[dict[str, tuple[str, str]]] = {
    "colour in JSON": ("c.json", '{"out": "\\u001b[32m<<id>>\\u001b[0m \\u001b[31m<<plain>>\\u001b[0m"}\n'),
    "colour in octal": ("c.sh", "printf '\\033[32m<<id>>\\033[0m \\033[31m<<plain>>\\033[0m\\n'\n"),
    "colour in hex": ("c.py", 'print("\\x1b[32m<<id>>\\x1b[0m \\x1b[31m<<plain>>\\x1b[0m")\n'),
    "colour as e": ("d.sh", "echo -e '\\e[32m<<id>>\\e[0m \\e[31m<<plain>>\\e[0m'\n"),
    "colour, raw": ("c.log", "\x1b[32m<<id>>\x1b[0m \x1b[31m<<plain>>\x1b[0m\n"),
    "colour, many numbers": ("d.log", "\x1b[1;38;5;208m<<id>>\x1b[0m:\x1b[1;38;5;208m<<plain>>\x1b[0m\n"),
    "grep": ("e.log", "\x1b[01;31m\x1b[K<<id>>\x1b[m\x1b[K:\x1b[01;31m\x1b[K<<plain>>\x1b[m\x1b[K\n"),
    "quoted-printable": (
        "m.eml",
        "Content-Transfer-Encoding: quoted-printable\n\nAWS_ACCESS_KEY_ID=3D<<id>>\nAWS_SECRET_ACCESS_KEY=3D<<plain>>\n",
    ),
    "sed": ("fix.sh", "sed -i s/<<id>>/REMOVED/ f\nsed -i s/<<plain>>/REMOVED/ f\n"),
    "diff at the margin": ("a.diff", "@@ -0,0 +1,2 @@\n+<<id>>\n+<<plain>>\n"),
    "diff, removed": ("b.diff", "@@ -1,2 +0,0 @@\n-<<id>>\n-<<secret>>\n"),
    "word diff": ("c.diff", "key = {+<<id>>+}\nsecret = {+<<plain>>+}\n"),
    "word diff, removed": ("d.diff", "key = [-<<id>>-]\nsecret = [-<<secret>>-]\n"),
    "slash in a URL": ("access.log", "GET /login/<<id>>/<<plain>> HTTP/1.1\n"),
    "colon in a URL": ("url.txt", "s3://<<id>>:<<plain>>@bucket/key\n"),
    "SQS URL": ("celery.py", "BROKER_URL = 'sqs://<<id>>:<<plain>>@'\n"),
    "Airflow": ("airflow.env", "AIRFLOW_CONN_AWS=aws://<<id>>:<<plain>>@/?region_name=eu-west-1\n"),
    "padding": ("pad.txt", "id <<id>>\nAWS_SECRET_ACCESS_KEY: <<plain>>=\n"),
    "double padding": ("pad2.txt", "id <<id>>\nAWS_SECRET_ACCESS_KEY: <<plain>>==\n"),
    "hyphen before": ("hy.txt", "id-<<id>> secret-<<plain>>\n"),
    "underscore before": ("un.txt", "id_<<id>> secret_<<plain>>\n"),
    "dots": ("dots.txt", "<<id>>...<<plain>>...\n"),
    "angle brackets": ("angle.md", "Use <<<id>>> with <<<plain>>>.\n"),
    "bold": ("bold.md", "Use **<<id>>** with **<<plain>>**.\n"),
    "underlined": ("under.md", "Use _<<id>>_ with __<<plain>>__.\n"),
    "escaped line ends": ("nl.json", '{"body": "id=<<id>>\\nsecret=<<plain>>\\nend"}\n'),
    "escaped tab": ("tab.json", '{"row": "<<id>>\\t<<plain>>\\tx"}\n'),
    "escaped quotes": ("esc.json", '{"b": "{\\"id\\":\\"<<id>>\\",\\"secret\\":\\"<<secret>>\\"}"}\n'),
    "equals sign": ("eq.txt", "key=<<id>>&secret=<<plain>>&x=1\n"),
    "at sign": ("at.txt", "<<id>>@<<plain>>\n"),
    "backslash before": ("bs.txt", "C:\\keys\\<<id>>\\<<plain>>\n"),
    "CRLF": ("crlf.ini", "aws_access_key_id = <<id>>\r\naws_secret_access_key = <<secret>>\r\n"),
    "trailing space": ("sp.ini", "aws_access_key_id = <<id>> \naws_secret_access_key = <<secret>>\t\n"),
    "en dash": ("ps.ps1", "Set-AWSCredential -AccessKey <<id>> -SecretKey <<secret>> -StoreAs x\n"),
    "no line end": ("end.txt", "<<id>> <<secret>>"),
    "null bytes": ("nul.dat", "id\0<<id>>\0secret\0<<secret>>\0"),
}  # fmt: skip
"""A pair with something glued to the values."""

SECRETS: Final[dict[str, tuple[str, str]]] = {
    "suffix ID": ("a.env", "AWS_SECRET_ACCESS_KEY_ID=<<secret>>\n"),
    "camel suffix ID": ("a.json", '{"secretAccessKeyId": "<<secret>>"}\n'),
    "secret ID": ("b.env", "AWS_SECRET_ID=<<secret>>\n"),
    "secret access ID": ("a.ini", "aws_secret_access_id = <<secret>>\n"),
    "API key": ("c.env", "AWS_API_KEY=<<secret>>\n"),
    "S3 API key": ("d.env", "S3_API_KEY=<<secret>>\n"),
    "S3 secret": ("e.env", "S3_SECRET=<<secret>>\n"),
    "reference as ID": ("f.env", "AWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=<<secret>>\n"),
    "s3cmd": (".s3cfg", "[default]\nsecret_key = <<secret>>\n"),
    "boto": (".boto", "[Credentials]\naws_secret_access_key = <<secret>>\n"),
    "rclone": ("rclone.conf", "[s3]\ntype = s3\nsecret_access_key = <<secret>>\n"),
    "Hadoop": ("core.xml", "<name>fs.s3a.secret.key</name><value><<secret>></value>\n"),
    "old Hadoop": ("hdfs.xml", "<name>fs.s3n.awsSecretAccessKey</name><value><<secret>></value>\n"),
    "Spark": ("job.py", 'c.set("fs.s3a.secret.key", "<<secret>>")\n'),
    "CLI": ("set.sh", "aws configure set aws_secret_access_key <<secret>>\n"),
    "Java system": ("run.sh", "java -Daws.secretKey=<<secret>> -jar app.jar\n"),
    "Spring": ("application.yml", "cloud.aws.credentials.secret-key: <<secret>>\n"),
    "Travis": (".travis.yml", "deploy:\n  provider: s3\n  secret_access_key: <<secret>>\n"),
    "DynamoDB": ("dyn.env", "DYNAMODB_SECRET_KEY=<<secret>>\n"),
    "Terraform variable": ("v.env", "TF_VAR_aws_secret_key=<<secret>>\n"),
    "GitHub, stored": ("gh.sh", "gh secret set AWS_SECRET_ACCESS_KEY --body <<secret>>\n"),
    "Kubernetes, literal": ("k.sh", "kubectl create secret generic a --from-literal=AWS_SECRET_ACCESS_KEY=<<secret>>\n"),
    "Helm": ("h.sh", "helm upgrade a . --set secrets.awsSecretAccessKey=<<secret>>\n"),
}  # fmt: skip
"""A named secret without its ID."""
