"""The start of the command `keycatch` and of `python -m keycatch`.

Nothing is imported from a place that the current directory or the environment could have added: the
repository that is scanned may have a folder `scanner` of its own. See `scanner.import_path`.
"""

import os
import sys


def main() -> None:
    """Run the command line of the process, and end it."""
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from scanner.import_path import isolate

    del sys.path[0]
    isolate()
    from scanner.commands import run_and_leave

    run_and_leave()


if __name__ == "__main__":
    main()
