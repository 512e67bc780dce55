"""Finds AWS credentials: the Python API of keycatch."""
