"""`python -m scanner`: the same as the command `keycatch`."""

from scanner.import_path import isolate

isolate()

from scanner.commands import run_and_leave  # noqa: E402 -- only now is the path safe

if __name__ == "__main__":
    run_and_leave()
