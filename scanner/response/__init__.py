"""What to do about what a report found: the commands of a response, none of which is executed."""
