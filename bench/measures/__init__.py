"""What is measured: a module for each command, and for each part of a longer one.

scan        whole scans of a tree, with the parts `stages` (and its `searches`) and `startup`
staged      the commit hook, and push, the push hook; `hook_repository` is what both measure on
history     whole histories, with the parts `growth` and `agreement`
liveness    asking about keys; `sts_stub` is the server that answers
"""
