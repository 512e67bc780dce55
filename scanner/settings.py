"""The configuration: what a project has decided for all who scan it.

`.keycatch.toml`, or the table `[tool.keycatch]` of `pyproject.toml`, at the root of the work tree
(outside of one, in the current directory). A key that is not known is an error, since nobody would
notice that a misspelt setting has no effect.
"""

from __future__ import annotations

import os

from scanner.errors import ConfigError, did_you_mean
from scanner.files import read_regular
from scanner.findings import Confidence, Severity, Threshold, threshold_name
from scanner.git.work_tree import find_work_tree
from scanner.records import NamedTuple
from scanner.secret import printable
from scanner.sizes import size_in_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

FILE_NAME: Final = ".keycatch.toml"
BASELINE_NAME: Final = ".keycatch-baseline"
"""The baseline that applies where it is at the root of the project and nothing else is named."""
MAX_BYTES: Final = 1 << 20
"""A larger file is no configuration, and is not parsed."""
_MOST_PATTERNS: Final = 1000
"""Patterns of `exclude`: each is compared with each path, and a configuration of 1 MiB has room for
enough of them to make a scan of a large project take an hour."""
PUBLISHED_ON: Final = "published-on"
"""The key that is only for a push."""
PYPROJECT: Final = "pyproject.toml"
"""Its table `[tool.keycatch]` can take the place of a file."""
KEYS: Final = (
    "rules", "disable", "exclude", "fail-on", "show", "strict", "no-marks", "baseline",
    "decode-limit", "published-on", "own-accounts", "canary-accounts", "liveness-allow",
    "liveness-deny",
)  # fmt: skip
"""What can be set. docs/configuration.schema.json, for editors, has the same."""


class Settings(NamedTuple):
    """What a configuration says; the defaults hold where it says nothing."""

    origin: str = ""
    """The file it was read from; empty without one."""
    directory: str = ""
    """The root of the project, to which `exclude` refers."""
    commit: str = ""
    """The commit that it was read from; empty for the files as they are."""
    rules: tuple[str, ...] = ()
    """Rule files of the user, as absolute paths."""
    disable: tuple[str, ...] = ()
    """IDs of rules that are not applied."""
    exclude: tuple[str, ...] = ()
    """Patterns of paths that are not scanned."""
    fail_on: Threshold = Confidence.MEDIUM
    own_accounts: tuple[str, ...] = ()
    """Accounts that are the user's own."""
    canary_accounts: tuple[str, ...] = ()
    """Accounts of decoys besides the known ones; STS is not asked about their credentials."""
    liveness_allow: tuple[str, ...] = ()
    """If there are any, STS is asked about credentials of these accounts only."""
    liveness_deny: tuple[str, ...] = ()
    """Accounts about whose credentials STS is never asked."""
    baseline: str = ""
    """The file of known credentials, as an absolute path; empty for the default."""
    show: Threshold | None = None
    """From which level on findings are listed that do not fail; None for none of them."""
    strict: bool = False
    """Whether a change fails that adds a mark which allows a finding."""
    no_marks: bool = False
    """Whether no mark on a line allows anything."""
    decode_limit: int = 0
    """How many bytes of a file are decoded at once; 0 for the default."""
    options: tuple[str, ...] = ()
    """The options of the command line that add to `exclude` or `disable`."""
    published_on: tuple[str, ...] = ()
    """Remotes whose commits are published already, for a push to another one."""


_LEVELS: Final = (*Confidence, *(level for level in Severity if level > Severity.NOTE))
THRESHOLDS: Final[dict[str, Threshold]] = {
    **{threshold_name(level): level for level in _LEVELS},
    **{f"{type(level).__name__.lower()}:{level.label}": level for level in _LEVELS},
}
"""Thresholds as `--fail-on` takes them: a word alone is a confidence, or `critical`."""


