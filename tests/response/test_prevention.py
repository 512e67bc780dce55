"""What would have avoided a key, by the path that it stands at."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.response.prevention import ADVICE, advice_for

EXAMPLES = {
    "github-actions": [".github/workflows/ci.yml", "a/.github/actions/x/action.yaml", "action.yml"],
    "gitlab-ci": [".gitlab-ci.yml", "ci/.gitlab-ci.deploy.yaml", ".gitlab/x.yml"],
    "bitbucket": ["bitbucket-pipelines.yml"],
    "circleci": [".circleci/config.yml"],
    "azure-pipelines": ["azure-pipelines.yml", ".azure-pipelines/x.yml", "azure-pipelines-pr.yaml"],
    "buildkite": [".buildkite/pipeline.yml"],
    "ci": ["Jenkinsfile", "jenkins/Jenkinsfile.prod", ".travis.yml", ".drone.yml", "x.jenkinsfile"],
    "tests": ["tests/aws.py", "src/test/java/A.java", "a/fixtures/x.json", "aws_test.go",
              "test_s3.py", "app.spec.ts"],
    "documentation": ["README.md", "docs/setup.html", "examples/a.py", "INSTALL.rst", "notes.txt"],
    "person": [".aws/credentials", "home/al/.aws/config", "al_accessKeys.csv", "credentials.csv",
               "rootkey.csv", ".bashrc", ".zshrc", ".bash_profile", ".zsh_history", ".profile",
               "work.ipynb", ".s3cfg", ".boto", "rclone.conf", ".envrc"],
    "kubernetes": ["k8s/secret.yaml", "charts/app/x.yaml", "values.yaml", "values-prod.yml",
                   "kustomization.yaml", "helm/a.yaml"],
    "terraform": ["main.tf", "prod.tfvars", "terraform.tfstate", "terraform.tfstate.backup",
                  "a.tf.json", "x/terragrunt.hcl"],
    "aws-runtime": ["serverless.yml", "template.yaml", "cdk.json", "lambda/app.py", "user-data.sh",
                    "task-definition.json", "buildspec.yml", "stack.template.json",
                    "cloudformation/x.yml", ".ebextensions/a.config"],
    "client": ["App.swift", "android/app/build.gradle", "Main.kt", "src/App.tsx", "public/app.js",
               "index.html", "lib.min.js", "aws-exports.js", "AndroidManifest.xml"],
    "container": ["Dockerfile", "docker/Dockerfile.prod", "docker-compose.yml", "compose.x.yaml"],
    "server": ["deploy.sh", "ansible/x.yml", "group_vars/all.yml", "bin/run", "x.ps1",
               "Vagrantfile", "scripts/a.py", "app.service"],
    "program": ["app/settings.py", ".env", "config/storage.yml", "main.go", "app.properties"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"), [(path, name) for name, paths in EXAMPLES.items() for path in paths]
)
def test_a_path_tells_what_would_have_done(path: str, expected: str) -> None:
    assert [advice.id for advice in advice_for([path])] == [expected]
    assert [advice.id for advice in advice_for([path.replace("/", "\\")])] == [expected]


def test_every_advice_has_an_example() -> None:
    ids = [advice.id for advice in ADVICE]
    assert len(set(ids)) == len(ids)
    assert {*ids, "program"} == set(EXAMPLES)


def test_several_paths_tell_each_once() -> None:
    found = advice_for(["main.tf", "README.md", "a.tf", ".env"])
    assert [advice.id for advice in found] == ["terraform", "documentation"]
    assert [advice.id for advice in advice_for([])] == ["program"]


@given(path=st.text(max_size=30))
def test_any_path_has_one_advice(path: str) -> None:
    assert len(advice_for([path])) == 1


def test_a_long_path_takes_no_time() -> None:
    for path in ("/." * 20_000, "values" * 10_000, "template" * 5_000 + "/", ".tf" * 10_000):
        assert len(advice_for([path])) == 1


def test_advice_is_exact_for_github() -> None:
    (advice,) = advice_for([".github/workflows/x.yml"])
    for word in ("id-token: write", "aws-actions/configure-aws-credentials", "role-to-assume"):
        assert word in advice.instead


def test_advice_is_given_for_keys_only(builders: Any) -> None:
    for name, found in builders.KINDS.items():
        (entry,) = builders.plan(found).entries
        by_path = name in ("user-access-key", "root-access-key", "temporary-credentials",
                           "access-key-id", "secret-access-key", "session-token",
                           "unnamed-secret", "misshapen-key")  # fmt: skip
        assert bool(entry.advice) == by_path, name
        assert bool(entry.advice or entry.instead) == (name != "other" and name != "mws-auth-token")


def test_sentences_of_advice() -> None:
    for advice in (*ADVICE, *advice_for([])):
        assert re.fullmatch("[a-z]+(-[a-z]+)*", advice.id)
        assert advice.instead.endswith(".")
        assert advice.instead.count("`") % 2 == 0
