"""A mailbox on its way through the Cleanup Policy: paused, warned of, hidden, deleted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import NOON, account_of, person, shared, user
from cleanup.days import DELETED, HIDDEN, PAUSED, activation, at, day, delete_all, live_through
from cleanup.full_mailboxes import CANARY, bring, fill, letters
from cleanup.test_deleting import dump, lines_with_canary
from postroom.accounts.holds import place_hold
from postroom.accounts.lifecycle import resume
from postroom.accounts.members import add_member
from postroom.accounts.models import (
    Activation,
    Credential,
    Deletion,
    Direction,
    EmailAccount,
    Use,
)
from postroom.accounts.seals import get_secret
from postroom.accounts.use import note_elsewhere, note_opened
from postroom.archive.models import Email
from postroom.archive.reading import opened
from postroom.association import own_emails, visible_to
from postroom.cleanup.cases import due_accounts
from postroom.cleanup.deleting import delete_next
from postroom.cleanup.keeping import TooLate, case_in, word_of
from postroom.cleanup.models import Case, Warning
from postroom.cleanup.policy import NEVER, NEWER, Condition, Policy
from postroom.cleanup.rules import all_policies, lift_rule, set_rule
from postroom.engine.cleaning import clean_up, keep_mailbox
from postroom.outbox.models import Notice, NoticeState
from postroom.team.days import note_active
from postroom.team.models import Act, AuditEntry, Organisation, Role, User
from postroom.team.users import set_active
from sync.state_hash import state_of

pytestmark = pytest.mark.django_db


def acts() -> list[str]:
    """What the audit log has of the policy, in order."""
    entries = AuditEntry.objects.filter(actor=None).order_by("pk")
    return [entry.act for entry in entries]


def test_by_default_it_is_paused_warned_of_hidden_and_deleted(
    account: EmailAccount, ada: User, database_url: str
) -> None:
    fill(account, 30)
    assert CANARY.encode() in dump(database_url), "the control"
    live_through(0, PAUSED - 1)
    assert activation(account) == Activation.ACTIVE
    assert not Notice.objects.exists()
    live_through(PAUSED, PAUSED)
    assert activation(account) == Activation.PAUSED
    assert own_emails(account.owner).count() == 30, "paused, it is read as before"
    written = Notice.objects.filter(key__startswith="cleanup:")
    assert set(written.values_list("recipient", flat=True)) == {account.owner.email, ada.email}
    live_through(PAUSED + 1, HIDDEN - 1)
    assert own_emails(account.owner).count() == 30
    live_through(HIDDEN, HIDDEN)
    assert list(Warning.objects.values_list("days", "delivered_at__date")) == [
        (14, day(PAUSED)),
        (3, day(PAUSED + 11)),
        (1, day(PAUSED + 13)),
    ]
    assert activation(account) == Activation.DEACTIVATED
    assert not own_emails(account.owner).exists()
    assert not User.objects.get(pk=account.owner_id).salesinbox_on
    live_through(HIDDEN + 1, DELETED - 1)
    assert delete_next(account.pk, NOON) is None, "in its days of grace nothing is deleted"
    assert Email.objects.count() == 30
    assert Credential.objects.exists()
    live_through(DELETED, DELETED)
    assert not Credential.objects.exists()
    assert delete_all(account.pk) > 0
    assert lines_with_canary(dump(database_url)) == []
    assert activation(account) == Activation.DEACTIVATED
    assert acts() == [
        Act.CLEANUP_PAUSED,
        *[Act.CLEANUP_WARNED] * 3,
        Act.SALESINBOX_OFF,
        Act.CLEANUP_HID,
        Act.CLEANUP_DELETES,
        Act.MAIL_DELETED,
    ]
    assert written.count() == 8, "three warnings and the last word, to each of two"
    entry = AuditEntry.objects.get(act=Act.CLEANUP_PAUSED)
    assert entry.who == "The Cleanup Policy"
    assert entry.detail == "No email of this mailbox was opened for more than a month."


def test_without_delivered_warnings_it_stays_however_long(account: EmailAccount) -> None:
    live_through(0, PAUSED, delivers=False)
    live_through(PAUSED + 300, PAUSED + 301, delivers=False)
    assert activation(account) == Activation.PAUSED
    assert list(Warning.objects.values_list("days", flat=True)) == [14]
    live_through(PAUSED + 302, PAUSED + 302 + 14)
    assert activation(account) == Activation.DEACTIVATED


def test_an_engine_that_was_off_for_months_gives_all_warnings_first(account: EmailAccount) -> None:
    live_through(400, 413)
    assert activation(account) == Activation.PAUSED
    live_through(414, 414)
    assert activation(account) == Activation.DEACTIVATED
    assert Deletion.objects.get().begins_on == day(444)


def test_a_warning_that_failed_is_offered_again_each_day(account: EmailAccount) -> None:
    live_through(0, PAUSED, delivers=False)
    Notice.objects.update(state=NoticeState.FAILED, due_at=at(PAUSED))
    clean_up(at(PAUSED) + timedelta(hours=20))
    assert not Notice.objects.filter(state=NoticeState.WAITING).exists()
    clean_up(at(PAUSED + 1))
    assert Notice.objects.filter(state=NoticeState.WAITING).count() == 2


def test_one_of_the_administrators_is_enough_but_the_owner_is_always_told(
    account: EmailAccount, ada: User
) -> None:
    other = user("Adam")
    User.objects.filter(pk=other.pk).update(is_administrator=True)
    live_through(0, PAUSED, delivers=False)
    mine = Notice.objects.filter(recipient=account.owner.email)
    theirs = Notice.objects.filter(recipient=ada.email)
    theirs.update(state=NoticeState.SENT, sent_at=at(PAUSED))
    clean_up(at(PAUSED + 1))
    assert not Warning.objects.filter(delivered_at__isnull=False).exists()
    mine.update(state=NoticeState.SENT, sent_at=at(PAUSED + 1))
    clean_up(at(PAUSED + 2))
    assert Warning.objects.get().delivered_at == at(PAUSED + 1)


def test_kept_in_its_days_of_grace_it_is_as_it_was_byte_for_byte(
    account: EmailAccount, database_url: str
) -> None:
    shared(account, person("Lena Lead", f"{CANARY}.1@customer.example"))
    fill(account, 20)
    bob = user("Bob")
    before = state_of(database_url)
    seen = set(visible_to(bob).values_list("pk", flat=True))
    assert seen, "the control"
    live_through(0, HIDDEN + 20)
    assert not visible_to(bob).exists()
    keep_mailbox(EmailAccount.objects.get(), account.owner, at(HIDDEN + 21))
    assert state_of(database_url) == before
    assert set(visible_to(bob).values_list("pk", flat=True)) == seen
    account.refresh_from_db()
    assert account.activation == Activation.ACTIVE
    assert get_secret(account, Direction.INCOMING) == f"{CANARY} secret"
    assert User.objects.get(pk=account.owner_id).salesinbox_on
    assert not Deletion.objects.exists()
    assert not Case.objects.exists()
    live_through(HIDDEN + 22, HIDDEN + 40)
    assert activation(account) == Activation.ACTIVE, "all clocks began anew"
    assert AuditEntry.objects.filter(act=Act.MAILBOX_KEPT, actor=account.owner).exists()


def test_a_link_is_good_for_its_case_alone(account: EmailAccount) -> None:
    live_through(0, PAUSED)
    first = Case.objects.get().pk
    assert case_in(word_of(first)) == first
    assert case_in(word_of(first)[:-2] + "xx") is None
    assert case_in("") is None
    keep_mailbox(account, account.owner, at(PAUSED))
    live_through(PAUSED + 30, PAUSED + 40)
    assert Case.objects.get().pk != first


def test_after_the_first_bite_it_is_too_late_to_keep_it(account: EmailAccount) -> None:
    live_through(0, DELETED)
    with pytest.raises(TooLate, match="deactivated"):
        keep_mailbox(EmailAccount.objects.get(), account.owner, at(DELETED))
    assert Deletion.objects.get().begins_on is None


def open_one(account: EmailAccount, now: int) -> None:
    opened(account.emails.all()[0], user("Bob"), at(now))


def be_active(account: EmailAccount, now: int) -> None:
    note_active(account.owner, at(now))
    note_opened(account.pk, at(now))


def be_read_elsewhere(account: EmailAccount, now: int) -> None:
    note_elsewhere(account.pk, at(now))


def be_a_new_policy(account: EmailAccount, now: int) -> None:
    set_rule(None, NEVER, None, at(now))


def be_resumed(account: EmailAccount, now: int) -> None:
    resume(EmailAccount.objects.get(pk=account.pk))


@pytest.mark.parametrize("saves", [open_one, be_active, be_a_new_policy, be_resumed])
def test_whatever_ends_its_reasons_ends_its_case(
    saves: Callable[[EmailAccount, int], None], account: EmailAccount
) -> None:
    bring(account, letters(1, account.address))
    live_through(0, PAUSED + 5)
    assert activation(account) == Activation.PAUSED, "the control"
    saves(account, PAUSED + 6)
    live_through(PAUSED + 6, PAUSED + 20)
    assert activation(account) == Activation.ACTIVE
    assert not Case.objects.exists()


def test_what_is_read_elsewhere_counts_if_the_organisation_says_so(account: EmailAccount) -> None:
    be_read_elsewhere(account, PAUSED - 1)
    live_through(0, PAUSED)
    assert activation(account) == Activation.PAUSED
    Organisation.objects.update(counts_other_programs=True)
    live_through(PAUSED + 1, PAUSED + 1)
    assert activation(account) == Activation.ACTIVE


def test_whoever_paused_it_by_hand_finds_it_paused(account: EmailAccount) -> None:
    EmailAccount.objects.update(activation=Activation.PAUSED)
    live_through(0, HIDDEN + 1)
    assert activation(account) == Activation.DEACTIVATED
    keep_mailbox(EmailAccount.objects.get(), account.owner, at(HIDDEN + 1))
    assert activation(account) == Activation.PAUSED


def test_a_role_has_its_own_and_others_the_organisations(account: EmailAccount, ada: User) -> None:
    role = Role.objects.create(name="Field sales")
    User.objects.filter(pk=account.owner_id).update(role=role)
    adas = account_of(ada)
    EmailAccount.objects.update(connected_at=NOON)
    set_rule(role, NEWER, ada, NOON)
    live_through(0, PAUSED)
    assert (activation(account), activation(adas)) == (Activation.ACTIVE, Activation.PAUSED)
    lift_rule(role, ada, at(PAUSED))
    live_through(PAUSED, PAUSED)
    assert activation(account) == Activation.PAUSED
    assert all_policies().roles == {}


def test_a_leavers_mailbox_goes_where_the_policy_says_so(account: EmailAccount, ada: User) -> None:
    set_rule(None, Policy({Condition.GONE: 1}), ada, NOON)
    live_through(0, 60)
    assert activation(account) == Activation.ACTIVE, "the control"
    set_active(account.owner, ada, at(60), is_active=False)
    live_through(61, 91)
    assert activation(account) == Activation.ACTIVE
    live_through(92, 92)
    assert activation(account) == Activation.PAUSED
    assert set(Notice.objects.values_list("recipient", flat=True)) == {ada.email}


def test_a_team_mailbox_is_used_when_one_of_its_team_is_here(account: EmailAccount) -> None:
    set_rule(None, Policy({Condition.INACTIVE: 1}), None, NOON)
    member = user("Bob")
    add_member(account, member, account.owner, NOON)
    note_active(member, at(20))
    live_through(0, PAUSED + 5)
    assert activation(account) == Activation.ACTIVE
    live_through(PAUSED + 6, PAUSED + 25)
    assert activation(account) == Activation.PAUSED


def test_the_clocks_of_a_deactivated_mailbox_stand(account: EmailAccount) -> None:
    EmailAccount.objects.update(activation=Activation.DEACTIVATED)
    live_through(200, 201)
    assert not Case.objects.exists()
    EmailAccount.objects.update(activation=Activation.ACTIVE)
    live_through(202, 202 + 28)
    assert activation(account) == Activation.ACTIVE


def test_salesinbox_stays_on_for_another_mailbox_of_the_user(account: EmailAccount) -> None:
    other = account_of(account.owner, address="other@example.com")
    Use.objects.create(account=other, kept_on=day(DELETED))
    live_through(0, HIDDEN)
    assert activation(account) == Activation.DEACTIVATED
    assert User.objects.get(pk=account.owner_id).salesinbox_on


def test_use_is_written_once_a_day_and_never_back(account: EmailAccount, ada: User) -> None:
    Organisation.get()
    for moment, written in ((NOON, True), (NOON + timedelta(hours=5), False), (at(-3), False)):
        before = Use.objects.filter(account=account).first()
        with CaptureQueriesContext(connection) as asked:
            note_opened(account.pk, moment)
            note_active(ada, moment)
        assert len(asked) == 2
        after = Use.objects.get(account=account)
        assert (before is None or before.opened_on != after.opened_on) == written
    ada.refresh_from_db()
    assert (after.opened_on, ada.active_on) == (day(0), day(0))


def test_many_mailboxes_take_as_many_questions_as_one(account: EmailAccount, ada: User) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            due_accounts(at(1))
        return len(asked)

    place_hold(person("Otto Other", "otto@elsewhere.example"), "So.", ada, NOON)
    questions()  # The first one makes the organisation.
    few = questions()
    for number in range(12):
        account_of(ada, address=f"box{number}@example.com")
    assert questions() == few
