"""Templates: who writes with which, how they are kept, and how one gets into an email."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from postroom.outbox.drafts import NotSendable, purified, storable
from postroom.outbox.formatting import locked_draft
from postroom.outbox.merging import Subject, filled, left_over, subject_of, why_left_over
from postroom.outbox.models import EmailTemplate, TemplateSharing
from postroom.rendering.own_html import Page
from postroom.rendering.plain_words import plain_words
from postroom.team.models import Role, User

MOST = 500
LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class TemplateText:
    """What is typed of a template."""

    name: str
    folder: str
    subject: str
    html: str
    sharing: TemplateSharing
    roles: Collection[Role] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """For whom a template was filled in, and what is missing and why."""

    about: str
    missing: str


def templates_for(viewer: User) -> QuerySet[EmailTemplate]:
    """The templates that a user may write with."""
    shared = Q(sharing=TemplateSharing.EVERYONE)
    if viewer.role_id:
        shared |= Q(sharing=TemplateSharing.ROLES, roles=viewer.role_id)
    found = EmailTemplate.objects.filter(Q(owner=viewer) | shared).values("pk")
    return EmailTemplate.objects.filter(pk__in=found).select_related("owner")


def can_change(user: User, template: EmailTemplate) -> bool:
    """Whether it is the user's to change; of what is shared administrators may, too."""
    is_shared = template.sharing != TemplateSharing.MINE
    return template.owner_id == user.pk or (user.is_administrator and is_shared)


def keep_template(template: EmailTemplate, text: TemplateText, now: datetime) -> None:
    """Keep what was typed, sanitised. Raises NotSendable, and keeps nothing then."""
    if (
        template._state.adding
        and EmailTemplate.objects.filter(owner=template.owner).count() >= MOST
    ):
        raise NotSendable(f"{MOST} templates are the most. Remove one first.")
    if len(text.html) > LONGEST:
        raise NotSendable("The text is too long for a template.", "html")
    template.html = purified(Page(storable(text.html), is_leaving=False)).html
    template.name, template.folder = one_line(text.name), one_line(text.folder)
    template.subject, template.sharing = one_line(text.subject), text.sharing
    template.changed_at = now
    try:
        with transaction.atomic():
            template.save()
            template.roles.set(text.roles if text.sharing == TemplateSharing.ROLES else ())
    except IntegrityError:
        raise NotSendable("You have a template of this name already.", "name") from None


def one_line(text: str) -> str:
    """The words of a line."""
    return " ".join(storable(text).split())


def filled_html(template: EmailTemplate, about: Subject) -> str:
    """The template's text for somebody, sanitised again with what was put in."""
    return purified(Page(filled(template.html, about, is_html=True), is_leaving=False)).html


@transaction.atomic
def use_template(author: User, key: UUID, template: EmailTemplate, now: datetime) -> Used:
    """Put a template at the end of a draft. Raises NotSendable.

    The subject stays where one was typed.
    """
    draft = locked_draft(author, key)
    if draft is None:
        raise NotSendable("It is on its way already, so nothing can be added.")
    about = subject_of(author, draft.to)
    html = filled_html(template, about)
    if draft.is_rich:
        draft.html += html
    else:
        draft.text = f"{plain_words(html)}\n{draft.text}" if draft.text else plain_words(html)
    draft.subject = draft.subject or filled(template.subject, about)
    draft.changed_at = now
    draft.save()
    missing = left_over(html, draft.subject)
    return Used(about.words, why_left_over(missing, about) if missing else "")
