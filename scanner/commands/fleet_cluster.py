"""`keycatch fleet --cluster`: the options, and what the workers have to know of those of a scan."""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING, Final

from scanner.commands.history_remote import limits_of
from scanner.commands.options import size_of
from scanner.errors import KeycatchError, UsageError
from scanner.files import read_regular
from scanner.secret import printable
from scanner.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.fleet.cluster.divided import DividingWorkers
    from scanner.fleet.cluster.messages import Terms
    from scanner.remote.address import Address
    from scanner.settings import Settings

_SCHEDULER: Final = re.compile(
    r"(?P<scheme>tls|tcp)://(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}"
)
_LARGE: Final = 2 << 30
"""Bytes of objects that one processor searches in a minute or two."""
_LOCAL: Final = re.compile(r"local:(?P<processes>[1-9][0-9]{0,2})")


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that are about a cluster."""
    group = parser.add_argument_group(
        "cluster", "many machines with Dask; needs pip install 'keycatch[cluster]'"
    )
    group.add_argument(
        "--cluster",
        type=_cluster,
        metavar="ADDRESS",
        help="let the workers of a Dask scheduler clone and scan: tls://HOST:PORT; or local:N, "
        "which starts N workers here",
    )
    group.add_argument(
        "--cluster-ca",
        metavar="FILE",
        help="certificate of the CA of the cluster (default: that of Dask's configuration)",
    )
    group.add_argument(
        "--cluster-cert",
        metavar="FILE",
        help="certificate to show to the cluster (default: that of Dask's configuration)",
    )
    group.add_argument(
        "--cluster-key",
        metavar="FILE",
        help="its private key, if it is in another file",
    )
    group.add_argument(
        "--divide-above",
        type=size_of,
        default=_LARGE,
        metavar="SIZE",
        help="let all workers search a share of a repository on their disk that is larger "
        f"(default: {_LARGE >> 30}G)",
    )
    group.add_argument(
        "--allow-tcp",
        action="store_true",
        help="accept tcp:// for --cluster: without encryption, and everyone who reaches the port "
        "can run programs",
    )


def _cluster(text: str) -> str:
    if not (_SCHEDULER.fullmatch(text) or _LOCAL.fullmatch(text)):
        raise argparse.ArgumentTypeError(
            f"must be tls://HOST:PORT, or local:N with up to 999 processes, not {printable(text)}"
        )
    return text


def cluster_workers(
    args: argparse.Namespace, settings: Settings, addresses: Sequence[Address]
) -> DividingWorkers:
    """Return the workers that the options `args` name; raises KeycatchError."""
    from scanner.fleet.cluster.certificates import Certificates, security
    from scanner.fleet.cluster.client import Cluster, ClusterWorkers
    from scanner.fleet.cluster.divided import DividingWorkers
    from scanner.fleet.cluster.library import library

    local = _LOCAL.fullmatch(args.cluster)
    is_tcp = args.cluster.startswith("tcp://")
    if is_tcp and not args.allow_tcp:
        raise UsageError(
            "--cluster tcp://... is not encrypted, and everyone who reaches the port can run "
            "programs: use tls://, or --allow-tcp where nobody else can"
        )
    if args.ca_file:
        raise UsageError("--ca-file: with --cluster, set GIT_SSL_CAINFO where the workers run")
    distributed = library()  # that it is missing is said before anything is read
    terms = _terms(args, settings, addresses)
    if local:
        cluster = Cluster("", int(local["processes"]))
        return DividingWorkers(ClusterWorkers(cluster, terms, args.jobs), args.divide_above)
    given = Certificates(args.cluster_ca or "", args.cluster_cert or "", args.cluster_key or "")
    proof = distributed.Security(require_encryption=False) if is_tcp else security(given)
    cluster = Cluster(args.cluster, 0, proof)
    return DividingWorkers(ClusterWorkers(cluster, terms, args.jobs), args.divide_above)


def _terms(args: argparse.Namespace, settings: Settings, addresses: Sequence[Address]) -> Terms:
    from scanner.fleet.cluster.messages import Terms
    from scanner.fleet.cluster.program import program
    from scanner.remote.login import tokens

    limits = limits_of(args)
    return Terms(
        program(),
        tokens(args.token_env, addresses).by_server,
        limits.size,
        int(limits.seconds),
        int(limits.stall),
        _files(args, settings) if settings.origin else {},
    )


def _files(args: argparse.Namespace, settings: Settings) -> dict[str, str]:
    """Return the configuration for a scan elsewhere, and the rules that it names.

    What has nothing to do with the scan is left out: a pyproject.toml can have the password of a
    package index. Raises KeycatchError.
    """
    files = {}
    for number, path in enumerate(settings.rules):
        try:
            files[f"rules-{number}.yaml"] = read_regular(path).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise KeycatchError(f"cannot read {printable(path)}: {error}") from None
    lists = {
        "rules": list(files),
        "disable": [rule for rule in settings.disable if rule not in args.disable],
        "exclude": [pattern for pattern in settings.exclude if pattern not in args.exclude],
        "own-accounts": settings.own_accounts,
        "canary-accounts": settings.canary_accounts,
    }
    # An array of strings is the same in TOML as in JSON.
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in lists.items() if value)
    return {**files, FILE_NAME: "".join(lines)}
