"""Killed at any step, what ends or moves the mail of an account goes on, or never was.

Deletion, removal, the way back within the grace, export, import, erasure, handing over: each is run
undisturbed, then in processes that are killed by SIGKILL before a statement or around a commit and
begun again. `TEST_LONG=1` takes every point, otherwise a few by `TEST_SEED`. Restore and backup are
killed in `tests/backup/test_killed_anywhere.py`, a sync in `test_kill_points.py`.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from cast import NOON, account_of, person, shared, user
from cleanup.full_mailboxes import CANARY, fill, letters
from postroom.accounts.handing_over import HandingOver
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Activation, Deletion, EmailAccount, Membership, Sharing
from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.association import own_emails, visible_to
from postroom.cleanup import bites
from postroom.cleanup.deactivating import hide
from postroom.cleanup.deleting import delete_next
from postroom.cleanup.models import Case
from postroom.crm.models import ErasedAddress, Person
from postroom.engine.cleaning import keep_mailbox
from postroom.engine.handing_over import hand_mailbox_over
from postroom.engine.leaving import end_keeping
from postroom.erasure.erasing import erase
from postroom.export.selections import of_account
from postroom.intake import taking_in
from postroom.rules.models import Rule
from postroom.team.models import User
from sync.state_hash import state_of
from torture import archive_rows
from torture.forked import killed_at, points_of

LONG = os.environ.get("TEST_LONG") == "1"
SAMPLE = 3
EMAILS = 12
LENA = f"{CANARY}.1@customer.example"


@dataclass(frozen=True, slots=True)
class World:
    """Alice's mailbox, and those beside her."""

    alice: User
    bob: User
    account: EmailAccount
    lena: Person
    place: Path
    url: str

    def end(self) -> object:
        """All of the mail, and what is written down of it."""
        others = (
            list(EmailAccount.objects.values_list("address", "activation", "owner", "sharing")),
            list(Membership.objects.values_list("user")),
            list(Rule.objects.values_list("owner", "is_on")),
            sorted(bytes(d) for d in ErasedAddress.objects.values_list("digest", flat=True)),
            list(Person.objects.values_list("last_name")),
            list(Deletion.objects.values_list("begins_on")),
            [emails_in(file) for file in self.place.glob("*.zip")],
        )
        return state_of(self.url), others


