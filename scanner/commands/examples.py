"""Commands that run as they are, for the end of each help and for the page of the manual."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final = {
    "keycatch": (
        ("keycatch scan", "scan the files here"),
        ("keycatch install", "scan each commit and each push before it is made"),
        ("keycatch history", "scan everything that the repository stores"),
    ),
    "scan": (
        ("keycatch scan", "all files here that git does not ignore"),
        ("git log -p | keycatch scan -", "the output of any command"),
        ("keycatch scan --exclude 'vendor/' --output sarif=keycatch.sarif .", "for a code host"),
    ),
    "staged": (
        ("keycatch staged", "what the next commit adds"),
        ("keycatch staged --show low", "with what is only possibly a credential"),
    ),
    "commit-msg": (("keycatch commit-msg .git/COMMIT_EDITMSG", "the message of the last commit"),),
    "push": (("keycatch push origin", "what a push to origin would publish"),),
    "receive": (("keycatch install --server", "run it for each push to the bare repository here"),),
    "range": (
        ("keycatch range HEAD~3", "the last three commits, as HEAD~3..HEAD"),
        ("keycatch range main...HEAD", "what this branch adds since it left main"),
        ("keycatch range HEAD^!", "the last commit only"),
    ),
    "ci": (
        ("keycatch ci", "the change that this job builds"),
        ("keycatch ci --strict --output junit=keycatch.xml --output text=-", "two reports"),
    ),
    "history": (
        ("keycatch history", "the repository here"),
        ("keycatch history --format json --output report.json", "for keycatch respond"),
        ("keycatch history --keep ~/mirrors git@git.example:team/app.git", "clone it first"),
    ),
    "fleet": (
        ("keycatch fleet ~/src --state ~/fleet", "all clones in a folder"),
        ("keycatch fleet urls.txt --state ~/fleet --output html=leaks.html", "the list of a file"),
        ("keycatch fleet github+https://github.com/acme --state ~/fleet", "an organisation"),
        ("keycatch fleet status --state ~/fleet", "how each of them ended"),
    ),
    "baseline": (
        ("keycatch baseline create", "accept all that is there now"),
        ("keycatch baseline check", "show what is new, expired or not used"),
    ),
    "respond": (),  # its help has them already
    "explain": (),  # the same
    "doctor": (),  # the same
    "rules": (
        ("keycatch rules list", "all rules, one on each line"),
        ("keycatch rules show aws-access-key-id", "everything about one"),
    ),
    "install": (
        ("keycatch install", "hooks for the repository here"),
        ("keycatch install --undo", "remove them again"),
    ),
    "agent": (
        ("keycatch agent install claude", "hooks of Claude Code, for this project"),
        ("keycatch agent install codex cursor", "the same for two tools"),
        ("keycatch agent status", "where they are installed"),
    ),
    "agent-hook": (("echo '{}' | keycatch agent-hook", "the answer to a payload"),),
    "completion": (
        ('eval "$(keycatch completion bash)"', "for this shell: bash"),
        ("keycatch completion zsh > _keycatch", "put it in a directory of $fpath"),
        ("keycatch completion fish | source", "for this shell: fish"),
    ),
    "help": (("keycatch help scan", "what scan does, and its options"),),
    "version": (("keycatch version -v", "what to put into a report of a defect"),),
}
"""Of each command, and of the command line as a whole: what to type, and what it is for."""

_LONGEST: Final = 44
"""Columns of a command that still has its purpose on the same line, within 80."""


def section(prog: str) -> str:
    """Return the examples for the help of `prog`, such as `keycatch scan`; empty without any."""
    examples = EXAMPLES.get(prog.removeprefix("keycatch "), ())
    if not examples:
        return ""
    width = max((len(line) for line, _ in examples if len(line) <= _LONGEST), default=0)
    lines = ["", "examples:"]
    for line, purpose in examples:
        if len(line) <= _LONGEST:
            lines.append(f"  {line:<{width}}  {purpose}")
        else:
            lines += [f"  {line}", f"  {'':<{width}}  {purpose}"]
    return "\n".join(lines) + "\n"
