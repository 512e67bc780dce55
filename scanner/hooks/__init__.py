"""Git hooks that run keycatch: their text, where git looks for them, writing and trying them."""
