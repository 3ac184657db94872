"""What is exported: a person's emails, a conversation, a mailbox, each as its viewer may see it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from postroom.accounts.models import EmailAccount, Sight
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.association.people import participations_of
from postroom.crm.models import Person
from postroom.team.models import User

WHOLE = Q(sight=Sight.EVERYTHING)
LONGEST_NAME = 60
# An address in a file's name stays two names.
IN_NAMES = str.maketrans({"@": " at ", ".": " "})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which emails; `words` say it to who exports them, `logged` to who reads the audit log.

    Of a `person` programs get the notes and tasks too: whoever sees the person sees those.
    """

    words: str
    logged: str
    match: Callable[[], Q]
    person: Person | None = None

    def visible(self, viewer: User) -> QuerySet[Email]:
        """Those the viewer sees at least in part."""
        return visible_to(viewer).filter(self.match())

    def readable(self, viewer: User) -> QuerySet[Email]:
        """Those of which the viewer may see everything. Others leave in no file."""
        return self.visible(viewer).filter(WHOLE)

    @property
    def name(self) -> str:
        """The words as a file may be named."""
        words = slugify(self.words.translate(IN_NAMES), allow_unicode=True)
        return words[:LONGEST_NAME].strip("-") or "emails"


def of_person(person: Person) -> Selection:
    """All emails with one of the person's addresses on them."""
    words = f"emails with {person}"
    return Selection(
        words, words, lambda: Q(pk__in=participations_of(person).values("email")), person
    )


def of_thread(email: Email) -> Selection:
    """The conversation an email is part of; the one email where nobody answered."""
    match = Q(thread_root=email.thread_root) if email.thread_root else Q(pk=email.pk)
    words = f"conversation {email.subject or email.pk}"
    return Selection(words, f"a conversation in {email.account}", lambda: match)


def of_account(account: EmailAccount) -> Selection:
    """All emails of a mailbox."""
    words = f"mailbox {account}"
    return Selection(words, words, lambda: Q(account=account))
