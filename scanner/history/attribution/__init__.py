"""Which commits added and removed a credential, at which paths, and what still reaches it."""
