"""Measuring keycatch, next to other scanners and to reading alone; not part of the installation.

`python -m bench COMMAND` from the root of a checkout. What each command measures, how, and with
what result is in docs/benchmarks.md. Where to look:

    measures/       one module for each command, and one for each part of a longer one
    inputs/         what is measured on: generated trees and histories, planted credentials, clones
    programs/       small programs that run as processes of their own: the launcher and the floors
    tools.py        the scanners that are compared: how each is called, how its report is read
    installed.py    the scanners that are on this machine, and a scan by one of them
    process.py      the only way to run a command and learn what it cost
    findings.py     what each scanner found, from its report; scoring.py counts it
    rounds.py       several commands in turn: median, least, greatest, ratios within a round
    report.py       the only way to print figures and to write them as JSON: a list of tables
    comparison.py   the tables that more than one command prints

To add a benchmark, write a module in `measures/` with `configure(commands)`, which adds a parser
whose default `run` takes the parsed options, and name it in `bench/__main__.py`. It makes
`Command`s, passes them to `take_turns`, and hands tables to `publish`; `measures/push.py` is an
example.
To add a scanner, write a `Tool` in `tools.py` and name it in `PEERS`.
"""
