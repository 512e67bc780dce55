"""What the code for the content of archives costs when it is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux counts")
def test_no_memory_is_used_up_when_it_is_loaded() -> None:
    """What is taken to tell the allocator how much to keep is given back untouched."""
    script = (
        "import resource\n"
        "from scanner.decoders import layers, tar_archive\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "from scanner.decoders import unpack\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 4096  # KiB, of the 16 MiB that are taken
