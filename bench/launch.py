"""Run one command and print what it cost, as JSON: a program of its own, started for each run.

The kernel starts the peak memory of a process from that of the process it was started by, so a
benchmark that had read 300 MB itself would find 300 MB in everything it starts. This program stays
at about 10 MB. It imports nothing of the project and is started without the site packages.

Standard input: ``{"argv": [...], "env": {...}, "cwd": "...", "cores": [0, 1], "sample": 0.01,
"stdin": "...", "output": "..."}``; `cores` may be null (leave it to the system), `sample` 0 (do not
look at the process tree), `stdin`, the file that the command reads, null (nothing), and `output`,
the file for what it prints and says, null (thrown away).
Standard output: ``{"wall", "user", "system"}`` in seconds, ``"exit"`` (the exit code, or minus the
number of the signal), ``"peak"`` (bytes: the largest single process of the tree) and, where the
tree was looked at, ``"tree_rss"``, ``"tree_pss"`` and ``"tree_anonymous"`` (bytes: the largest sum
over the tree seen; the second counts each shared page once, the third no page of a mapped file).
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resource import struct_rusage


def main() -> None:
    """Do what standard input asks for."""
    job = json.load(sys.stdin)
    if job["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, job["cores"])
    os.chdir(job["cwd"])
    nothing = os.open(os.devnull, os.O_RDWR)
    given = os.open(job["stdin"], os.O_RDONLY) if job["stdin"] else nothing
    kept = nothing
    if job["output"]:
        kept = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [
        (os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate((given, kept, kept))
    ]
    began = time.perf_counter()
    process = os.posix_spawn(job["argv"][0], job["argv"], job["env"], file_actions=streams)
    memory = (0, 0, 0)
    if job["sample"]:
        status, used, memory = _watch(process, job["sample"])
    else:
        _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    json.dump(
        {
            "wall": wall,
            "user": used.ru_utime,
            "system": used.ru_stime,
            "exit": os.waitstatus_to_exitcode(status),
            "peak": used.ru_maxrss * unit,
            "tree_rss": memory[0],
            "tree_pss": memory[1],
            "tree_anonymous": memory[2],
        },
        sys.stdout,
    )


def _watch(process: int, interval: float) -> tuple[int, struct_rusage, tuple[int, int, int]]:
    rss = pss = anonymous = 0
    while True:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            return status, used, (rss, pss, anonymous)
        members = [_memory(member) for member in _tree(process)]
        rss = max(rss, sum(member[0] for member in members))
        pss = max(pss, sum(member[1] for member in members))
        anonymous = max(anonymous, sum(member[2] for member in members))
        time.sleep(interval)


def _tree(root: int) -> list[int]:
    """Return `root` and the processes below it, from the parents in /proc; [] without a /proc."""
    children: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as file:
                    # The name of the program, in parentheses, may hold spaces.
                    parent = int(file.read().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(name))
    members = [root] if children else []
    for member in members:
        members += children.get(member, [])
    return members


def _memory(process: int) -> tuple[int, int, int]:
    """Return the resident, proportional and anonymous bytes of a process, 0 if it is gone."""
    found = {"Rss": 0, "Pss": 0, "Anonymous": 0}
    with contextlib.suppress(OSError), open(f"/proc/{process}/smaps_rollup") as file:
        for line in file:
            name, _, size = line.partition(":")
            if name in found:
                found[name] = int(size.split()[0]) * 1024
    return found["Rss"], found["Pss"], found["Anonymous"]


if __name__ == "__main__":
    main()
