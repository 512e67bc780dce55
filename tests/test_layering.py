"""The shape of the program: who may import whom, who starts programs, what a scan loads at start.

Every module under `scanner/` is parsed, so that an import inside a function or under
`TYPE_CHECKING` counts like one at the top: a layer that needs another one only sometimes, or only
for its types, depends on it all the same.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scanner.agents import AGENTS
from scanner.commands import COMMANDS
from scanner.fleet.forges import FORGES, load
from scanner.reports import FORMATS
from scanner.response import playbook
from scanner.rulebook.compiled import shipped_rules

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "scanner"

LAYERS: tuple[tuple[str, ...], ...] = (
    # What a person starts: it knows everything below and nothing knows it.
    ("__main__",),
    ("commands",),
    # Looks at everything that a command uses, and says what is wrong with it.
    ("doctor",),
    # Settings choose sources and reports for a command; neither of those reads settings. What a CI
    # system says about a change becomes commits and refs, which are for a command to pass on.
    ("settings", "console", "ci"),
    # Coding agents and their contracts: what a payload says and how it is answered.
    ("agents",),
    # Where git runs hooks, and what they say: written by a command, read by git alone.
    ("hooks",),
    # What to do about a report.
    ("response",),
    # Many repositories, each scanned by a process that runs a command.
    ("fleet",),
    # Whole histories: a command scans them, once or again, and reports what is found. Below are the
    # rooms: what is remembered between scans and how credentials are removed, which commits added a
    # credential, and the objects with the search in them.
    ("history",),
    ("history.record", "history.removal"),
    ("history.attribution",),
    ("history.objects",),
    # Where content comes from and where results go: two ends that never meet. Beside them, the two
    # parts that talk to a network: questions to STS, and clones.
    ("sources", "reports", "liveness", "remote"),
    # Why something is reported or not: the engine, watched while it looks at a file.
    ("explain",),
    # The one module that starts git; sources read through it.
    ("git",),
    # The flow: anchors, decoding, pairing, judging. It knows what a blob is, not where it is from.
    ("engine",),
    ("sources.interface",),
    # One kind of credential or encoding each; they know rules and facts, not the flow.
    ("kinds", "decoders"),
    # Facts about AWS and about GitHub: they hold whatever a rule says.
    ("aws", "line_hash", "toml_depth"),
    # What to look for: rules as data, and where their files are.
    ("rulebook",),
    # Several reports, of a scan or saved, as one.
    ("merging",),
    # Reports that were saved, and baselines, of keycatch and of others: read into the vocabulary
    # below by whatever compares or answers them.
    ("saved", "baseline"),
    # The one reader of JSON that anybody may have written: a type and a form, or a reason.
    ("json_fields",),
    # The vocabulary that everything above shares.
    ("content",),
    ("findings",),
    ("locations", "tally"),
    ("liveness.states", "pushed"),
    ("secret",),
    ("errors", "dates"),
    # The file system and streams, without any idea of what is written.
    ("files", "sizes"),
    ("about",),
    ("records", "levels", "signals", "expressions", "next_entry"),
    # What of the engine is compiled: bytes and numbers, without any idea of rules.
    ("kernel",),
    # What everything is imported from, which is settled before the first import of ours.
    ("import_path",),
)
"""From the top downwards, by the names of modules without `scanner.`; the most exact name counts.

