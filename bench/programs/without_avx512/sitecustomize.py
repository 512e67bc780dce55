"""Imported by Python at its start, where this directory is on `PYTHONPATH`: no AVX-512 is used.

Most machines have none, and figures for them can be taken on one that has.
"""

from bench.processor import do_without_avx512

do_without_avx512()
