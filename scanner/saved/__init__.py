"""Reports that were saved as JSON and are read again, strictly: anybody may have changed them."""
