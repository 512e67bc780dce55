"""Sources: where blobs come from.

One module per source, each with a function that turns what the user named into `Blob` objects
(see `scanner.sources.interface`): `tree` for files, directories and standard input.
"""
