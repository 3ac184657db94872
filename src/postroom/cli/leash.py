"""Runs a program that dies with the process that started it, even when that one is killed.

Usage: leash.py PARENT_PID PROGRAM [ARGUMENT …]. Sets the parent-death signal and becomes the
program; the kernel keeps the promise, so a program that hangs or never heard of it dies too.

Rejected: a pipe that the program watches (a blocked event loop does not watch), and `preexec_fn`
(Python code between fork and exec can deadlock in a process with threads). prctl(2),
PR_SET_PDEATHSIG; Linux only, elsewhere the program runs without a leash.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, program: list[str]) -> None:
    """Become the program, unless the parent died before the leash was on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(program[0], program)  # noqa: S606 - the tree's own commands, no shell wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
