"""The kinds of credentials: one module a family, with parsing, detection and facts side by side.

The rule files are the registry: `kind: service_key.short_term` in a rule names `SHORT_TERM` in the
module `scanner.kinds.service_key`, and `kind: session_token` names `KIND` in its module. A module
is imported when a scan first finds an anchor of such a rule.

To add a kind: a rule in `rules/`, a module here (none where `kind: pattern` is enough), and a test.
"""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanner.findings import Finding, Forensics
    from scanner.kinds.interface import Kind


@cache
def load(name: str) -> Kind:
    """Return the kind that rules call `name`.

    Raises ImportError or AttributeError where there is none, which only a rule under development
    can cause: `scanner.rulebook.checking` allows users no kind but `pattern`.
    """
    from importlib import import_module

    module, _, member = name.partition(".")
    kind: Kind = getattr(import_module(f"scanner.kinds.{module}"), (member or "kind").upper())
    return kind


@cache
def _shipped() -> dict[str, tuple[str, str]]:
    """Return by the ID of each shipped rule its noun and its kind."""
    from scanner.rulebook.compiled import shipped_rules

    return {rule.id: (rule.noun, rule.kind) for rule in shipped_rules()}


def noun_of(rule_id: str) -> str:
    """Return what a credential found by a shipped rule is called; empty for a user's rule."""
    return _shipped().get(rule_id, ("", ""))[0]


def tell(finding: Finding) -> Forensics | None:
    """Return what the credential of `finding` says by itself; None for one of a user's rule.

    A damaged value says less, and never anything that does not follow from it. The facts are those
    of `docs/reports.md`, "What a credential tells by itself".
    """
    from scanner.findings import Forensics

    noun, kind = _shipped().get(finding.rule_id, ("", ""))
    if not noun:
        return None

    teller = load(kind).tell if kind else None
    told = teller(noun, finding.values) if teller else Forensics(noun)
    return told._replace(user=finding.user) if finding.user else told
