"""The engine does at once what somebody asked for on a page and waits to see."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from cast import message
from journeys.installation import ALICE, SECRET, Installation
from postroom.accounts.lifecycle import meet_trouble
from postroom.archive.comparisons import ask_for_comparison
from postroom.archive.models import Email, Quarantine
from postroom.archive.quarantine import ask_for_retry, entries_of, quarantine
from postroom.engine.asked import start_comparing, start_retrying
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync
from web.browser import wait_for

RAW = message("set aside", from_="a@x.example", to=ALICE)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", [message(f"n{n}", to=ALICE) for n in range(4)])
        yield running


def test_it_compares_and_tries_again(server: Dovecot, database_url: str) -> None:
    account = connected(server)
    sync(account)
    inbox = account.folders.get(name="INBOX")
    quarantine(inbox, 99, "It broke the parser.", timezone.now(), RAW)
    Email.objects.filter(subject="n2").delete()
    # So that no keeper is begun for it, which might heal before the comparison does.
    meet_trouble(account, "sign_in_refused", "It was refused once.", timezone.now())
    with Installation(database_url).running("engine"):
        asked = ask_for_comparison(account, timezone.now())
        start_comparing(account)
        ask_for_retry(account, entries_of(account), timezone.now())
        start_retrying(account)
        wait_for(lambda: not Quarantine.objects.exists())
        wait_for(lambda: type(asked).objects.filter(finished_at__isnull=False).exists())
    asked.refresh_from_db()
    assert (asked.missing, asked.healed, asked.trouble) == (0, 1, "")
    assert {"n2", "set aside"} <= set(Email.objects.values_list("subject", flat=True))