def load(explicit: str | None) -> Settings:
    """Return the settings of the file `explicit`, or else of the one that applies here.

    Raises ConfigError, which names the file, the key and the reason.
    """
    root = find_work_tree(".") or os.getcwd()
    if explicit is not None:
        return _read(explicit, root, required=True) or Settings()
    for name in (FILE_NAME, PYPROJECT):
        path = os.path.join(root, name)
        if os.path.lexists(path):
            if not os.path.isfile(path):
                raise ConfigError(f"cannot read the configuration {printable(path)}: not a file")
            settings = _read(path, root, required=name == FILE_NAME)
            if settings is not None:
                return settings
    return Settings()


def may_set(key: str) -> bool:
    """Return whether a configuration that applies here may set `key`, without parsing it."""
    root = find_work_tree(".") or os.getcwd()
    for name in (FILE_NAME, PYPROJECT):
        try:
            if key.encode() in read_regular(os.path.join(root, name), MAX_BYTES):
                return True
        except OSError:
            continue
    return False


def load_at(read: Callable[[str], bytes | None], root: str, commit: str) -> Settings:
    """Return the settings that apply in a `commit` of the project at `root`, if it has a work tree.

    `read` returns the content of a file at the root of that commit, or None without one. Names of
    rule files and of the baseline are left as they are written. Raises ConfigError, as `load` does.
    """
    for name in (FILE_NAME, PYPROJECT):
        content = read(name)
        if content is not None:
            shown = f"{name} of {commit[:8]}"
            is_pyproject = name == PYPROJECT
            settings = _of_content(shown, content, root, "", is_pyproject=is_pyproject)
            if settings is not None:
                return settings._replace(origin=name, commit=commit)
    return Settings(directory=root, commit=commit)


def _read(path: str, root: str, *, required: bool) -> Settings | None:
    is_pyproject = os.path.basename(path) == PYPROJECT
    folder = os.path.dirname(os.path.abspath(path))
    settings = _of_content(path, _content(path), root, folder, is_pyproject=is_pyproject)
    if settings is None and required:
        raise ConfigError(f"{printable(path)}: has no table [tool.keycatch]")
    return settings


def _of_content(
    path: str, content: bytes, root: str, folder: str, *, is_pyproject: bool
) -> Settings | None:
    """Return what the `content` of `path` sets; its file names are relative to `folder`."""
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{printable(path)}: larger than 1 MiB, too large for a configuration")
    if not is_pyproject:
        return _settings(path, root, folder, _parse(path, content))

    # Importing and parsing TOML takes 10 ms, a fifth of a hook's time: not without such a table.
    tool = _parse(path, content).get("tool") if b"keycatch" in content else None
    table = tool.get("keycatch") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(f"{printable(path)}: tool.keycatch: must be a table")
    return _settings(path, root, folder, table)


