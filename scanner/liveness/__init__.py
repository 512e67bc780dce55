"""Asking STS whether a credential is live; nothing in here runs without `--check-liveness`."""
