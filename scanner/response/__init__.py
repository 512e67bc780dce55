"""What to do about the findings of a report: steps with commands, none of which is executed."""
