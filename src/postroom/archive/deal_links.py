"""Link a conversation with a deal, with none on purpose, or leave it to the rule again."""

from datetime import datetime

from django.db.models import QuerySet

from postroom.archive.models import DealLink, Email, thread_of_link
from postroom.crm.models import Deal
from postroom.team.models import User
from postroom.team.written_once import written_once


def link_conversation(email: Email, deal: Deal | None, by: User, now: datetime) -> DealLink:
    """The email's conversation is the deal's, or no deal's, until somebody says otherwise."""
    decided = {"deal": deal, "by": by, "at": now}
    return DealLink.objects.update_or_create(thread=thread_of_link(email), defaults=decided)[0]


def leave_to_the_rule(email: Email) -> None:
    """Forget what was decided about its conversation."""
    DealLink.objects.filter(thread=thread_of_link(email)).delete()


def find_link(email: Email) -> DealLink | None:
    """What was decided about its conversation, if anything was."""
    return next(iter(links_of(thread_of_link(email))), None)


@written_once()
def links_of(thread: str) -> QuerySet[DealLink]:
    """The same of a conversation; there is one at most."""
    return DealLink.objects.select_related("deal", "by").filter(thread=thread)
