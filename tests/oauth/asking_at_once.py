"""A process with many threads that all want the account's token at the same moment.

`python -m oauth.asking_at_once ACCOUNT_ID THREADS`: says "ready", waits for a line on stdin, and
prints the digest of every token it was given.
"""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django


def main(account_id: int, threads: int) -> None:
    """Ask with every thread."""
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from postroom.accounts.models import EmailAccount
    from postroom.oauth.tokens import access_token

    together = Barrier(threads)

    def ask(_: int) -> str:
        account = EmailAccount.objects.get(pk=account_id)
        connection.close()
        together.wait(60)
        token = access_token(account, timezone.now())
        connection.close()
        return hashlib.sha256(token.encode()).hexdigest()

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        print(*pool.map(ask, range(threads)), sep="\n", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
