"""How many files and connections a process of Postroom may have open at a time.

Systems give a program 1,024 and let it ask for more (Seen: Debian 12, systemd 252: 524,288).
"""

import resource
from typing import Final

# A connection that listens, one that works, and what a database and a log need.
FOR_AN_ACCOUNT: Final = 2
FOR_THE_REST: Final = 100


def ask_for_all() -> int:
    """Take as many as this system lets us have; returns how many that are."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def needed_for(accounts: int) -> int:
    """How many the engine needs that keeps so many accounts."""
    return accounts * FOR_AN_ACCOUNT + FOR_THE_REST
