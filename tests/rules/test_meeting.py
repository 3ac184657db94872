"""Rules act on what comes after them: once on each email, in their order, whatever breaks."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, folder_of, message, person, received, user
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import LATE, Action, DealLink, Email, FolderRole
from postroom.association.steps import Step
from postroom.crm.models import Deal, Task
from postroom.crm.pipeline import first_stage
from postroom.outbox.models import Notice, OutgoingEmail, OutgoingState
from postroom.rules.meeting import meet_all
from postroom.rules.models import Rule, RuleRun, Trigger
from postroom.rules.telling import GATHERED, tell_owners
from postroom.rules.trying import try_out
from postroom.rules.writing import RuleUnusable, WrittenRule, change_places, write_rule

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
SOON = NOON + timedelta(minutes=2)
FLAG = [Step(kind="flag", text="")]


@pytest.fixture
def mailbox() -> EmailAccount:
    account = account_of(user("Alice"))
    account.capabilities = ["IMAP4REV1", "MOVE"]
    account.save()
    person("Lena Lead", LENA)
    folder_of(account, "INBOX")
    archive = folder_of(account, "Archive")
    archive.role = FolderRole.ARCHIVE
    archive.save()
    return account


def rule(mine: EmailAccount, *deeds: Step, **other: object) -> Rule:
    written = WrittenRule(
        **{"name": "r", "trigger": Trigger.RECEIVED, "conditions": [], "deeds": deeds} | other  # type: ignore[arg-type]
    )
    return write_rule(mine.owner, written, NOON)


def letter(account: EmailAccount, subject: str = "Hello", **headers: str) -> Email:
    return received(account, message(subject, **({"from_": LENA, "to": account.address} | headers)))


def test_what_was_there_before_the_rule_is_left_alone(mailbox: EmailAccount) -> None:
    before = letter(mailbox, "before")
    rule(mailbox, *FLAG)
    after = letter(mailbox, "after")
    assert meet_all(SOON) == 1
    assert list(Action.objects.values_list("email", "kind")) == [(after.pk, "flag")]
    before.refresh_from_db()
    assert not before.is_flagged
    assert Email.objects.get(pk=after.pk).is_flagged


def test_an_old_email_that_is_synced_later_is_left_alone(mailbox: EmailAccount) -> None:
    rule(mailbox, *FLAG)
    old = letter(mailbox)
    Email.objects.filter(pk=old.pk).update(received_at=NOON - timedelta(days=400))
    assert meet_all(SOON) == 0


def test_each_email_is_met_once_however_often_it_is_looked_at(mailbox: EmailAccount) -> None:
    flagging = rule(mailbox, *FLAG)
    email = letter(mailbox)
    assert [meet_all(SOON + n * LATE) for n in range(5)] == [1, 0, 0, 0, 0]
    assert list(RuleRun.objects.values_list("rule", "email", "words")) == [
        (flagging.pk, email.pk, "flagged")
    ]


def test_an_email_that_shows_late_is_met_all_the_same(mailbox: EmailAccount) -> None:
    """Its transaction committed after one with a higher id."""
    flagging = rule(mailbox, *FLAG)
    late = letter(mailbox, "late")
    higher = letter(mailbox, "higher")
    Email.objects.filter(pk=late.pk).update(direction="sent")  # Not to be met, for now.
    assert meet_all(SOON) == 1
    Email.objects.filter(pk=late.pk).update(direction="received")
    assert meet_all(SOON + LATE) == 1
    assert RuleRun.objects.count() == 2
    meet_all(SOON + 3 * LATE)
    flagging.refresh_from_db()
    assert flagging.seen == higher.pk


def test_deeds_are_done_and_told_in_words(mailbox: EmailAccount) -> None:
    Deal.objects.create(name="Line", stage=first_stage(), opened_at=NOON, changed_at=NOON)
    deeds = [
        Step(kind="read", text=""),
        Step(kind="flag", text=""),
        Step(kind="archive", text=""),
        Step(kind="move", text="nowhere"),
        Step(kind="deal", text="line"),
        Step(kind="task", text="Look into it"),
    ]
    rule(mailbox, *deeds)
    email = letter(mailbox)
    meet_all(SOON)
    kinds = set(Action.objects.values_list("kind", flat=True))
    assert kinds == {"mark_read", "flag", "move"}
    assert DealLink.objects.get().deal.name == "Line"  # type: ignore[union-attr]
    assert RuleRun.objects.get(email=email).words == (
        "marked as read; flagged; archived; not moved: there is no folder “nowhere”;"
        " linked with Line; task added: Look into it"
    )
    task = Task.objects.get()
    assert (task.assignee, task.email_identity) == (mailbox.owner, email.identity)


def test_a_last_rule_keeps_emails_from_those_below(mailbox: EmailAccount) -> None:
    first = rule(mailbox, *FLAG, is_last=True, conditions=[Step(kind="subject", text="a")])
    second = rule(mailbox, Step(kind="read", text=""))
    a, b = letter(mailbox, "a"), letter(mailbox, "b")
    meet_all(SOON)
    assert set(RuleRun.objects.values_list("rule", "email")) == {
        (first.pk, a.pk),
        (second.pk, b.pk),
    }
    change_places(second, is_up=True)
    c = letter(mailbox, "ca")
    meet_all(SOON)
    assert set(RuleRun.objects.filter(email=c).values_list("rule", flat=True)) == {
        first.pk,
        second.pk,
    }


def test_colleagues_mail_and_stopped_mailboxes_are_left_alone(mailbox: EmailAccount) -> None:
    rule(mailbox, *FLAG)
    theirs = account_of(user("Bob"))
    letter(theirs)
    letter(mailbox)
    EmailAccount.objects.filter(pk=mailbox.pk).update(activation=Activation.PAUSED)
    assert meet_all(SOON) == 0
    EmailAccount.objects.filter(pk=mailbox.pk).update(activation=Activation.ACTIVE)
    assert meet_all(SOON) == 1
    assert set(Action.objects.values_list("account", flat=True)) == {mailbox.pk}


def test_mail_without_an_answer_is_met_when_its_days_are_over(mailbox: EmailAccount) -> None:
    me = mailbox.address
    rule(mailbox, *FLAG, trigger=Trigger.UNANSWERED, days=3)
    rule(mailbox, *FLAG, trigger=Trigger.UNREPLIED, days=2)
    sent_at = NOON + timedelta(hours=1)
    asked = received(
        mailbox, message("asked", sent_at, from_=me, to=LENA, message_id="<a@x.example>"), "Sent"
    )
    received(
        mailbox, message("heard", sent_at, from_=me, to=LENA, message_id="<h@x.example>"), "Sent"
    )
    letter(
        mailbox,
        "Re: heard",
        date=(sent_at + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        in_reply_to="<h@x.example>",
        references="<h@x.example>",
    )
    days = {n: meet_all(sent_at + timedelta(days=n, hours=2)) for n in (1, 2, 3, 4)}
    assert days == {1: 0, 2: 1, 3: 1, 4: 0}
    assert asked.pk in RuleRun.objects.values_list("email", flat=True)


def test_an_automatic_reply_is_no_answer(mailbox: EmailAccount) -> None:
    rule(mailbox, *FLAG, trigger=Trigger.UNANSWERED, days=3)
    sent_at = NOON + timedelta(hours=1)
    for name, headers in (("away", {"auto_submitted": "auto-replied"}), ("there", {})):
        root = f"<{name}@x.example>"
        sent = message(name, sent_at, from_=mailbox.address, to=LENA, message_id=root)
        received(mailbox, sent, "Sent")
        later = (sent_at + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        letter(mailbox, f"Re: {name}", date=later, references=root, **headers)
    assert meet_all(sent_at + timedelta(days=3, hours=2)) == 1
    assert RuleRun.objects.get().email.subject == "away"


def test_a_bounce_is_met(mailbox: EmailAccount) -> None:
    rule(mailbox, *FLAG, trigger=Trigger.BOUNCED)
    sent = received(mailbox, message("gone", from_=mailbox.address, to=LENA), "Sent")
    assert meet_all(SOON) == 0
    OutgoingEmail.objects.create(
        author=mailbox.owner,
        key="6e2b7f3e-0000-4000-8000-000000000001",
        account=mailbox,
        copy=sent,
        state=OutgoingState.BOUNCED,
        changed_at=SOON,
    )
    assert meet_all(SOON) == 1


def test_the_owner_is_told_once_and_not_of_what(mailbox: EmailAccount) -> None:
    rule(mailbox, Step(kind="tell", text=""))
    letter(mailbox, "canary-one")
    letter(mailbox, "canary-two")
    meet_all(SOON)
    told = [tell_owners(SOON + n * GATHERED) for n in range(4)]
    assert told == [0, 1, 0, 0]
    notice = Notice.objects.get()
    assert notice.recipient == mailbox.owner.email
    assert notice.subject == "2 emails met your rule “r”"
    assert "canary" not in notice.text + notice.html


def test_a_trial_does_nothing(mailbox: EmailAccount) -> None:
    emails = [letter(mailbox, str(n)) for n in range(3)]
    trial = try_out(mailbox.owner, WrittenRule("r", Trigger.RECEIVED, [], FLAG), SOON)
    assert (trial.number, trial.is_more, len(trial.newest)) == (3, False, len(emails))
    assert not Action.objects.exists()
    assert not Rule.objects.exists()


UNUSABLE = [
    ("name", {"name": " "}),
    ("deeds", {"deeds": []}),
    ("deeds", {"deeds": [Step(kind="erase", text="")]}),
    ("deeds", {"deeds": [Step(kind="move", text="")]}),
    ("deeds", {"deeds": [Step(kind="deal", text="no such deal")]}),
    ("conditions", {"conditions": [Step(kind="larger", text="1.5")]}),
    ("conditions", {"conditions": [Step(kind="larger", text="²")]}),
    ("conditions", {"conditions": [Step(kind="subject", text="")]}),
    ("conditions", {"conditions": [Step(kind="subject", text="x" * 201)]}),
    ("conditions", {"conditions": FLAG}),
    ("days", {"trigger": Trigger.UNANSWERED}),
    ("days", {"trigger": Trigger.UNANSWERED, "days": 0}),
]


@pytest.mark.parametrize(("where", "wrong"), UNUSABLE)
def test_a_rule_that_is_no_use_is_refused(
    where: str, wrong: dict[str, object], mailbox: EmailAccount
) -> None:
    with pytest.raises(RuleUnusable) as refusal:
        rule(mailbox, *FLAG, **wrong)
    assert refusal.value.field == where
    assert not Rule.objects.exists()


def test_nobody_writes_a_rule_for_anothers_mailbox(mailbox: EmailAccount) -> None:
    bob = account_of(user("Bob"))
    with pytest.raises(RuleUnusable) as refusal:
        rule(bob, *FLAG, account=mailbox)
    assert refusal.value.field == "account"
