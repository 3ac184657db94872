"""A mailbox is handed over: its new owner sees all of it, and nobody else more than before."""

from contextlib import suppress
from threading import Thread

import pytest
from django.db import ProgrammingError, connection

from cast import NOON, account_of, message, person, received, shared, user
from cleanup.days import at
from postroom.accounts.exclusions import exclude
from postroom.accounts.handing_over import MAY_NOT, HandingOver, HandingOverRefused
from postroom.accounts.models import (
    Direction,
    EmailAccount,
    Ruling,
    Sharing,
    SharingRule,
    Sight,
)
from postroom.accounts.seals import get_secret, keep_secret
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.cleanup.models import Case
from postroom.cleanup.policy import Condition, Policy
from postroom.cleanup.rules import set_rule
from postroom.crm.models import Task
from postroom.crm.tasks import TaskEntry, add_task
from postroom.engine.cleaning import clean_up
from postroom.engine.handing_over import hand_mailbox_over
from postroom.outbox.models import Notice
from postroom.rules.models import Rule
from postroom.team.models import Act, AuditEntry, User
from torture.kill_points import Killed, Points, database_wrapped

PEOPLE = ("lena@customer.example", "otto@customer.example", "law@lawyer.example")
KEPT, ENDED = True, False


class World:
    """Alice left; her custom mailbox is shared for Lena, and one email of it is hidden."""

    def __init__(self) -> None:
        self.alice, self.bob, self.charlie, self.ada = map(user, ("Alice", "Bob", "Charlie", "Ada"))
        User.objects.filter(pk=self.ada.pk).update(is_administrator=True)
        User.objects.filter(pk=self.alice.pk).update(is_active=False)
        self.account = account_of(self.alice, Sharing.CUSTOM)
        keep_secret(self.account, Direction.INCOMING, "correct battery")
        known = [person(f"P {address}", address) for address in PEOPLE]
        self.letters = [
            received(self.account, message(f"m{n}", from_=address, to=self.account.address))
            for n, address in enumerate((*PEOPLE, PEOPLE[0]))
        ]
        for each in known:
            shared(self.account, each)
        Ruling.objects.create(
            account=self.account, identity=self.letters[3].identity, sight=Sight.NOTHING, at=NOON
        )
        exclude(self.alice, ["lawyer.example"], self.alice, NOON)
        for each in (self.alice, self.ada):
            each.refresh_from_db()
        self.account = EmailAccount.objects.get()

    def seen_by(self, who: User) -> set[str]:
        return set(visible_to(who).values_list("subject", flat=True))

    def hand(self, *members: User, keeps_sharing: bool = ENDED, by: User | None = None) -> None:
        wish = HandingOver(self.bob, members, keeps_sharing)
        hand_mailbox_over(self.account, wish, by or self.ada, NOON)
        self.account = EmailAccount.objects.get()


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


def test_the_new_owner_sees_all_of_it_and_needs_no_password(world: World) -> None:
    assert world.seen_by(world.bob) == world.seen_by(world.charlie) == {"m0", "m1"}, "the control"
    world.hand()
    assert world.seen_by(world.bob) == {"m0", "m1", "m2", "m3"}
    assert world.seen_by(world.charlie) == set()
    assert world.account.sharing == Sharing.PRIVATE
    assert not world.account.shares.exists()
    assert get_secret(world.account, Direction.INCOMING) == "correct battery"
    entry = AuditEntry.objects.get(act=Act.HANDED_OVER)
    assert (entry.actor, entry.detail) == (
        world.ada,
        "alice@example.com to bob@example.com; Private",
    )
    [notice] = Notice.objects.all()
    assert notice.recipient == "bob@example.com"
    assert "handed you the mailbox alice@example.com of Alice" in notice.text
    assert "battery" not in notice.text


def test_kept_sharing_shows_colleagues_what_they_saw_and_nothing_more(world: World) -> None:
    before = world.seen_by(world.charlie)
    assert before == {"m0", "m1"}, "without what is hidden and what is excluded"
    world.hand(keeps_sharing=KEPT)
    assert world.seen_by(world.charlie) == before
    assert world.account.shares.count() == len(PEOPLE)


def test_what_an_administrator_had_set_to_private_does_not_open(world: World) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    SharingRule.objects.create(user=world.alice, mode=Sharing.PRIVATE, set_at=NOON)
    assert world.seen_by(world.charlie) == set(), "the control"
    world.hand(keeps_sharing=KEPT)
    assert world.seen_by(world.charlie) == set()


def test_for_the_organisation_it_is_handed_to_a_team(world: World) -> None:
    world.hand(world.charlie)
    assert world.seen_by(world.charlie) == {"m0", "m1", "m2", "m3"}
    assert world.account.memberships.get().user == world.charlie


