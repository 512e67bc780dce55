"""Git: running it, and reading work trees, changes and objects through it."""
