"""Make so many accounts in the database of the environment, for one owner; none is tried first.

python -m bench.many_accounts COUNT PORT SECRET      run by bench.idle
"""

import sys

from postroom.cli.bootstrap import set_up_django

set_up_django()

from postroom.accounts.models import Direction, EmailAccount, Security  # noqa: E402 - needs Django
from postroom.accounts.seals import keep_secret  # noqa: E402
from postroom.team.models import User  # noqa: E402


def main(count: int, port: int, secret: str) -> None:
    """Save them."""
    owner = User.objects.get()
    for number in range(count):
        account = EmailAccount.objects.create(
            owner=owner,
            address=f"user{number}@example.com",
            imap_host="localhost",
            imap_port=port,
            imap_security=Security.TLS,
        )
        keep_secret(account, Direction.INCOMING, secret)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
