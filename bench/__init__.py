"""Measuring keycatch: its stages, the whole scan, and other scanners in the same run.

`python -m bench scan` from the root of a checkout. Nothing here is part of the installed program.
What the figures mean and how to repeat them is told in docs/benchmarks.md.
"""
