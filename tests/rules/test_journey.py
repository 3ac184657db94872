"""A rule from a letter's arrival at a real server to the folder where it lies there afterwards."""

import imaplib
from collections.abc import Iterator

import pytest
from django.utils import timezone

from cast import message, person
from journeys.installation import ALICE, SECRET
from postroom.archive.models import Email, FolderRole
from postroom.association.steps import Step
from postroom.rules.meeting import meet_all
from postroom.rules.models import Trigger
from postroom.rules.writing import WrittenRule, write_rule
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync

pytestmark = pytest.mark.usefixtures("transactional_db")

LENA = "lena@customer.example"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "Archive", [message("old")])
        running.add(ALICE, "INBOX", [message("before", from_=LENA, to=ALICE)])
        yield running


def test_mail_with_leads_goes_to_the_archive_flagged_and_other_mail_stays(server: Dovecot) -> None:
    person("Lena Lead", LENA)
    account = connected(server)
    sync(account)
    account.folders.filter(name="Archive").update(role=FolderRole.ARCHIVE)
    rule = WrittenRule(
        name="Leads",
        trigger=Trigger.RECEIVED,
        conditions=[Step(kind="lead", text="")],
        deeds=[Step(kind="flag", text=""), Step(kind="archive", text="")],
    )
    write_rule(account.owner, rule, timezone.now())
    server.add(
        ALICE,
        "INBOX",
        [message("new", from_=LENA, to=ALICE), message("other", from_="x@x.example", to=ALICE)],
        received=timezone.now().timestamp() + 1,
    )
    sync(account)
    assert meet_all(timezone.now()) == 1
    sync(account)
    assert subjects_in(server, "INBOX") == {("before", ""), ("other", "")}
    assert subjects_in(server, "Archive") == {("old", ""), ("new", "\\Flagged")}
    assert Email.objects.count() == 4


def subjects_in(server: Dovecot, folder: str) -> set[tuple[str, str]]:
    """Subject and flag of what lies there, as another mail program sees it."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        client.select(folder, readonly=True)
        _, answer = client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return {
        (part[1].decode().partition(": ")[2].strip(), "\\Flagged" if b"Flagged" in part[0] else "")
        for part in answer
        if isinstance(part, tuple)
    }
