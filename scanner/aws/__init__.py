"""Facts about AWS credentials: pure functions of bytes that hold whatever a rule says."""
