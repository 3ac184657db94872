"""Random worlds, written into the database and kept beside it as plain facts.

The facts are what the oracle reads: it knows nothing of queries.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

from cast import NOON
from postroom.accounts.models import (
    Activation,
    EmailAccount,
    Exclusion,
    Grant,
    Membership,
    Ruling,
    Share,
    SharedAddress,
    SharingRule,
    Sight,
)
from postroom.archive.models import Direction, Email, Participant, ParticipantRole
from postroom.crm.models import Person, PersonAddress
from postroom.team.models import Organisation, Role, User

DOMAINS = (
    "a.example",
    "mail.a.example",
    "b.example",
    "xa.example",
    "example.com",
    "de.example.com",
)
NAMES = ("p0", "p1", "p2", "p3", "user0", "box0")
ADDRESSES = [f"{name}@{domain}" for name, domain in product(NAMES, DOMAINS)]
EXPIRED = datetime.now(UTC) - timedelta(days=1)
VALID = EXPIRED + timedelta(days=2)
MODES = ("private", "custom", "public")
THREADS = ("", "<t1@x>", "<t2@x>", "<t3@x>")


@dataclass
class World:
    """Everything that decides who sees what; `on` are the addresses on each email."""

    own_domains: list[str]
    superiors_see: bool
    users: list[User] = field(default_factory=list)
    superior: dict[int, int | None] = field(default_factory=dict)
    accounts: list[EmailAccount] = field(default_factory=list)
    members: set[tuple[int, int]] = field(default_factory=set)
    rules: list[SharingRule] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    shares: list[tuple[Share, set[str]]] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    emails: list[Email] = field(default_factory=list)
    on: dict[int, list[str]] = field(default_factory=dict)


def random_world(chance: random.Random, *, emails: int = 500) -> World:
    """A world of up to nine users, each with what the rule knows of."""
    Organisation.objects.update_or_create(
        id=1,
        defaults={
            "own_domains": chance.choice([[], ["example.com"]]),
            "superiors_see": chance.random() < 0.3,
        },
    )
    organisation = Organisation.get()
    world = World(organisation.own_domains, organisation.superiors_see)
    hire(world, chance)
    connect(world, chance)
    meet(world, chance)
    correspond(world, chance, emails)
    decide(world, chance)
    return world


def some(chance: random.Random, things: list, most: int) -> list:  # type: ignore[type-arg]
    """A few of some things, or none."""
    return chance.sample(things, min(len(things), chance.randrange(most + 1)))


def hire(world: World, chance: random.Random) -> None:
    """Users in a hierarchy of roles, one of them perhaps let go."""
    roles: list[Role] = []
    for number in range(chance.randrange(1, 5)):
        superior = chance.choice([None, *roles])
        roles.append(Role.objects.create(name=f"Role {number}", superior=superior))
        world.superior[roles[-1].pk] = superior.pk if superior else None
    world.users = User.objects.bulk_create(
        User(
            email=f"user{number}@example.com",
            name=f"User {number}",
            role=chance.choice([None, *roles, *roles]),
            is_active=number == 0 or chance.random() < 0.9,
        )
        for number in range(chance.randrange(4, 10))
    )


def reach(world: World, chance: random.Random) -> dict[str, object]:
    """How much, and to whom."""
    roles = list(world.superior)
    return {
        "sight": chance.choice([1, 2, 3, 3]),
        "is_to_all": chance.random() < 0.6,
        "to_users": [u.pk for u in some(chance, world.users, 3)],
        "to_roles": some(chance, roles, 2),
    }


def connect(world: World, chance: random.Random) -> None:
    """Mailboxes with their owners' choices, teams, and what administrators set."""
    for number in range(chance.randrange(2, 6)):
        account = EmailAccount.objects.create(
            owner=chance.choice(world.users),
            address=f"box{number}@example.com",
            sharing=chance.choice([*MODES, "public"]),
            activation=chance.choice([*[Activation.ACTIVE] * 8, "paused", "deactivated"]),
            **reach(world, chance),
        )
        world.accounts.append(account)
        for member in some(chance, world.users, chance.choice([0, 0, 2])):
            Membership.objects.create(account=account, user=member, added_at=NOON)
            world.members.add((account.pk, member.pk))
    for_whom = [{"user": u} for u in world.users] + [{"role_id": r} for r in world.superior]
    for target in some(chance, for_whom, 4):
        mode = chance.choice([*MODES, "choice"])
        rule = SharingRule.objects.create(mode=mode, set_at=NOON, **target, **reach(world, chance))
        world.rules.append(rule)


