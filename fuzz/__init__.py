"""Attacks at random: fuzz targets for every reader of foreign bytes, and corruption of whole files.

`python -m fuzz --help` lists the commands. A target (`fuzz.targets`) is a function that takes bytes
and raises where a promise of SECURITY.md is broken. The test suite gives each its seeds only.
"""
