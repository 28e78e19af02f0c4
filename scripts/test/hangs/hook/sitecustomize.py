"""Lets a Python process that a test started write the stacks of its threads when it is asked to.

Python imports this module by itself at its start, since the folder is in ``PYTHONPATH``. The answer is given in C by
``faulthandler``, so a process that hangs in an extension or holds every lock answers too.
"""

import faulthandler
import fcntl
import os
import signal

HIGH = 200  # a process that starts without standard streams must not get this file as one of them

try:
    low = os.open(os.environ["GONOGO_TEST_STACKS"], os.O_WRONLY | os.O_APPEND)
    try:
        faulthandler.register(signal.SIGRTMAX - 1, file=fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH), all_threads=True)
    finally:
        os.close(low)
except (KeyError, OSError):
    pass  # no run, or no file to write to: the process starts as it would without this module
