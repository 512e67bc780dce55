"""`keycatch doctor`: what is in force here, and what keeps credentials from being found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from scanner.doctor.interface import Result

_EPILOG: Final = """\
examples:
  keycatch doctor              what applies here, problems, and how to fix them
  keycatch doctor --quiet      problems only
  keycatch doctor -f json

Exit codes: 0 no problem, 1 problems, 2 wrong usage. It changes nothing and
uses no network.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    import argparse

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Check what there is to check, print it, and return the exit code."""
    from scanner.commands.baseline_use import today
    from scanner.doctor import agents, checkout, hooks, program, project
    from scanner.doctor.interface import PROBLEM

    found = [*program.results()]
    if not any(result.topic == "git" and result.state == PROBLEM for result in found):
        found += [*checkout.results(), *hooks.results()]  # else they would fail for that reason
    found += project.results(today())
    found += agents.results()
    problems = [result for result in found if result.state == PROBLEM]
    shown = problems if args.quiet else found
    if args.format == "json":
        import json

        print(json.dumps({"results": [result._asdict() for result in shown]}, indent=2))
    else:
        for line in _lines(shown, len(problems), is_quiet=args.quiet):
            print(line)
    return 1 if problems else 0


def _lines(shown: Sequence[Result], problems: int, *, is_quiet: bool) -> Iterator[str]:
    for result in shown:
        yield f"{result.state:<8} {result.topic}: {result.said}"
        if result.fix:
            yield f"         {'fix' if result.state == 'problem' else 'try'}: {result.fix}"
    if not is_quiet:
        yield ""
        yield f"{problems} problem{'' if problems == 1 else 's'}" if problems else "no problems"
