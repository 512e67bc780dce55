"""Whole histories: every object that git stores, and who brought in what is found there."""
