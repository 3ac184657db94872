"""The parser's program as it was on a bad day: it begins, and dies of every message."""

import sys
from multiprocessing.connection import Connection

pipe = Connection(int(sys.argv[1]))
pipe.send(None)
pipe.recv()
