"""The command line, postroom.

Exit status: 0 ok, 1 failed (with a sentence on stderr), 2 not understood.
"""

from postroom.cli.program import main

__all__ = ["main"]
