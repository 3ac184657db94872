"""Who sees how much of an email, and why, in words that its owner understands.

The sentence of design §7 once more, for explaining and never for guarding: what may be read comes
out of `visible_to`. A test holds both to the same answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.access_grants import until_words
from postroom.accounts.models import Activation, Sharing, Sight
from postroom.archive.models import Email
from postroom.association.facts import Excluded, Facts, facts_of, shared_people
from postroom.team.models import User


@dataclass(frozen=True, slots=True)
class Reason:
    """How much of an email somebody sees, and why."""

    sight: Sight
    words: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One colleague with what they see of an email."""

    user: User
    reason: Reason


def explain(email: Email, now: datetime) -> list[Explained]:
    """Everyone who can sign in, with what they see of it; who sees most comes first."""
    facts = facts_of([email], now)[email.pk]
    users = User.objects.filter(is_active=True).select_related("role")
    found = [Explained(user, decide(facts, user)) for user in users]
    return sorted(found, key=lambda each: -each.reason.sight)


def decide(facts: Facts, user: User) -> Reason:
    """What the user sees of the email. Pure: everything it goes by is in the facts."""
    if barred := bar(facts, user):
        return Reason(Sight.NOTHING, barred)
    if user.pk == facts.account.owner_id:
        return Reason(Sight.EVERYTHING, f"{facts.account.owner}’s own mailbox")
    if user.pk in facts.members:
        return Reason(Sight.EVERYTHING, f"Member of the team mailbox {facts.account}")
    if held_back := hold_back(facts):
        return Reason(Sight.NOTHING, held_back)
    return max(openings(facts, user), key=lambda reason: reason.sight)


def bar(facts: Facts, user: User) -> str:
    """What keeps it even from those whose mailbox it is."""
    if not user.is_active:
        return f"{user} has no access to Postroom any more"
    if facts.account.activation == Activation.DEACTIVATED:
        return f"The mailbox {facts.account} is deactivated"
    return "It was removed from the mailbox" if facts.is_removed else ""


def hold_back(facts: Facts) -> str:
    """What keeps it from everybody else, whatever is shared."""
    if not facts.is_known:
        return "Nobody on it is a lead or contact"
    if facts.excluded:
        return excluded_words(facts.excluded, facts.account.owner)
    if facts.ruling and facts.ruling.sight == Sight.NOTHING:
        return f"Hidden by {facts.ruling.by or facts.account.owner}{matter_words(facts)}"
    return ""


def excluded_words(excluded: Excluded, owner: User) -> str:
    """By which entry, of the organisation's list: what stands on an owner's is theirs to know."""
    if excluded.is_the_owners:
        return f"Somebody on it is on {owner}’s list of what is never shared"
    if excluded.pattern:
        return f"{excluded.pattern} is on the organisation’s list of what is never shared"
    return "Somebody whose address cannot be read may be on a list of what is never shared"


def openings(facts: Facts, user: User) -> Iterator[Reason]:
    """All that shows something of it to the user, and last what its mailbox's sharing says."""
    owner = facts.account.owner
    if user.role_id in facts.superiors:
        yield Reason(Sight.EVERYTHING, f"Superior of {owner}")
    is_closed = facts.in_force.is_set and facts.in_force.mode == Sharing.PRIVATE
    grant = facts.grants.get(user.pk)
    if grant and not is_closed:
        words = f"Granted by {grant.by or owner} {until_words(grant.until)}"
        yield Reason(Sight(grant.sight), words)
    if facts.ruling and not is_closed:
        shows = f"Shown by {facts.ruling.by or owner}{matter_words(facts)}"
        yield Reason(Sight(facts.ruling.sight), shows)
    else:
        yield by_sharing(facts, user)


def by_sharing(facts: Facts, user: User) -> Reason:
    """What the sharing of the mailbox shows to the user."""
    held, owner = facts.in_force, facts.account.owner
    if held.mode == Sharing.PRIVATE:
        return Reason(Sight.NOTHING, f"{owner} shares no mail{by_whom(facts)}")
    whom = meant(facts, user)
    if not whom:
        return Reason(Sight.NOTHING, f"{owner} shares with others{by_whom(facts)}")
    if held.mode == Sharing.PUBLIC:
        return Reason(Sight(held.sight), f"{owner} shares mail with {whom}{by_whom(facts)}")
    if people := shared_people(facts):
        names = listed([str(person) for person in people])
        return Reason(Sight(held.sight), f"{owner} shares {names}{by_whom(facts)}")
    return Reason(Sight.NOTHING, f"{owner} shares nobody on it{by_whom(facts)}")


def meant(facts: Facts, user: User) -> str:
    """As whom the sharing reaches the user; empty when it does not."""
    held = facts.in_force
    if held.is_to_all:
        return "everyone"
    if user.pk in held.to_users:
        return str(user)
    return f"the role {user.role}" if user.role_id in held.to_roles else ""


def by_whom(facts: Facts) -> str:
    """Who set the sharing, where it is not the owner's own choice."""
    rule = facts.in_force.rule
    if rule is None or not facts.in_force.is_set:
        return ""
    target = f"the role {rule.role}" if rule.role_id else str(rule.user)
    return f" – set for {target} by {rule.set_by or 'an administrator'}"


def matter_words(facts: Facts) -> str:
    """Say so where the owner's word is about the whole conversation."""
    is_thread = facts.ruling is not None and facts.ruling.identity is None
    return ", as the whole conversation is" if is_thread else ""


def listed(names: Sequence[str], most: int = 3) -> str:
    """`Lena`, `Lena and Max`, `Lena, Max and 4 others`."""
    shown, more = list(names[:most]), len(names) - most
    if more > 0:
        shown.append(f"{more} other{'s' if more > 1 else ''}")
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last


def reason_for(emails: Sequence[Email], user: User, now: datetime) -> dict[int, Reason]:
    """Why one user sees each of these emails, by its id."""
    return {pk: decide(facts, user) for pk, facts in facts_of(emails, now).items()}
