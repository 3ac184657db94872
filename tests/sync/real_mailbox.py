"""A mailbox on a private Dovecot, connected and synced in the test's own process."""

import asyncio

from django.utils import timezone

from cast import user
from journeys.installation import SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.proofs import proof_of
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync.once import SyncResult, sync_once
from servers.dovecot import Dovecot


def connected(server: Dovecot, *, storage: str = "") -> EmailAccount:
    """Alice's mailbox on this server, with herself as its owner."""
    where = ServerAddress(server.host, server.port, Security.NONE)
    owner = user("Alice")
    return connect_account(
        AccountRequest(
            owner=owner, address=owner.email, imap=where, password=SECRET, storage=storage
        )
    )


def sync(account: EmailAccount) -> SyncResult:
    """A whole sync, as `postroom sync --once` does it."""
    account.refresh_from_db()
    return asyncio.run(sync_once(account, timezone.now))


def numbers_of(folder: str, account: EmailAccount) -> tuple[int, int, int, int]:
    """A folder's proof: on the server, recorded, quarantined, missing."""
    [proof] = [proof for proof in proof_of(account) if proof.folder.name == folder]
    return proof.server, proof.recorded, proof.quarantined, proof.missing
