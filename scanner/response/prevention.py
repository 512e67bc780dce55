"""What would have avoided an access key, by the files that it is in.

A table from patterns of paths to advice. The first pattern that fits a path counts, so more exact
ones come first. Sources: `action.yml` of aws-actions/configure-aws-credentials, the manuals of the
CI systems on OpenID Connect, and those of AWS on roles, Roles Anywhere, Identity Center, Cognito
and EKS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Advice(NamedTuple):
    """What to use in place of a key in files of one kind."""

    id: str
    """A name for programs, which does not change."""
    pattern: str
    """A regular expression, searched for in a path in lower case with `/` before its first part."""
    instead: str
    """A sentence or two."""


_TRUST: Final = "An identity provider in IAM, and a role that trusts this repository"

ADVICE: Final = (
    # Files of CI first: whatever they deploy or test, the job has a token of its own to exchange.
    Advice(
        "github-actions",
        r"/\.github/(workflows|actions)/|/action\.ya?ml$",
        f"GitHub Actions: OpenID Connect. {_TRUST}; in the workflow `permissions: "
        "id-token: write` and `aws-actions/configure-aws-credentials` with `role-to-assume` and "
        "`aws-region`, without keys.",
    ),
    Advice(
        "gitlab-ci",
        r"/\.gitlab-ci[^/]*\.ya?ml$|/\.gitlab/",
        f"GitLab CI/CD: OpenID Connect. {_TRUST}; in the job `id_tokens`, the token in "
        "the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, and `AWS_ROLE_ARN`.",
    ),
    Advice(
        "bitbucket",
        r"/bitbucket-pipelines\.ya?ml$",
        f"Bitbucket Pipelines: OpenID Connect. {_TRUST}; in the step `oidc: true`, "
        "`BITBUCKET_STEP_OIDC_TOKEN` in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, and "
        "`AWS_ROLE_ARN`.",
    ),
    Advice(
        "circleci",
        r"/\.circleci/",
        f"CircleCI: OpenID Connect. {_TRUST}; in the job the orb `circleci/aws-cli` "
        "with `role_arn`.",
    ),
    Advice(
        "azure-pipelines",
        r"/azure-pipelines[^/]*\.ya?ml$|/\.azure-?pipelines/",
        "Azure Pipelines: a service connection to AWS that uses OpenID Connect and assumes a role.",
    ),
    Advice(
        "buildkite",
        r"/\.buildkite/",
        f"Buildkite: OpenID Connect. {_TRUST}; in the step the plugin "
        "`aws-assume-role-with-web-identity`.",
    ),
    # Systems without OpenID Connect of their own, or with a plug-in for it.
    Advice(
        "ci",
        r"/jenkinsfile[^/]*$|\.jenkinsfile$|/\.travis\.ya?ml$|/\.drone\.(ya?ml|star)$|/\.ci/",
        "CI: agents in AWS use the role of their instance or task; other agents use OpenID "
        "Connect if the system supports it, otherwise IAM Roles Anywhere.",
    ),
    # Before all programs: a key in a test or an example of one need not work at all.
    Advice(
        "tests",
        r"/(tests?|specs?|fixtures?|__tests__|testdata|mocks?)/|[._-](test|spec)\.[a-z]+$|/test_[^/]*$",
        "Tests: the example keys from the AWS documentation, which belong to nobody and which "
        "scanners know, or values that the test generates when it runs.",
    ),
    Advice(
        "documentation",
        r"\.(md|mdx|rst|adoc|txt)$|/(docs?|documentation|examples?|samples?)/|/readme[^/]*$",
        "Documentation and examples: the example keys from the AWS documentation, which belong to "
        "nobody and which scanners know.",
    ),
    # Files of a home directory: the AWS CLI, downloads of the console, shells, boto, s3cmd, s3fs,
    # rclone, notebooks.
    Advice(
        "person",
        r"/\.aws/|accesskeys?[^/]*\.csv$|credentials?[^/]*\.csv$|/rootkey[^/]*\.csv$"
        r"|/\.(bash|zsh|tcsh|csh|ksh|fish)[^/]*$|/\.?(bash_|zsh)?profile$|/\.envrc$|/\.boto$|/\.s3cfg$"
        r"|/\.passwd-s3fs$|/rclone\.conf$|\.ipynb$|history$",
        "People: IAM Identity Center. `aws configure sso` once, then `aws sso login`: the AWS CLI "
        "and the SDKs then get temporary credentials, and no key is stored on disk.",
    ),
    # Before what runs in AWS: a pod gets its role in another way than a function or a task.
    Advice(
        "kubernetes",
        r"/(k8s|kubernetes|kustomize|manifests|helm|charts?|argocd|flux)/|/(kustomization|values[^/]*"
        r"|chart)\.ya?ml$",
        "Kubernetes: a role for the pod's service account, with EKS Pod Identity or IAM roles for "
        "service accounts (IRSA), and no Secret with a key.",
    ),
    Advice(
        "terraform",
        r"\.(tf|tfvars|tfstate|tofu|hcl)(\.json|\.backup)?$|/terragrunt",
        "Terraform: no key in the provider or backend block. It uses the role of the machine that "
        "it runs on, or another one with `assume_role` in the provider. Keys that it creates are "
        "stored in its state: let it create roles instead.",
    ),
    # Serverless Framework, SAM, CDK, CloudFormation, ECS, user data of EC2, Beanstalk, App Runner,
    # CodeBuild, CodeDeploy.
    Advice(
        "aws-runtime",
        r"/serverless\.(ya?ml|ts|json)$|/samconfig\.toml$|/cdk\.json$|\.template(\.ya?ml|\.json)?$"
        r"|/(template|cloudformation)[^/]*\.(ya?ml|json)$|/(cloudformation|cfn|sam|lambda|cdk)/"
        r"|/(task-?def(inition)?|container-?def)[^/]*\.json$|/user-?data[^/]*$|/cloud-init[^/]*$"
        r"|/\.ebextensions/|/apprunner\.ya?ml$|/buildspec[^/]*\.ya?ml$|/appspec\.ya?ml$",
        "Programs in AWS: the role of the function, task or instance. The SDKs find its "
        "credentials when none are configured.",
    ),
    # Their users have the program, and so all that is in it.
    Advice(
        "client",
        r"\.(swift|kt|kts|dart|jsx|tsx|vue|svelte|html?|m|plist)$|/androidmanifest\.xml$"
        r"|/(android|ios|public|static|www|frontend|client|assets|dist)/|\.min\.js$|/aws-exports\.js$",
        "Phone and browser applications cannot keep a secret. Cognito identity pools give each "
        "user temporary credentials of a role; for uploads and downloads, your server signs a URL "
        "that is valid for minutes.",
    ),
    Advice(
        "container",
        r"/(dockerfile|containerfile)[^/]*$|\.dockerfile$|/(docker-)?compose[^/]*\.ya?ml$",
        "Containers: no credentials in the image or its build. In AWS use the role of the task or "
        "pod, on a developer's machine a mounted IAM Identity Center profile, in a build `RUN "
        "--mount=type=secret`.",
    ),
    # The broadest patterns, and so the last ones.
    Advice(
        "server",
        r"/(ansible|playbooks|roles|group_vars|host_vars|puppet|chef|salt|packer|vagrant|scripts?|bin"
        r"|deploy)/|/vagrantfile$|\.(sh|bash|zsh|ps1|bat|cmd|service|cron)$|/crontab$",
        "Servers and scripts: in AWS the role of the instance; outside of AWS IAM Roles Anywhere, "
        "with a certificate instead of a key and `credential_process` in the configuration.",
    ),
)
"""In the order in which they are tried."""

_ELSEWHERE: Final = Advice(
    "program",
    "",
    "A program that runs in AWS: the role of its function, task or instance. Outside of AWS: IAM "
    "Roles Anywhere. On a developer's machine: IAM Identity Center. The SDKs find all of these "
    "when no key is configured.",
)
"""For paths that no pattern fits."""

_COMPILED: Final = [(re.compile(advice.pattern), advice) for advice in ADVICE]


def advice_for(paths: Iterable[str]) -> list[Advice]:
    """Return what would have avoided a key at `paths`: each advice once, in their order."""
    found = dict.fromkeys(_advice(path) for path in paths)
    if len(found) > 1:
        found.pop(_ELSEWHERE, None)  # it adds nothing to an advice for the file
    return list(found) or [_ELSEWHERE]


def _advice(path: str) -> Advice:
    # Reports of Windows have backslashes, and its file names no leak.
    name = "/" + path.replace("\\", "/").lower()
    return next((advice for pattern, advice in _COMPILED if pattern.search(name)), _ELSEWHERE)