A module imports its own part and whatever stands in a lower line. Parts that share a line do not
import each other.
"""

FAMILIES = (
    "sources", "kinds", "decoders", "reports", "ci", "agents", "fleet.forges",
)  # fmt: skip
"""Packages with an interface, a registry and one module per member."""

STARTS_PROGRAMS = {"fleet", "git", "rulebook"}
"""Parts that may start another program: git, and Python, to try out a pattern within limits, or to
scan a repository that may fail."""

OPENS_ITS_OWN_FILES = {
    "aws.placeholders", "aws.randomness", "commands.completion", "liveness.canaries",
    "reports.page.document", "response.playbook",
}  # fmt: skip
"""Modules that read files of this package, which nobody but its installer writes."""
OPENS_ALL_ELSE = {"files", "sources.stdin"}
"""The one opener of files, and the reader of pipes that the user gave."""

NETWORK = ("asyncio", "boto3", "botocore", "dask", "distributed", "ftplib", "git", "http",
           "requests", "smtplib", "socket", "ssl", "urllib.request", "urllib3",
           *(load(name).module for name in FORGES))  # fmt: skip
"""Modules that open connections, or are made to."""
TALKS_TO_A_NETWORK = {
    "scanner.fleet.cluster.certificates",  # only checks them
    "scanner.fleet.cluster.library",
    "scanner.fleet.forges.channel",
    "scanner.fleet.forges.exchange",
    "scanner.liveness.client",
    "scanner.remote.git_python",
}

MEMBERS = {f"scanner.fleet.forges.{name}" for name in FORGES}
"""Each may use the library of one product, or give `forges.channel` what to ask."""

HEAVY = (
    # Milliseconds of import time that a git hook would spend on every commit.
    "asyncio", "boto3", "botocore", "bz2", "concurrent", "dask", "dataclasses", "distributed",
    "email", "git", "hashlib", "http", "importlib.metadata", "inspect", "isal", "logging", "lzma",
    "multiprocessing", "pathlib", "random", "regex", "shutil", "socket", "sqlite3", "ssl",
    "tarfile", "tempfile", "tomllib", "urllib", "yaml", "zipfile",
    # A tenth of a start each, or the modules that bring them in.
    "argparse", "enum", "gettext", "json", "locale", "re", "signal", "typing",
)  # fmt: skip

PROGRAM_STARTERS = {
    "subprocess", "pty", "popen2", "os.system", "os.popen", "os.startfile", "asyncio.subprocess",
    *(f"os.{name}" for name in dir(os) if name.startswith(("exec", "spawn", "posix_spawn"))),
}  # fmt: skip


def module_name(path: Path) -> str:
    """Return the dotted name of the module at `path`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax trees of all modules by name; made where they are needed, not by all."""
    return {name: ast.parse(path.read_bytes(), str(path)) for name, path in SOURCES.items()}


def part_of(name: str) -> str:
    """Return the part of the list of layers that module `name` belongs to, or its own name."""
    short = name.removeprefix("scanner.")
    parts = [part for layer in LAYERS for part in layer if f"{short}.".startswith(f"{part}.")]
    return max(parts, key=len, default=short)


def layer_of(name: str) -> int | None:
    """Return the number of the layer of module `name`, counted from the top, or None."""
    part = part_of(name)
    return next((number for number, layer in enumerate(LAYERS) if part in layer), None)


def imports(name: str, tree: ast.AST) -> set[str]:
    """Return the dotted names that the nodes under `tree`, part of module `name`, import.

    `from package import member` gives `package.member`: whether the member is a module or a name
    in the package is for the caller to tell.
    """
    package = name.split(".") if SOURCES[name].name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def own_modules(names: set[str]) -> set[str]:
    """Return the modules of this package among imported `names`; a name in one is the module."""
    found = set()
    for name in names:
        if name.partition(".")[0] == "scanner":
            while name not in SOURCES:
                name = name.rpartition(".")[0]
            found.add(name)
    return found


def top_level(tree: ast.Module) -> ast.Module:
    """Return what runs when the module is imported: all but functions and type checking."""

    class Strip(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
            if "TYPE_CHECKING" in ast.unparse(node.test):
                return node.orelse
            return self.generic_visit(node)

    return Strip().visit(ast.parse(ast.unparse(tree)))


def is_heavy(name: str) -> bool:
    return any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)


def test_every_module_has_a_layer() -> None:
    assert [name for name in SOURCES if name != "scanner" and layer_of(name) is None] == []


def test_every_layer_exists() -> None:
    assert {part for layer in LAYERS for part in layer} - {
        part_of(name) for name in SOURCES
    } == set()


def test_imports_point_downwards() -> None:
    upwards = [
        (name, target)
        for name in SOURCES
        if name != "scanner"
        for target in own_modules(imports(name, trees()[name]))
        if target != "scanner"  # imports nothing, see the test for that
        and part_of(target) != part_of(name)
        and (layer_of(target) or 0) <= (layer_of(name) or 0)
    ]
    assert upwards == []


def test_the_package_imports_nothing() -> None:
    """Every import of any module runs the package's `__init__` first, also before it is safe."""
    assert imports("scanner", trees()["scanner"]) == set()
    assert imports("scanner.import_path", trees()["scanner.import_path"]) == {"os", "sys"}


def test_the_public_package_imports_nothing_at_first() -> None:
    """It is imported before the path is safe; the API is loaded when a name of it is asked for."""
    for name, allowed in (("__init__", set()), ("__main__", {"os", "sys"})):
        tree = top_level(ast.parse((ROOT / f"keycatch/{name}.py").read_bytes()))
        found = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert found == allowed


def test_every_folder_is_a_package() -> None:
    """A folder without `__init__.py` is a namespace that any other distribution can add to."""
    folders = {path.parent for path in SOURCES.values()}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_only_registries_import_by_name() -> None:
    """What is imported by a name in a variable escapes these tests, except in a registry."""
    by_name = {
        name
        for name, tree in trees().items()
        if any(isinstance(node, ast.Name) and node.id == "__import__" for node in ast.walk(tree))
        or any(
            target.startswith("importlib.") and not target.startswith("importlib.metadata")
            for target in imports(name, tree)  # `metadata` reads versions and imports nothing
        )
    }
    assert [name for name in by_name if SOURCES[name].name != "__init__.py"] == []


def test_only_the_git_layer_starts_programs() -> None:
    starters = set()
    for name, tree in trees().items():
        used = imports(name, tree) | {
            f"os.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "os"
        }
        if any(use in PROGRAM_STARTERS or use.startswith("subprocess.") for use in used):
            starters.add(part_of(name))
    assert starters == STARTS_PROGRAMS


