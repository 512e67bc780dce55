"""`python -m scanner`: the same as the command `keycatch`."""

from scanner.commands import main

if __name__ == "__main__":
    raise SystemExit(main())
