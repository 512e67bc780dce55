"""keycatch finds AWS credentials before they reach git, and in what git already stores.

This is the program; what other programs may import is the package `keycatch`. Nothing is imported
here: see `scanner.import_path`.
"""
