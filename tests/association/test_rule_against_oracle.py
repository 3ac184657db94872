"""Random worlds: the SQL of the rule against a second reading of it in plain Python."""

import random
from collections.abc import Collection
from contextlib import suppress

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.members import add_member
from postroom.accounts.models import EmailAccount, Exclusion, SharedAddress, Sharing
from postroom.accounts.shares import share_person
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.crm.models import PersonAddress
from postroom.crm.people import AddressTaken, set_addresses
from postroom.team.models import Organisation, User

pytestmark = pytest.mark.django_db

WORLDS = 6
DOMAINS = (
    "a.example",
    "mail.a.example",
    "b.example",
    "xa.example",
    "example.com",
    "de.example.com",
)
UNREADABLE = "nobody@x..example"


def address(chance: random.Random) -> str:
    name = chance.choice(("p0", "p1", "p2", "p3", "alice"))
    return f"{name}@{chance.choice(DOMAINS)}"


def random_world(chance: random.Random) -> None:
    Organisation.objects.create(own_domains=chance.choice([[], ["example.com"]]))
    users = [user(name) for name in ("Alice", "Bob", "Charlie")]
    taken = {address(chance) for _ in range(4)}
    people = [person(f"P{i} X", a) for i, a in enumerate(sorted(taken))]
    for owner in users:
        account = account_of(owner, chance.choice(list(Sharing)))
        for member in chance.sample(users, chance.choice([0, 0, 1, 2])):
            add_member(account, member, owner, NOON)
        for shared in chance.sample(people, chance.randrange(len(people))):
            addresses = list(shared.addresses.values_list("canonical", flat=True))
            share_person(account, shared, addresses, NOON)
            with suppress(AddressTaken):
                set_addresses(shared, [*addresses, address(chance)])
        for number in range(12):
            to = ", ".join(address(chance) for _ in range(chance.randrange(1, 4)))
            to += f", {UNREADABLE}" if chance.random() < 0.1 else ""
            received(account, message(f"{owner.name} {number}", from_=address(chance), to=to))
    for _ in range(chance.randrange(3)):
        pattern = chance.choice([*DOMAINS, address(chance)])
        Exclusion.objects.get_or_create(owner=chance.choice([None, *users]), pattern=pattern)
    User.objects.filter(pk=chance.choice(users).pk).update(is_active=chance.random() < 0.8)


def is_at(address: str, domains: Collection[str]) -> bool:
    """Whether the address is at one of the domains, or below one."""
    labels = address.rpartition("@")[2].split(".")
    return any(".".join(labels[n:]) in domains for n in range(len(labels)))


def may_see(viewer: User, email: Email) -> bool:
    """The sentence of design §7, read a second time."""
    account: EmailAccount = email.account
    own = Organisation.get().own_domains
    colleagues = {u.email for u in User.objects.all()}
    outside = {
        a for a in email.participants.values_list("canonical", flat=True) if not is_at(a, own)
    }
    patterns = {
        x.pattern for x in Exclusion.objects.all() if x.owner_id in (None, account.owner_id)
    }
    if not viewer.is_active:
        return False
    if viewer.pk in {account.owner_id, *account.memberships.values_list("user", flat=True)}:
        return True
    if any(a in patterns or is_at(a, patterns) or (not a and patterns) for a in outside):
        return False
    strangers = outside - colleagues
    known = {a.person_id for a in PersonAddress.objects.all() if a.canonical in strangers}
    of_shares = SharedAddress.objects.filter(share__account=account, is_shared=True)
    shared = {
        a.person_id
        for a in PersonAddress.objects.all()
        if a.canonical in strangers
        and any(s.canonical == a.canonical and s.share.person_id == a.person_id for s in of_shares)
    }
    match account.sharing:
        case Sharing.PUBLIC:
            return bool(known)
        case Sharing.CUSTOM:
            return bool(shared)
    return False


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_query_decides_as_the_sentence_says(seed: int) -> None:
    random_world(random.Random(seed))
    decisions = allowed = 0
    for viewer in User.objects.all():
        visible = set(visible_to(viewer).values_list("pk", flat=True))
        for email in Email.objects.select_related("account"):
            decisions += 1
            allowed += email.pk in visible
            assert (email.pk in visible) == may_see(viewer, email), (seed, viewer, email)
    assert decisions == 3 * 36
    assert 0 < allowed < decisions
