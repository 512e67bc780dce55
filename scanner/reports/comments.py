"""How to allow a value on its line: the mark as a comment of the file's own language.

Only forms that may follow other text on a line are here. Where a comment has a line of its own
(`.ini`, AWS credentials files) or there is none (JSON, CSV), a mark would become part of the value.
"""

from __future__ import annotations

import posixpath
from typing import Final

_LANGUAGES: Final = {
    "# {}": (
        "py pyi pyw sh bash zsh fish ksh yml yaml toml tf tfvars hcl rb rake gemspec pl pm r jl "
        "ps1 psm1 psd1 ex exs cmake nix nim cr awk tcl bzl graphql coffee mk env envrc bashrc "
        "zshrc profile bash_profile zprofile"
    ),
    "// {}": (
        "js jsx mjs cjs ts tsx mts cts java kt kts go c h cc cpp cxx hpp hh cs fs swift scala sc "
        "rs php dart groovy gradle proto m mm jsonc json5 scss less sol zig v sv jsonnet libsonnet "
        "thrift"
    ),
    "-- {}": "sql lua hs elm adb ads vhd vhdl",
    "/* {} */": "css",
    "<!-- {} -->": ("html htm xhtml xml svg xsl xslt plist csproj vbproj fsproj props md markdown"),
    "; {}": "lisp lsp cl el clj cljs cljc edn scm asm",
    "% {}": "tex erl hrl",
    "' {}": "vb vbs bas",
    "{}": "txt text rst adoc log",
}
"""What is put around the mark, to the extensions of files; plain text needs nothing around it."""
_BY_EXTENSION: Final = {
    extension: form for form, extensions in _LANGUAGES.items() for extension in extensions.split()
}
_BY_NAME: Final = {
    "makefile": "# {}", "gnumakefile": "# {}", "rakefile": "# {}", "gemfile": "# {}",
    "vagrantfile": "# {}", "snakefile": "# {}", "brewfile": "# {}", "jenkinsfile": "// {}",
    ".env": "# {}",
}  # fmt: skip


def mark(path: str, rule_id: str) -> str:
    """Return the comment that allows `rule_id` on a line of the file `path`; empty if it has none.

    A person replaces REASON.
    """
    text = f"keycatch:allow {rule_id}: REASON"
    name = posixpath.basename(path).lower()
    # `.env.production` is one of the forms that tools read.
    form = "# {}" if name.startswith(".env.") else _BY_NAME.get(name)
    form = form or _BY_EXTENSION.get(name.rpartition(".")[2] if "." in name else "")
    return form.format(text) if form else ""
