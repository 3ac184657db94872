"""What the Cleanup Policy hid and somebody keeps in time is byte for byte as it was."""

import os

import pytest

from backup.places import contents_of
from cast import NOON, account_of, person, shared, user
from cleanup.days import at, deliver
from cleanup.full_mailboxes import CANARY, fill
from postroom.accounts.models import Activation, Deletion, Direction, EmailAccount, Ruling, Sharing
from postroom.accounts.seals import keep_secret
from postroom.archive.models import DealLink, Email, MutedThread, Triage
from postroom.association import own_emails, visible_to
from postroom.engine.cleaning import clean_up, keep_mailbox

EMAILS = 10_000 if os.environ.get("TEST_LONG") == "1" else 300
OF_MAIL = ("archive_", "crm_", "accounts_share", "accounts_ruling", "accounts_credential")


def mail_in(url: str) -> dict[str, tuple[int, str]]:
    """Every row of mail, of people, of what is shared, linked and decided, and of the secrets."""
    return {name: rows for name, rows in contents_of(url).items() if name.startswith(OF_MAIL)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(1800)
def test_restored_within_the_grace_it_is_byte_for_byte_as_it_was(database_url: str) -> None:
    alice, bob = user("Alice"), user("Bob")
    EmailAccount.objects.filter(pk=account_of(alice, Sharing.CUSTOM).pk).update(connected_at=NOON)
    account = EmailAccount.objects.get()
    keep_secret(account, Direction.INCOMING, "alice's own")
    emails = fill(account, EMAILS)
    Email.objects.filter(pk__in=[email.pk for email in emails[::3]]).update(is_read=True)
    shared(account, person("Lena Lead", f"{CANARY}.1@customer.example"))
    Ruling.objects.create(account=account, identity=emails[1].identity, sight=0, at=NOON)
    DealLink.objects.create(thread=emails[2].message_id, at=NOON)
    Triage.objects.create(email=emails[3], account=account, done_at=NOON)
    MutedThread.objects.create(account=account, thread_root="x", muted_at=NOON)
    before, seen = mail_in(database_url), visible_to(bob).count()
    assert before["archive_email"][0] == before["archive_participant"][0] // 3 == EMAILS
    assert seen > 0
    for day in (32, 43, 45, 46):
        clean_up(at(day))
        deliver(at(day))
    account.refresh_from_db()
    assert account.activation == Activation.DEACTIVATED
    assert own_emails(alice).count() == visible_to(bob).count() == 0
    keep_mailbox(account, alice, at(70))
    clean_up(at(77))
    assert not Deletion.objects.exists()
    assert mail_in(database_url) == before
    assert (own_emails(alice).count(), visible_to(bob).count()) == (EMAILS, seen)
    print(f"{EMAILS:,} emails as they were, in {len(before)} tables")
