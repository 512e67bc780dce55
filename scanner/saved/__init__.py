"""Reports that were saved as JSON, read again: strictly, since they have been out of our hands."""
