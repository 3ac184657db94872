"""What the engine meets with an account is told to whoever looks at it at that moment."""

import json
from contextlib import closing

import psycopg
import pytest
from asgiref.sync import async_to_sync
from cryptography.fernet import Fernet
from django.test import override_settings

from cast import account_of, user
from postroom.accounts.models import Direction
from postroom.accounts.seals import keep_secret
from postroom.archive.announce import ACCOUNT_CHANGED
from postroom.engine.tasks import keep_account


@pytest.mark.django_db(transaction=True)
def test_open_pages_hear_of_trouble(database_url: str) -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "a password")
    with closing(psycopg.connect(database_url, autocommit=True)) as page:
        page.execute(f"LISTEN {ACCOUNT_CHANGED}")
        with override_settings(SEALING_KEYS=(Fernet.generate_key(),)):
            async_to_sync(keep_account.func)(account.pk)
        heard = [json.loads(notify.payload) for notify in page.notifies(timeout=1, stop_after=1)]
    account.refresh_from_db()
    assert account.trouble == "secret_does_not_open"
    assert heard == [{"account": account.pk}]
