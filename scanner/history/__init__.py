"""Whole histories: every object that git stores, and which commits added what is found there."""
