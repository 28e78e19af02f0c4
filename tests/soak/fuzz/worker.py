"""Tries inputs one after another, in a process of its own: ``python -m tests.soak.fuzz.worker FIRST COUNT``.

On its output stands a line of JSON for the number of each input that it begins with, one for each
broken law, and at last one with the peak of its memory. To see one input again, give its number and ``1 -v``.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

from tests.soak.fuzz.case import case
from tests.soak.fuzz.laws import hold

CORPUS = "GONOGO_CORPUS"
"""The variable that names a folder of further YAML files."""
MOST_CPU = 2.0
"""Seconds that an input may take."""
MOST_ADDRESSES = 2 * 1024**3
"""Bytes of memory that the process may ask for: an input that needs more is found by its MemoryError."""


def main(first: int, count: int, *, shown: bool = False) -> None:
    """Try ``count`` inputs, starting with the number ``first``."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    corpus = os.environ.get(CORPUS, "")
    case(first, corpus)
    for number in range(first, first + count):
        _tell(begun=number)
        one = case(number, corpus)
        if shown:
            sys.stderr.writelines(f"-- {name} --\n{text}\n" for name, text in one.example.files.items())
        began = time.process_time()
        try:
            hold(one)
        except Exception:  # noqa: BLE001 - every one is reported, and the next input tried
            _tell(broken=number, why=traceback.format_exc(), input=one.text)
        spent = time.process_time() - began
        if spent > MOST_CPU:
            _tell(broken=number, why=f"{spent:.1f} s of CPU, and {MOST_CPU} s are allowed", input=one.text)
    _tell(peak=_peak())


def _peak() -> int:
    """Return the peak memory of this program in bytes. ``getrusage`` would include the memory of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def _tell(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), shown="-v" in sys.argv)
