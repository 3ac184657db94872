"""A process of its own that looks at an account and is killed at a point, by SIGKILL and for real.

python -m torture.dying ADDRESS SECONDS POINT
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import django


def main(address: str, seconds: str, fatal: str) -> None:
    """Look at the account until the point is met."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.config.settings"
    django.setup()

    from postroom.accounts.models import EmailAccount
    from torture.kill_points import Points, wrapped
    from torture.stage import NOON
    from torture.visiting import look

    class Fatal(Points):
        """At the fatal point this process is no more."""

        def meet(self, place: str) -> bool:
            """Note a point."""
            if super().meet(place):
                os.kill(os.getpid(), signal.SIGKILL)
            return False

    account = EmailAccount.objects.get(address=address)
    with wrapped(Fatal(int(fatal))):
        asyncio.run(look(account, NOON + timedelta(seconds=int(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
