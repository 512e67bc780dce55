"""Taking credentials out of a history: the replacements before, the check that they are gone."""
