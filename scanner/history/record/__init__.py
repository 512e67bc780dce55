"""What is remembered between two scans of a history, so that the second reads what is new."""
