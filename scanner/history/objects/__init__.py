"""What a repository stores, and searching each object of it once."""