def emails_in(file: Path) -> dict[str, bytes]:
    """What was exported; the manifest says when."""
    with ZipFile(file) as whole:
        return {name: whole.read(name) for name in whole.namelist() if name.endswith(".eml")}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done, again after a kill, and what holds when nobody has gone on with it yet."""

    work: Callable[[World], object]
    half: Callable[[World], object]
    before: Callable[[World], object] = lambda world: None


def leave(world: World, *, removes_account: bool = False) -> None:
    """Deactivate or remove, and delete to the end."""
    for account in EmailAccount.objects.filter(pk=world.account.pk):
        end_keeping(account, Decision(NOON, world.alice), removes_account=removes_account)
        while delete_next(account.pk, NOON):
            pass


def nothing_half_deleted_is_seen(world: World) -> None:
    """All of it or nothing."""
    found = EmailAccount.objects.filter(pk=world.account.pk).first()
    is_over = found is None or found.activation == Activation.DEACTIVATED
    seen = visible_to(world.alice).filter(account=world.account.pk).count()
    assert seen == (0 if is_over else EMAILS)
    assert is_over or Email.objects.filter(account=world.account).count() == EMAILS


def hidden(world: World) -> None:
    """By the Cleanup Policy, for thirty days."""
    day = NOON.date() + timedelta(days=30)
    hide(world.account, Decision(NOON, None, "Policy", is_policys=True), day)
    Case.objects.create(account=world.account, begun_at=NOON, hidden_at=NOON, deletes_on=day)


def bring_back(world: World) -> None:
    """By the button of its page."""
    keep_mailbox(EmailAccount.objects.get(), world.alice, NOON)


def all_of_it_is_here(world: World) -> None:
    """Hidden or seen, every email is whole."""
    emails = Email.objects.filter(account=world.account)
    assert emails.count() == EMAILS
    assert all(find_raw(email) for email in emails)
    assert own_emails(world.alice).count() in (0, EMAILS)


def export(world: World) -> None:
    """As the command does it."""
    from postroom.cli.export import write

    write(world.place / "all.zip", of_account(world.account), world.alice, "eml", is_quiet=True)


def exported_whole_or_not_at_all(world: World) -> None:
    """A file has its name when all of it is there."""
    file = world.place / "all.zip"
    if file.exists():
        assert len(emails_in(file)) == EMAILS
        file.unlink()


def import_old_mail(world: World) -> None:
    """A file with ten old letters."""
    with (world.place / "old.mbox").open("rb") as file:
        taking_in.take_in(file, world.bob, None, NOON, lambda so_far: None)


def a_file_of_old_mail(world: World) -> None:
    """Ten letters, of which nobody has one."""
    from postroom.export.mbox import compose_mbox_entry

    old = letters(10, "bob@example.com", first=700)
    content = b"".join(compose_mbox_entry(raw, NOON) for raw in old)
    (world.place / "old.mbox").write_bytes(content)


def whatever_came_in_is_whole(world: World) -> None:
    """Whole batches, each email with its bytes and those who are on it."""
    emails = own_emails(world.bob)
    assert emails.count() % 4 == 0 or emails.count() == 10
    assert all(find_raw(email) and email.participants.count() == 3 for email in emails)


def erase_lena(world: World) -> None:
    """All that is known of her."""
    for lena in Person.objects.filter(pk=world.lena.pk):
        erase(lena, None, NOON)


def erased_whole_or_not_at_all(world: World) -> None:
    """Her row and her mail go together."""
    left = Email.objects.filter(participants__canonical=LENA).count()
    assert (left > 0) == Person.objects.exists() == (not ErasedAddress.objects.exists())


def hand_over(world: World) -> None:
    """To Bob, with Charlie in the team."""
    account = EmailAccount.objects.get()
    if account.owner != world.bob:
        charlie = User.objects.get(email="charlie@example.com")
        hand_mailbox_over(account, HandingOver(world.bob, [charlie]), world.alice, NOON)


def somebodys_and_nobody_elses(world: World) -> None:
    """The former owner sees all and the next one nothing, or the other way round."""
    seen = own_emails(world.alice).count(), own_emails(world.bob).count()
    is_bobs = EmailAccount.objects.get().owner == world.bob
    assert seen == ((0, EMAILS) if is_bobs else (EMAILS, 0))
    assert Membership.objects.count() == Rule.objects.filter(is_on=False).count() == is_bobs


SCENARIOS = {
    "deletion": Scenario(leave, nothing_half_deleted_is_seen),
    "removal": Scenario(
        lambda world: leave(world, removes_account=True), nothing_half_deleted_is_seen
    ),
    "the way back within the grace": Scenario(
        bring_back,
        all_of_it_is_here,
        hidden,
    ),
    "export": Scenario(export, exported_whole_or_not_at_all),
    "import": Scenario(import_old_mail, whatever_came_in_is_whole, a_file_of_old_mail),
    "erasure": Scenario(erase_lena, erased_whole_or_not_at_all),
    "handing over": Scenario(hand_over, somebodys_and_nobody_elses),
}


@pytest.fixture
def world(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A mailbox in the middle of its life; small bites and batches, or there would be one."""
    monkeypatch.setattr(bites, "MOST_EMAILS", 5)
    monkeypatch.setattr(taking_in, "BATCH", 4)
    alice, bob, _ = user("Alice"), user("Bob"), user("Charlie")
    account = account_of(alice, Sharing.CUSTOM)
    lena = person("Lena Lead", LENA)
    shared(account, lena)
    fill(account, EMAILS)
    rule = Rule(owner=alice, account=account, name="r", position=1)
    rule.begin_anew(NOON + timedelta(days=900))
    rule.save()
    return World(alice, bob, EmailAccount.objects.get(), lena, tmp_path, database_url)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.timeout(3600 if LONG else 300)
def test_killed_at_any_step_it_ends_the_same(name: str, world: World) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    scenario = SCENARIOS[name]
    scenario.before(world)
    archive_rows.keep()
    rules, cases = list(Rule.objects.all()), list(Case.objects.all())
    points = points_of(lambda: scenario.work(world))
    undisturbed = world.end()
    every = range(1, points + 1)
    chosen = every if LONG else random.Random(seed).sample(every, min(SAMPLE, points))
    killed = 0
    for fatal in chosen:
        archive_rows.put_back()
        Rule.objects.bulk_create(
            rules, update_conflicts=True, unique_fields=["id"], update_fields=["owner", "is_on"]
        )
        Case.objects.bulk_create(cases, ignore_conflicts=True)
        for file in world.place.glob("*.zip"):
            file.unlink()
        killed += killed_at(lambda: scenario.work(world), fatal)
        scenario.half(world)
        scenario.work(world)
        assert world.end() == undisturbed, (fatal, seed)
    print(f"{name}: {killed} of {points} steps killed by SIGKILL and begun again")
    # What is queued already takes some steps less the second time.
    assert killed >= (0.8 * len(chosen) if LONG else 1)
    assert points >= 8
