"""What lies in the inboxes of one's teams by whose it is: one's own to answer, or nobody's yet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import Enum
from heapq import merge
from itertools import islice

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Func
from django.db.models.fields import TextField
from django.db.models.functions import Concat

from postroom.archive.models import Assignment, Email, Triage, thread_of_link
from postroom.archive.teamwork import standing_assignments
from postroom.association.awaiting import muted
from postroom.association.inbox import PAGE, TOP, InboxPage, Place, held_by, in_order
from postroom.association.people import among
from postroom.team.models import User
from postroom.team.written_once import written_once

MOST_ASSIGNED = 500


class Whose(Enum):
    """Whose conversations are asked for."""

    MINE = "mine"
    NOBODYS = "nobody"


def teams_of(viewer: User) -> list[int]:
    """The viewer's mailboxes that have members."""
    return [pk for pk, is_team in held_by(viewer).items() if is_team]


def colleagues_of(viewer: User) -> list[User]:
    """With whom the viewer has team mailboxes, themselves first."""
    teams = teams_of(viewer)
    if not teams:
        return []
    return [viewer, *(user for user in handlers_of(teams) if user.pk != viewer.pk)]


@written_once()
def handlers_of(teams: list[int]) -> QuerySet[User]:
    """Who handles some team mailboxes: of each what a menu says."""
    ours = among(teams)
    is_of_one = Q(memberships__account__in=ours) | Q(email_accounts__in=ours)
    return User.objects.filter(is_of_one, is_active=True).only("email", "name").distinct()


def team_page(viewer: User, whose: Whose, after: Place = TOP, limit: int = PAGE) -> InboxPage:
    """One page of the newest mail of these conversations, strictly below `after`."""
    streams = [places(of, after, limit) for of in found_in(viewer, whose)]
    together = merge(*streams, reverse=True)
    found = [Place(sent_at, pk) for sent_at, pk in islice(together, limit + 1)]
    following = found[limit - 1] if len(found) > limit else None
    return InboxPage(in_order(viewer, [place.pk for place in found[:limit]]), [], following)


def places(emails: QuerySet[Email], after: Place, limit: int) -> list[tuple[datetime, int]]:
    """The newest of a mailbox, as they are merged with those of others."""
    is_below = Q(sent_at__lt=after.sent_at) | Q(sent_at=after.sent_at, pk__lt=after.pk)
    newest = emails.filter(is_below).order_by("-sent_at", "-pk")
    return list(newest.values_list("sent_at", "pk")[: limit + 1])


def found_in(viewer: User, whose: Whose) -> list[QuerySet[Email]]:
    """What is asked for, mailbox by mailbox: each is read along its own index."""
    teams = teams_of(viewer)
    if whose == Whose.NOBODYS:
        return [with_names(lying_in(pk)).filter(~Exists(assigned_threads())) for pk in teams]
    mine = standing_assignments().filter(to=viewer, account__in=teams).order_by("-pk")
    threads = list(mine.values_list("account", "thread")[:MOST_ASSIGNED])
    return [lying_in(pk).filter(named([t for of, t in threads if of == pk])) for pk in teams]


def lying_in(account: int) -> QuerySet[Email]:
    """What lies in a mailbox's Inbox and was neither put aside nor muted."""
    aside = Triage.objects.filter(email=OuterRef("pk"))
    lying = Email.objects.filter(account=account, in_inbox=True, removed_at=None)
    return lying.filter(~Exists(aside), ~Exists(muted()))


def named(threads: Sequence[str]) -> Q:
    """Match emails of conversations by their names."""
    alone = [bytes.fromhex(name[1:]) for name in threads if name.startswith("=")]
    return Q(thread_root__in=[name for name in threads if name[:1] != "="]) | Q(
        thread_root="", identity__in=alone
    )


def with_names(emails: QuerySet[Email]) -> QuerySet[Email]:
    """Each with the name of its conversation, as `thread_of_link` says."""
    digest = Func(F("identity"), Value("hex"), function="encode", output_field=TextField())
    alone = Concat(Value("="), digest, output_field=TextField())
    return emails.annotate(thread=Case(When(thread_root="", then=alone), default=F("thread_root")))


def assigned_threads() -> QuerySet[Assignment]:
    """The assignment of the outer email's conversation."""
    return standing_assignments().filter(account=OuterRef("account"), thread=OuterRef("thread"))


def assignees_of(emails: Sequence[Email], teams: Collection[int]) -> dict[int, User]:
    """Whose the conversation of each of some emails in team mailboxes is, by the email's id."""
    in_teams = [email for email in emails if email.account_id in teams]
    if not in_teams:
        return {}
    names = {email.pk: (email.account_id, thread_of_link(email)) for email in in_teams}
    found = standing_assignments().filter(
        account__in={account for account, _ in names.values()},
        thread__in={thread for _, thread in names.values()},
    )
    to = {(each.account_id, each.thread): each.to for each in found.select_related("to")}
    return {pk: to[name] for pk, name in names.items() if name in to}
