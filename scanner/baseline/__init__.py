"""The baseline: credentials that a project knows and does not want reported again.

It is loaded only where there is a file of that kind. `baseline_file` reads and writes it,
`matching` applies it to a report, `imports` reads what other scanners call a baseline or an ignore
file, and `carry_over` makes entries of that.
"""
