"""A list's own words about how one gets off it send nothing in anybody's name."""

from collections.abc import Callable

import pytest
from django.test import Client

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount, FromAddress
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User

pytestmark = pytest.mark.django_db

# Whom a stranger would have Alice write to, and what.
WAY = "<mailto:boss@example.com?subject=I%20resign&body=Pay%20what%20you%20owe%20me.>"


def test_an_email_to_whom_a_stranger_named_is_looked_at_before_it_goes(
    alice: User, account: EmailAccount, as_user: Callable[[User], Client]
) -> None:
    EmailAccount.objects.update(smtp_host="smtp.example.com")
    FromAddress.objects.filter(account=account).update(verified_at=NOON)
    raw = message("News", NOON, from_="list@news.example", list_unsubscribe=WAY)
    letter = received(account, raw)
    client = as_user(alice)
    for _ in range(2):
        told = client.post(f"/emails/{letter.pk}/unsubscription/", headers={"HX-Request": "true"})
        assert "read it, then send it" in told.content.decode()
    kept = OutgoingEmail.objects.get()
    assert (kept.to, kept.subject) == ("boss@example.com", "I resign")
    assert (kept.state, kept.raw, kept.due_at) == (OutgoingState.DRAFT, None, None)
    assert f"/writing/{kept.key}/" in told.content.decode()
    page = client.post(f"/emails/{letter.pk}/unsubscription/", follow=True).content.decode()
    assert "Pay what you owe me." in page
    OutgoingEmail.objects.update(state=OutgoingState.SENT)
    told = client.post(f"/emails/{letter.pk}/unsubscription/", headers={"HX-Request": "true"})
    assert "You wrote to boss@example.com already" in told.content.decode()