def meet(world: World, chance: random.Random) -> None:
    """People with a few addresses each, shares of them, and exclusions."""
    people = [Person.objects.create(last_name=f"P{n}") for n in range(chance.randrange(1, 6))]
    for address in some(chance, ADDRESSES, 14):
        PersonAddress.objects.create(person=chance.choice(people), address=address)
    world.people = dict(PersonAddress.objects.values_list("canonical", "person"))
    for account, person in some(chance, list(product(world.accounts, people)), 8):
        until = chance.choice([None, None, EXPIRED, VALID])
        share = Share.objects.create(account=account, person=person, until=until)
        theirs = [a for a, owner in world.people.items() if owner == person.pk]
        decided = {a: chance.random() < 0.8 for a in some(chance, theirs + ADDRESSES[:3], 9)}
        for address, is_shared in decided.items():
            SharedAddress.objects.create(
                share=share, canonical=address, is_shared=is_shared, decided_at=NOON
            )
        world.shares.append((share, {a for a, is_shared in decided.items() if is_shared}))
    for pattern in some(chance, [*DOMAINS * 6, *ADDRESSES], chance.choice([0, 0, 3])):
        owner = chance.choice([None, *world.users])
        world.exclusions.append(Exclusion.objects.create(owner=owner, pattern=pattern))


