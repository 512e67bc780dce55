"""Run one command and print what it cost, as JSON: a program of its own, started for each run.

The kernel starts the peak memory of a process from that of the process it was started by, so a
benchmark that had read 300 MB itself would find 300 MB in everything it starts. This program stays
at about 10 MB. It imports nothing of the project and is started without the site packages.

Standard input: ``{"argv": [...], "env": {...}, "cwd": "...", "cores": [0, 1], "sample": 0.01,
"stdin": "...", "output": "...", "limit": 600}``. `cores` may be empty (leave it to the system),
`sample`, the seconds between two looks at the process tree, 0 (do not look), `stdin`, the file that
the command reads, null (nothing), `output`, the file for both of its outputs, null (thrown away),
and `limit`, the seconds after which it and all that it started is killed, 0 (never).

Standard output: ``{"wall": 0.1, "cpu": 0.1, "exit": 0, "peak": 0, "memory": [0, 0, 0],
"stopped": false}``, in seconds and bytes. `exit` is the exit code, or minus the number of the
signal; `peak` is of the largest single process of the tree; `memory` has the largest sums over the
tree that were seen: resident, proportional (each shared page counts once), anonymous (no page of a
mapped file); `stopped` is whether the limit ended it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resource import struct_rusage


def main() -> None:
    """Do what standard input asks for."""
    job = json.load(sys.stdin)
    # Inherited by the command and by all that it starts.
    if job["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, job["cores"])
    os.chdir(job["cwd"])

    nothing = os.open(os.devnull, os.O_RDWR)
    given = os.open(job["stdin"], os.O_RDONLY) if job["stdin"] else nothing
    kept = nothing
    if job["output"]:
        # Readable for nobody else: a scanner may print what it found.
        kept = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [
        (os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate((given, kept, kept))
    ]

    # Unlike fork, it does not copy the page tables of this process first.
    began = time.perf_counter()
    limit = job["limit"]
    process = os.posix_spawn(job["argv"][0], job["argv"], job["env"], file_actions=streams)
    stopped: list[int] = []
    if limit:
        signal.signal(signal.SIGALRM, lambda *_: _stop(process, stopped))
        signal.setitimer(signal.ITIMER_REAL, limit)
    memory: tuple[int, ...] = (0, 0, 0)
    if job["sample"]:
        status, used, memory = _watch(process, job["sample"])
    else:
        _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    signal.setitimer(signal.ITIMER_REAL, 0)

    # getrusage(2): kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    json.dump(
        {
            "wall": wall,
            "cpu": used.ru_utime + used.ru_stime,
            "exit": os.waitstatus_to_exitcode(status),
            "peak": used.ru_maxrss * unit,
            "memory": memory,
            "stopped": bool(stopped),
        },
        sys.stdout,
    )


def _stop(process: int, stopped: list[int]) -> None:
    stopped.append(process)
    for member in _tree(process) or [process]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


def _watch(process: int, interval: float) -> tuple[int, struct_rusage, tuple[int, ...]]:
    """Return status and resources of `process` at its end, and the largest sums of its tree."""
    largest: tuple[int, ...] = (0, 0, 0)
    while True:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            return status, used, largest
        sums = map(sum, zip((0, 0, 0), *map(_memory, _tree(process)), strict=True))
        largest = tuple(map(max, largest, sums))
        time.sleep(interval)


def _tree(root: int) -> list[int]:
    """Return `root` and the processes below it, from the parents in /proc; [] without a /proc."""
    children: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as file:
                    # The name of the program, in parentheses, may hold spaces: proc(5), `stat`.
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
