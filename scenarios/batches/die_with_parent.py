"""Replace this process by a command that Linux kills when the parent process ends.

Usage: `python die_with_parent.py PARENT_PID COMMAND...`. A separate program, because code between fork and exec in a process
with threads can deadlock.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(sys.argv[1]):  # the parent ended before the call
            sys.exit(1)
    os.execv(sys.argv[2], sys.argv[2:])