@pytest.mark.parametrize("with_tasks", [True, False])
def test_the_leavers_open_tasks_come_along_if_that_is_chosen(
    world: World, with_tasks: bool
) -> None:
    add_task(None, TaskEntry("Call", NOON.date(), assignee=world.alice), world.alice, NOON)
    wish = HandingOver(world.bob, with_tasks=with_tasks)
    hand_mailbox_over(world.account, wish, world.ada, NOON)
    assert Task.objects.get().assignee == (world.bob if with_tasks else world.alice)
    assert (
        AuditEntry.objects.get(act=Act.HANDED_OVER).detail.endswith("open tasks: 1") == with_tasks
    )


def test_an_owner_hands_over_their_own_and_is_told_nothing(world: World) -> None:
    User.objects.update(is_active=True)
    world.alice.refresh_from_db()
    world.account = EmailAccount.objects.get()
    world.hand(by=world.alice)
    assert world.account.owner == world.bob
    assert world.seen_by(world.alice) == set()
    assert set(Notice.objects.values_list("recipient", flat=True)) == {"bob@example.com"}


def test_it_is_refused_to_whom_it_does_not_belong_and_for_who_may_not_have_it(
    world: World,
) -> None:
    wish = HandingOver(world.bob)
    with pytest.raises(HandingOverRefused) as refusal:
        hand_mailbox_over(world.account, wish, world.charlie, NOON)
    assert refusal.value.sentence == MAY_NOT
    for to in (world.alice, User.objects.create(email="gone@example.com", is_active=False)):
        with pytest.raises(HandingOverRefused, match="Choose somebody else"):
            hand_mailbox_over(world.account, HandingOver(to), world.ada, NOON)
    with pytest.raises(HandingOverRefused, match="cannot be a member"):
        hand_mailbox_over(world.account, HandingOver(world.bob, [world.alice]), world.ada, NOON)
    User.objects.update(is_active=True)
    account = EmailAccount.objects.get()
    for by in (world.ada, None):
        with pytest.raises(HandingOverRefused):
            hand_mailbox_over(account, wish, by, NOON)
    assert EmailAccount.objects.get().owner == world.alice
    assert not AuditEntry.objects.filter(act=Act.HANDED_OVER).exists()


def test_rules_for_it_alone_come_along_switched_off(world: World) -> None:
    bobs = rule_of(world.bob, None, 3)
    for_it, for_all = rule_of(world.alice, world.account, 1), rule_of(world.alice, None, 2)
    world.hand()
    there = {rule.pk: (rule.owner, rule.is_on, rule.position) for rule in Rule.objects.all()}
    assert there[for_it.pk] == (world.bob, False, 4)
    assert there[for_all.pk] == (world.alice, True, 2)
    assert there[bobs.pk] == (world.bob, True, 3)
    assert "1 rule of Alice for this mailbox alone came along" in Notice.objects.get().text


def rule_of(owner: User, account: EmailAccount | None, position: int) -> Rule:
    rule = Rule(owner=owner, account=account, name=f"Rule {position}", position=position)
    rule.begin_anew(NOON)
    rule.save()
    return rule


def test_its_clean_up_ends_with_it(world: World) -> None:
    set_rule(None, Policy({Condition.GONE: 1}), None, NOON)
    EmailAccount.objects.update(connected_at=NOON)
    User.objects.filter(pk=world.alice.pk).update(gone_on=NOON.date())
    clean_up(at(40))
    assert Case.objects.exists(), "the control"
    hand_mailbox_over(world.account, HandingOver(world.bob), world.ada, at(40))
    clean_up(at(400))
    assert not Case.objects.exists()
    assert EmailAccount.objects.get().activation == "active"


def test_killed_at_any_commit_it_was_handed_over_whole_or_not_at_all(world: World) -> None:
    states = set()

    def go() -> None:
        account = EmailAccount.objects.get()
        with suppress(Killed, ProgrammingError):
            hand_mailbox_over(account, HandingOver(world.bob), world.ada, NOON)
        connection.close()

    for fatal in range(1, 12):
        points = Points(fatal)

        with database_wrapped(points):
            thread = Thread(target=go)
            thread.start()
            thread.join()
        account = EmailAccount.objects.get()
        handed = account.owner == world.bob
        states.add(handed)
        assert account.shares.exists() != handed
        assert AuditEntry.objects.filter(act=Act.HANDED_OVER).exists() == handed
        assert Notice.objects.exists() == handed
        if handed:
            break
    assert states == {False, True}
    assert Email.objects.count() == 4