def _opens_to_read(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    if called == "open" and not set("wax").isdisjoint(ast.unparse(node.args[1:2])):
        return False  # it writes
    return called in ("open", "io.open", "os.open") or called.endswith(
        (".read_bytes", ".read_text")
    )


def test_files_are_opened_in_one_place() -> None:
    """Anything can be in the place of a file: `scanner.files` neither waits nor reads for ever."""
    openers = {
        name.removeprefix("scanner.")
        for name, tree in trees().items()
        if any(_opens_to_read(node) for node in ast.walk(tree))
    }
    assert openers == OPENS_ITS_OWN_FILES | OPENS_ALL_ELSE


def test_only_a_few_modules_talk_to_a_network() -> None:
    talkers = {
        name
        for name, tree in trees().items()
        for target in imports(name, tree)
        if any(target == network or target.startswith(f"{network}.") for network in NETWORK)
    }
    assert talkers - MEMBERS == TALKS_TO_A_NETWORK


@pytest.mark.parametrize("family", FAMILIES)
def test_an_interface_knows_no_member(family: str) -> None:
    name = f"scanner.{family}.interface"
    targets = own_modules(imports(name, trees()[name]))
    assert [target for target in targets if target.startswith(f"scanner.{family}")] == []


def registered() -> dict[str, str]:
    """Return what registries name in text, `module` or `module:function`, and the package of each.

    A registry that imports its members when they are needed names them as text, which an import
    in a function would not be: so it is checked here.
    """
    form = re.compile(r"scanner(\.\w+)+(:\w+)?")
    entries = {
        node.value: name
        for name, tree in trees().items()
        if SOURCES[name].name == "__init__.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and form.fullmatch(node.value)
    }
    for command in COMMANDS:  # named by the last part of the module
        for function in ("configure", "run"):
            entries[f"scanner.commands.{command.replace('-', '_')}:{function}"] = "scanner.commands"
    entries |= {f"scanner.agents.{name}:read": "scanner.agents" for name in AGENTS}
    entries |= {f"scanner.fleet.forges.{name}": "scanner.fleet.forges" for name in FORGES}
    for rule in shipped_rules():  # the rules name their kinds
        if rule.kind:
            module = rule.kind.partition(".")[0]
            entries[f"scanner.kinds.{module}"] = "scanner.kinds"
    for name in playbook.names():  # and, where the steps depend on the credential, a function
        module, _, function = playbook.load(name).steps_from.partition(".")
        if module:
            entries[f"scanner.response.playbooks.{module}:{function}"] = (
                "scanner.response.playbooks"
            )
    return entries


def is_member(target: str, registry: str) -> bool:
    """Return whether `module` or `module:function` exists in the package `registry`."""
    module, _, function = target.partition(":")
    if module not in SOURCES or not module.startswith(f"{registry}."):
        return False
    return not function or callable(getattr(importlib.import_module(module), function, None))


def test_registries_name_members_that_exist() -> None:
    entries = registered()
    assert entries
    assert [target for target, name in entries.items() if not is_member(target, name)] == []


def test_every_module_is_used() -> None:
    """A member that its registry does not name, or a module nobody imports, is dead."""
    used = {target.partition(":")[0] for target in registered()}
    for name, tree in trees().items():
        used |= own_modules(imports(name, tree)) - {name}
    unused = set(SOURCES) - used
    assert {name for name in unused if SOURCES[name].name != "__init__.py"} == {"scanner.__main__"}


def scan_in_a_new_process(work: Path, *arguments: str) -> list[str]:
    """Run `scan` in a Python of its own; return the modules that were loaded for it."""
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from scanner.commands import main\n"
        "try:\n"
        "    code = main(sys.argv[1:])\n"
        "except SystemExit as end:\n"
        "    code = end.code\n"
        "loaded = sorted(set(sys.modules) - before)\n"
        "import json\n"
        "print(json.dumps([code or 0, loaded]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=work,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    code, loaded = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return loaded


def test_a_clean_scan_loads_nothing_heavy(tmp_path: Path) -> None:
    clean = tmp_path / "clean.py"
    clean.write_text("import os\n\nprint(os.environ['HOME'])\n" * 40)
    loaded = scan_in_a_new_process(tmp_path, str(clean))
    assert "scanner.engine" in loaded  # the scan did take place
    assert [name for name in loaded if is_heavy(name)] == []
    # Where there is no baseline, looking for it is all that it costs.
    assert [name for name in loaded if "baseline" in name] == []
    # Whatever site-packages had loaded before cannot hide a heavy import of our own.
    for name in loaded:
        if name in SOURCES and name != "scanner.signals":  # it has another one for CPython
            at_import = imports(name, top_level(trees()[name]))
            assert [target for target in at_import if is_heavy(target)] == [], name


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_clean_scan_loads_nothing_about_what_credentials_tell(
    format_name: str, tmp_path: Path
) -> None:
    clean = tmp_path / "clean.py"
    clean.write_text("import os\n")
    loaded = scan_in_a_new_process(tmp_path, str(clean), "--format", format_name)
    assert "scanner.engine" in loaded
    assert [name for name in loaded if "forensic" in name] == []