def _content(path: str) -> bytes:
    try:
        content = read_regular(path, MAX_BYTES + 1, pipes=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot read the configuration {printable(path)}: {reason}") from None
    return content


def _parse(path: str, content: bytes) -> dict[str, object]:
    import tomllib

    from scanner.toml_depth import is_too_deep

    try:
        text = content.decode("utf-8-sig")  # editors on Windows write a BOM
        if is_too_deep(text):
            raise RecursionError
        return tomllib.loads(text)
    except ValueError as error:  # of TOML, of UTF-8, or of a number that is too long
        raise ConfigError(f"{printable(path)}: not valid TOML: {printable(str(error))}") from None
    except RecursionError:
        raise ConfigError(f"{printable(path)}: not usable: nested too deeply") from None


def _settings(path: str, root: str, folder: str, table: dict[str, object]) -> Settings:
    for key in table:
        if key not in KEYS:
            hint = did_you_mean(key, KEYS, mark="") or f"; known are {', '.join(sorted(KEYS))}"
            raise ConfigError(f"{printable(path)}: {printable(key)}: unknown key{hint}")

    baseline = _file(path, table, "baseline")
    fail_on = _threshold(path, table, "fail-on")
    return Settings(
        origin=path,
        directory=root,
        rules=tuple(os.path.join(folder, name) for name in _strings(path, table, "rules")),
        disable=_strings(path, table, "disable"),
        exclude=_patterns(path, table),
        fail_on=Confidence.MEDIUM if fail_on is None else fail_on,
        show=_threshold(path, table, "show"),
        strict=_switch(path, table, "strict"),
        no_marks=_switch(path, table, "no-marks"),
        baseline=os.path.join(folder, baseline) if baseline else "",
        own_accounts=_account_ids(path, table, "own-accounts"),
        canary_accounts=_account_ids(path, table, "canary-accounts"),
        liveness_allow=_account_ids(path, table, "liveness-allow"),
        liveness_deny=_account_ids(path, table, "liveness-deny"),
        decode_limit=_size(path, table, "decode-limit"),
        published_on=_strings(path, table, PUBLISHED_ON),
    )


def _strings(path: str, table: dict[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ConfigError(f"{printable(path)}: {key}: must be a list of strings")
    return tuple(value)


def _file(path: str, table: dict[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (key in table and not value) or "\0" in value:
        raise ConfigError(f"{printable(path)}: {key}: must be the path of a file")
    return value


def _patterns(path: str, table: dict[str, object]) -> tuple[str, ...]:
    patterns = _strings(path, table, "exclude")
    if len(patterns) > _MOST_PATTERNS:
        raise ConfigError(
            f"{printable(path)}: exclude: has {len(patterns):,} patterns, more than the "
            f"{_MOST_PATTERNS:,} that are looked at: name directories in place of their files"
        )
    for pattern in patterns:
        if problem := pattern_problem(pattern):
            raise ConfigError(f"{printable(path)}: exclude: {problem}")
    return patterns


def pattern_problem(pattern: str) -> str:
    """Return why a `pattern` of paths cannot be used, or an empty string."""
    if pattern and not pattern.startswith(("/", "./", "../")) and "\\" not in pattern:
        return ""
    return (
        f"'{printable(pattern)}' can match nothing: write it relative to the root of the project, "
        "with / between names, as in vendor/"
    )


def _account_ids(path: str, table: dict[str, object], key: str) -> tuple[str, ...]:
    names = _strings(path, table, key)
    for name in names:
        # isdigit alone takes digits of every script and superscripts.
        if not (len(name) == 12 and name.isascii() and name.isdigit()):
            raise ConfigError(f"{printable(path)}: {key}: must be a list of strings of 12 digits")
    return names


def _threshold(path: str, table: dict[str, object], key: str) -> Threshold | None:
    if key not in table:
        return None
    value = table[key]
    if isinstance(value, str) and value in THRESHOLDS:
        return THRESHOLDS[value]
    hint = did_you_mean(value, THRESHOLDS, mark="") if isinstance(value, str) else ""
    raise ConfigError(
        f"{printable(path)}: {key}: must be low, medium or high (confidence), or critical or "
        f"severity:high (severity){hint}"
    )


def _size(path: str, table: dict[str, object], key: str) -> int:
    value = table.get(key, "")
    number = size_in_bytes(value) if isinstance(value, str) else 0
    if key in table and not number:
        raise ConfigError(f'{printable(path)}: {key}: must be a size such as "512M" or "2G"')
    return number


def _switch(path: str, table: dict[str, object], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{printable(path)}: {key}: must be true or false")
    return value


class Exclusion:
    """The paths that a configuration excludes.

    A pattern is matched against the path relative to the root of the project, with `/` between
    names: `*` and `?` match any characters, `/` among them; a pattern that ends in `/` means
    everything below.
    """

    __slots__ = ("_base", "_match", "_real")

    def __init__(self, settings: Settings) -> None:
        """Prepare the patterns of `settings`."""
        import fnmatch
        import re
        from functools import cache

        forms = [f"{p}*" if p.endswith("/") else p for p in settings.exclude]
        # Without patterns the expression would be empty and match every path.
        self._match = re.compile("|".join(map(fnmatch.translate, forms)) or "(?!)").match
        self._base = os.path.join(os.path.realpath(settings.directory), "")
        self._real = cache(os.path.realpath)  # once for all files of a directory

    def __contains__(self, path: str) -> bool:
        """Return whether the file at `path`, relative to the current directory, is excluded."""
        parent, name = os.path.split(path)
        full = os.path.join(self._real(parent), name)
        if not full.startswith(self._base):
            return False
        return self._match(full[len(self._base) :].replace(os.sep, "/")) is not None
