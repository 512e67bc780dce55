# ruff: noqa: E501 -- a row of a table in one line is read at once
"""Places in which a name and a value are written: files of settings, programs, logs, terminals."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from bench.inputs.labelled.case import Document, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.inputs.labelled.kinds import Field

_SLOT: Final = re.compile(r"@(snake|upper|kebab|camel|pascal|dotted|words|value)@")


def _camel(words: str) -> str:
    return words[0] + "".join(word.title() for word in words.split())[1:]


_STYLES: Final[dict[str, Callable[[str], str]]] = {
    "snake": lambda words: words.replace(" ", "_"),
    "upper": lambda words: words.replace(" ", "_").upper(),
    "kebab": lambda words: words.replace(" ", "-"),
    "camel": _camel,
    "pascal": lambda words: words.title().replace(" ", ""),
    "dotted": lambda words: words.replace(" ", "."),
    "words": lambda words: words,
}


class Place(NamedTuple):
    """How fields are written: a line for each, between a head and a foot."""

    name: str
    """Of the file."""
    line: str
    """With `@value@`, and the name in the style of the place, such as `@snake@`."""
    head: str = ""
    foot: str = "\n"
    between: str = "\n"
    escape: Callable[[str], str] = str
    """How the place writes a value that has characters of its own meaning."""


def write(place: Place, fields: Sequence[Field]) -> Document:
    """Return `fields` as `place` writes them."""
    pieces = [Piece(place.head)]
    for number, field in enumerate(fields):
        if number:
            pieces.append(Piece(place.between))
        for index, part in enumerate(_SLOT.split(place.line)):
            if index % 2 == 0:
                pieces.append(Piece(part))
            elif part == "value":
                pieces.append(Piece(place.escape(field.value), field.role, "?" in field.value))
            else:
                pieces.append(Piece(_STYLES[part](field.words)))
    return Document(place.name, (*pieces, Piece(place.foot)))


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _everything(value: str) -> str:
    return quote(value, safe="")


PLACES: Final[dict[str, Place]] = {
    # -- settings
    "env": Place(".env", "@upper@=@value@", "APP_ENV=production\n"),
    "env, quoted": Place(".env.production", '@upper@="@value@"'),
    "shell": Place("deploy.sh", 'export @upper@="@value@"', "#!/bin/sh\nset -eu\n", "\n./run\n"),
    "shell, one line": Place("run.sh", "@upper@=@value@", "#!/bin/sh\nenv ", " ./run\n", " "),
    "fish": Place("config.fish", 'set -gx @upper@ "@value@"'),
    "batch": Place("setup.cmd", "set @upper@=@value@", "@echo off\r\n", "\r\n", "\r\n"),
    "PowerShell": Place("deploy.ps1", '$Env:@upper@ = "@value@"'),
    "INI": Place("credentials", "@snake@ = @value@", "[default]\nregion = eu-west-1\n"),
    "INI, tight": Place("settings.cfg", "@snake@=@value@", "[aws]\n"),
    "properties": Place("application.properties", "@dotted@=@value@", "server.port=8080\n"),
    "JSON": Place(
        "settings.json", '  "@camel@": "@value@"', '{\n  "region": "eu-west-1",\n', "\n}\n", ",\n",
        _in_json,
    ),
    "JSON, one line": Place(
        "config.json", '"@pascal@":"@value@"', '{"Region":"eu-west-1",', "}", ",", _in_json
    ),
    "JSON, name and value": Place(
        "task.json", '    {"name": "@upper@", "value": "@value@"}',
        '{"containerDefinitions": [{"environment": [\n', "\n]}]}\n", ",\n", _in_json,
    ),
    "JSON, value and name": Place(
        "values.json", '{"value":"@value@","name":"@camel@"}', "[", "]\n", ",", _in_json
    ),
    "YAML": Place("config.yaml", "  @snake@: @value@", "storage:\n  bucket: site\n"),
    "YAML, quoted": Place("values.yml", '  @camel@: "@value@"', "aws:\n"),
    "TOML": Place("config.toml", '@snake@ = "@value@"', "[storage]\n"),
    "XML, elements": Place(
        "settings.xml", "  <@camel@>@value@</@camel@>", '<?xml version="1.0"?>\n<settings>\n',
        "\n</settings>\n", "\n", html.escape,
    ),
    "XML, attributes": Place(
        "web.config", '    <add key="@pascal@" value="@value@" />',
        "<configuration>\n  <appSettings>\n", "\n  </appSettings>\n</configuration>\n", "\n",
        html.escape,
    ),
    "XML, properties": Place(
        "core-site.xml",
        "  <property>\n    <name>@dotted@</name>\n    <value>@value@</value>\n  </property>",
        "<configuration>\n", "\n</configuration>\n", "\n", html.escape,
    ),
    "plist": Place(
        "Info.plist", "  <key>@pascal@</key>\n  <string>@value@</string>",
        '<plist version="1.0">\n<dict>\n', "\n</dict>\n</plist>\n", "\n", html.escape,
    ),
    "HCL": Place("main.tf", '  @snake@ = "@value@"', 'provider "aws" {\n', "\n}\n"),
    "tfvars": Place("prod.auto.tfvars", '@snake@ = "@value@"'),
    "CloudFormation": Place(
        "template.yaml", "          @upper@: @value@",
        "Resources:\n  Handler:\n    Type: AWS::Lambda::Function\n    Properties:\n"
        "      Environment:\n        Variables:\n",
    ),
    "Ansible": Place("main.yml", "    @snake@: '@value@'", "- hosts: all\n  vars:\n"),
    "systemd": Place("app.service", 'Environment="@upper@=@value@"', "[Service]\n"),
    "Makefile": Place("Makefile", "export @upper@ := @value@", "all: run\n"),
    # -- containers and pipelines
    "Dockerfile": Place("Dockerfile", "ENV @upper@=@value@", "FROM alpine\n", "\nCMD run\n"),
    "Dockerfile, ARG": Place("app.Dockerfile", 'ARG @upper@="@value@"', "FROM alpine\n"),
    "docker run": Place("start.sh", "  -e @upper@=@value@ \\", "docker run \\\n", "\n  app\n"),
    "compose list": Place(
        "docker-compose.yml", "      - @upper@=@value@",
        "services:\n  app:\n    image: app\n    environment:\n",
    ),
    "compose map": Place(
        "compose.yaml", "      @upper@: @value@",
        "services:\n  app:\n    image: app\n    environment:\n",
    ),
    "Kubernetes env": Place(
        "deployment.yaml", "        - name: @upper@\n          value: @value@",
        "kind: Deployment\nspec:\n  containers:\n    - env:\n",
    ),
    "Kubernetes stringData": Place(
        "secret.yaml", "  @kebab@: @value@", "apiVersion: v1\nkind: Secret\nstringData:\n"
    ),
    "GitHub workflow": Place(
        "ci.yml", "      @upper@: @value@", "on: push\njobs:\n  build:\n    env:\n"
    ),
    "GitHub workflow, with": Place(
        "release.yml", "          @kebab@: @value@",
        "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n",
    ),
    "GitLab CI": Place(".gitlab-ci.yml", '  @upper@: "@value@"', "variables:\n"),
    # -- programs
    "Python": Place("settings.py", '@upper@ = "@value@"', "DEBUG = False\n"),
    "Python, dictionary": Place("conf.py", "    '@snake@': '@value@',", "CONF = {\n", "\n}\n"),
    "Python, arguments": Place(
        "client.py", '    @snake@="@value@",', 'client = connect(\n    "s3",\n', "\n)\n"
    ),
    "JavaScript": Place("config.js", "  @camel@: '@value@',", "module.exports = {\n", "\n};\n"),
    "JavaScript, minified": Place("app.js", '@camel@:"@value@"', "n.config({", "})", ","),
    "TypeScript": Place("aws.ts", "export const @camel@: string = '@value@';"),
    "Java": Place(
        "Settings.java", '  private static final String @upper@ = "@value@";',
        "class Settings {\n", "\n}\n",
    ),
    "Java, properties": Place("Main.java", 'System.setProperty("@dotted@", "@value@");'),
    "Go": Place("config.go", '\t@camel@ = "@value@"', "package config\n\nconst (\n", "\n)\n"),
    "C#": Place("Settings.cs", '  const string @pascal@ = "@value@";', "class S {\n", "\n}\n"),
    "PHP": Place("services.php", "    '@snake@' => '@value@',", "<?php\nreturn [\n", "\n];\n"),
    "PHP, define": Place("config.php", "define('@upper@', '@value@');", "<?php\n"),
    "Ruby": Place("storage.rb", "  :@snake@ => '@value@',", "config.aws = {\n", "\n}\n"),
    "Ruby, keywords": Place("client.rb", '  @snake@: "@value@",', "Client.new(\n", "\n)\n"),
    "Rust": Place("config.rs", 'pub const @upper@: &str = "@value@";'),
    "C": Place("config.h", '#define @upper@ "@value@"'),
    "Perl": Place("config.pl", '  @snake@ => "@value@",', "my %conf = (\n", "\n);\n"),
    "Lua": Place("config.lua", '  @snake@ = "@value@",', "return {\n", "\n}\n"),
    "Elixir": Place("config.exs", '  @snake@: "@value@",', "config :ex_aws,\n"),
    "Visual Basic": Place("Config.vb", '  Const @pascal@ = "@value@"', "Module Config\n"),
    "R": Place("setup.R", '  "@upper@" = "@value@"', "Sys.setenv(\n", "\n)\n", ",\n"),
    "SQL": Place("seed.sql", "INSERT INTO settings VALUES ('@snake@', '@value@');"),
    # -- what people write, and what programs print
    "CSV, names in rows": Place("settings.csv", "@snake@,@value@", "name,value\n"),
    "Markdown": Place("README.md", "- @words@: `@value@`", "# Set-up\n\n"),
    "Markdown table": Place("access.md", "| @words@ | `@value@` |", "| what | value |\n|---|---|\n"),
    "chat": Place("notes.txt", "@words@: @value@", "here is what you need\n\n"),
    "log": Place("app.log", "2026-03-01T10:15:02Z DEBUG config @snake@=@value@"),
    "log, JSON": Place(
        "app.jsonl", '{"level":"debug","key":"@snake@","value":"@value@"}', escape=_in_json
    ),
    "URL query": Place(
        "requests.txt", "@snake@=@value@", "GET https://example.org/setup?", " HTTP/1.1\n", "&",
        _everything,
    ),
    "HTML": Place(
        "admin.html", "  <tr><td>@words@</td><td>@value@</td></tr>", "<table>\n", "\n</table>\n",
        "\n", html.escape,
    ),
    "diff, added": Place(
        "change.patch", "+@upper@=@value@",
        "--- a/.env\n+++ b/.env\n@@ -1,1 +1,4 @@\n APP_ENV=production\n",
    ),
    "diff, removed": Place(
        "revert.diff", "-@upper@=@value@",
        "--- a/.env\n+++ b/.env\n@@ -1,4 +1,1 @@\n APP_ENV=production\n",
    ),
    "terminal colours": Place("session.log", "\x1b[36m@upper@\x1b[0m=\x1b[32m@value@\x1b[0m"),
    "grep colours": Place(
        "grep.log", "\x1b[35m\x1b[K.env\x1b[m\x1b[K:@upper@=\x1b[01;31m\x1b[K@value@\x1b[m\x1b[K"
    ),
    "notebook": Place(
        "analysis.ipynb", '    "os.environ[\'@upper@\'] = \'@value@\'\\n"',
        '{"cells": [{"cell_type": "code", "source": [\n', "\n]}]}\n", ",\n", _in_json,
    ),
    "notebook output": Place(
        "explore.ipynb", "@snake@: @value@\\n",
        '{"cells": [{"outputs": [{"output_type": "stream", "text": ["', '"]}]}]}\n', "", _in_json,
    ),
}  # fmt: skip
"""A name to a place, in the order of tables."""