def correspond(world: World, chance: random.Random, number: int) -> None:
    """Mail among all of these and strangers; some of it with copies in several mailboxes."""
    world.emails = Email.objects.bulk_create(
        Email(
            account=account,
            identity=identity.to_bytes(2, "big"),
            subject=f"subject-{identity}",
            snippet=f"snippet-{identity}",
            thread_root=THREADS[identity % len(THREADS)],
            sent_at=NOON + timedelta(minutes=identity),
            received_at=NOON,
            direction=Direction.RECEIVED,
            has_attachments=True,
            removed_at=NOON if chance.random() < 0.05 else None,
        )
        for identity in range(number // 2)
        for account in chance.sample(world.accounts, chance.choice([1, 2, 2]))
    )
    written: dict[bytes, list[str]] = {}
    for email in world.emails:
        drawn = [
            chance.choice([*ADDRESSES, *world.people, *world.people])
            for _ in range(chance.randrange(1, 4))
        ]
        drawn += [""] if chance.random() < 0.05 else []
        world.on[email.pk] = written.setdefault(email.identity, drawn)
    Participant.objects.bulk_create(
        Participant(
            email=email,
            account=email.account,
            role=ParticipantRole.TO,
            position=position,
            address=address,
            canonical=address,
            sent_at=email.sent_at,
        )
        for email in world.emails
        for position, address in enumerate(world.on[email.pk])
    )


def decide(world: World, chance: random.Random) -> None:
    """Owners show, hide and grant single emails and threads."""
    for email in some(chance, world.emails, chance.choice([0, 24])):
        sight = chance.choice([0, 0, 1, 2, 3])
        ruling = Ruling(account=email.account, sight=sight, at=NOON, **about(email, chance))
        world.rulings += keep(ruling, world.rulings)
    for email in some(chance, world.emails, chance.choice([0, 24])):
        grant = Grant(
            account=email.account,
            user=chance.choice(world.users),
            sight=chance.choice([2, 3]),
            until=chance.choice([None, EXPIRED, VALID]),
            at=NOON,
            **about(email, chance),
        )
        world.grants += keep(grant, world.grants)


def about(email: Email, chance: random.Random) -> dict[str, object]:
    """The email, or its thread if it has one."""
    if email.thread_root and chance.random() < 0.5:
        return {"thread_root": email.thread_root}
    return {"identity": email.identity}


def keep(row: Ruling | Grant, others: list) -> list:  # type: ignore[type-arg]
    """Save a decision unless there is one about the same."""
    mine = (row.account_id, getattr(row, "user_id", 0), row.identity, row.thread_root)
    for other in others:
        theirs = (other.account_id, getattr(other, "user_id", 0), other.identity)
        if (*theirs, other.thread_root) == mine:
            return []
    row.save()
    return [row]


def sight_of(world: World, viewer: User, email: Email) -> int:
    """The sentence of design §7, read a second time."""
    account = email.account
    owner = next(u for u in world.users if u.pk == account.owner_id)
    if not viewer.is_active or account.activation == "deactivated" or email.removed_at:
        return Sight.NOTHING
    if viewer == owner or (account.pk, viewer.pk) in world.members:
        return Sight.EVERYTHING
    known = {a for a in world.on[email.pk] if a in world.people and not is_colleague(world, a)}
    if not known or is_excluded(world, owner, world.on[email.pk]):
        return Sight.NOTHING
    rules = {r.user_id or -(r.role_id or 0): r for r in world.rules}
    rule = rules.get(owner.pk) or rules.get(-(owner.role_id or 0))
    is_set = rule is not None and rule.mode != "choice"
    choice = rule if rule is not None and is_set else account
    mode = rule.mode if rule is not None and is_set else account.sharing
    is_meant = choice.is_to_all or viewer.pk in choice.to_users or viewer.role_id in choice.to_roles
    shows = 0
    if is_meant and (mode == "public" or (mode == "custom" and has_share(world, account, known))):
        shows = choice.sight
    ruled = ruling_about(world, email)
    if ruled == Sight.NOTHING:
        return Sight.NOTHING
    if not (is_set and mode == "private"):
        shows = max(shows if ruled is None else ruled, granted(world, viewer, email))
    return Sight.EVERYTHING if is_superior(world, viewer, owner) else shows


def is_colleague(world: World, address: str) -> bool:
    """Whether the address is a user's, a mailbox's, or at one of the organisation's domains."""
    ours = {u.email for u in world.users} | {a.address for a in world.accounts}
    return address in ours or is_at(address, world.own_domains)


def is_at(address: str, domains: list[str]) -> bool:
    """Whether the address is at one of the domains, or below one."""
    labels = address.rpartition("@")[2].split(".")
    return any(".".join(labels[n:]) in domains for n in range(len(labels)))


def is_excluded(world: World, owner: User, addresses: list[str]) -> bool:
    """Whether somebody from outside is on the organisation's list or the owner's."""
    patterns = [x.pattern for x in world.exclusions if x.owner_id in (None, owner.pk)]
    outside = [a for a in addresses if not is_at(a, world.own_domains)]
    return any(a in patterns or is_at(a, patterns) or (not a and patterns) for a in outside)


def has_share(world: World, account: EmailAccount, known: set[str]) -> bool:
    """Whether the owner shares one of the known people by the address that is on the email."""
    return any(
        share.account_id == account.pk
        and share.until != EXPIRED
        and any(a in addresses and world.people[a] == share.person_id for a in known)
        for share, addresses in world.shares
    )


def ruling_about(world: World, email: Email) -> int | None:
    """What the owner ruled: about the email before its thread."""
    of_email = of_thread = None
    for ruling in world.rulings:
        if ruling.account_id == email.account_id:
            if ruling.identity == email.identity:
                of_email = ruling.sight
            if ruling.thread_root and ruling.thread_root == email.thread_root:
                of_thread = ruling.sight
    return of_thread if of_email is None else of_email


def granted(world: World, viewer: User, email: Email) -> int:
    """The most that a grant which still holds lets the viewer see."""
    return max(
        (
            g.sight
            for g in world.grants
            if g.account_id == email.account_id
            and g.user_id == viewer.pk
            and g.until != EXPIRED
            and (
                g.identity == email.identity
                or (g.thread_root and g.thread_root == email.thread_root)
            )
        ),
        default=0,
    )


def is_superior(world: World, viewer: User, owner: User) -> bool:
    """Whether the viewer's role is above the owner's, and that opens mail here."""
    above = world.superior.get(owner.role_id or 0)
    while world.superiors_see and above is not None:
        if above == viewer.role_id:
            return True
        above = world.superior[above]
    return False
