"""Rows of mail for templates, `{% mail_row row %}`: written at once, not out of templates.

Made out of templates, they took a fifth of a page's time. Whatever a sender or a colleague wrote is
escaped where it is put in, by `said` or `escape`. ADR 55.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from postroom.archive.models import Email, Label
from postroom.association import Sight
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.web.emails.rows import EmailRow
from postroom.web.templatetags.postroom import grouped, icon, when

register = template.Library()


@register.simple_tag(takes_context=True)
def mail_row(context: dict[str, Any], row: EmailRow, is_only_here: bool = False) -> SafeString:
    """A row of the Emails related list."""
    person = context.get("person") or None
    return related_row(row, person, timezone.now(), is_only_here=is_only_here)


def related_row(
    row: EmailRow, person: Person | None, now: datetime, *, is_only_here: bool = False
) -> SafeString:
    """A row of the Emails related list; `is_only_here`: it stands in this list and in no other."""
    email = row.email
    asked = f"?person={person.pk}" if person else ""
    more = f' <span class="faint">+{row.more_parties}</span>' if row.more_parties else ""
    return drawn(
        f'<li class="email-row{" unread" if row.is_unread else ""}" id="email-row-{email.pk}"'
        f' data-place="{escape(row.cursor)}"{" data-only-here" if is_only_here else ""}>\n'
        f'<a class="email-link" href="{address("email", email.pk)}{asked}" data-opens>\n'
        f'<span class="way">{way(is_sent=row.is_sent)}</span>\n'
        f'<span class="party">{said(row.party or "(unknown)")}{more}'
        f"{UNREAD if row.is_unread else ''}</span>\n"
        f'<span class="date">{when(email.sent_at, now)}</span>\n'
        f'<span class="subject">{subject(email)}</span>\n'
        f'<span class="marks">{tags(row)}{marks(email)}</span>\n'
        f"{snippet(email)}\n{through(row.sharers, is_own=row.is_own)}\n{chips(row.labels)}\n"
        f"</a>{doings(email) if row.is_own else ''}</li>\n"
    )


UNREAD = '<span class="unseen">, unread</span>'
OPENED = (
    '<span class="tag" title="Opened, or a scanner loaded it">Opened'
    '<span class="unseen">, or a scanner loaded it</span></span>'
)


def drawn(html: str) -> SafeString:
    """What is composed here is HTML."""
    return mark_safe(html)  # noqa: S308 - of constants, numbers, and what `said` and its like gave


@cache
def path(name: str) -> str:
    """The address of a page about an email, with a place for its number."""
    before, _, after = reverse(name, args=[7]).partition("7")
    return before + "{}" + after


def address(name: str, pk: int) -> str:
    """The address of a page about one email: each row has two, and `reverse` takes its time."""
    return path(name).format(pk)


def said(words: object) -> str:
    """What somebody wrote, which may run from right to left."""
    return f"<bdi>{escape(str(words))}</bdi>"


def subject(email: Email) -> str:
    """What it is about, or that this is not shared; as `emails/parts/subject.html` has it."""
    if email.sight == Sight.WHEN:
        return f'<span class="withheld">{icon("lock", 14)}Subject not shared</span>'
    return said(email.subject or "(no subject)")


def snippet(email: Email) -> str:
    """How it begins."""
    return f'<span class="snippet">{said(email.snippet)}</span>' if email.snippet else ""


@cache
def way(*, is_sent: bool) -> str:
    """The arrow, with its words."""
    arrow, words = (
        ("arrow-up-right", "Sent to") if is_sent else ("arrow-down-left", "Received from")
    )
    return f'{icon(arrow, 16)}<span class="unseen">{words}</span>'


@cache
def mark(drawing: str, words: str) -> str:
    """A small icon, with its words."""
    return f'{icon(drawing, 14)}<span class="unseen">{words}</span>'


def tag(words: str) -> str:
    """A word in a frame; of ours, not of anybody's mail."""
    return f'<span class="tag">{words}</span>'


def tags(row: EmailRow) -> str:
    """What became of it, in words."""
    count, outcome, found = row.count, row.outcome, ""
    if count > 1:
        number = grouped(count)
        found += tag(
            f'<span class="unseen">Thread of </span>{number}<span class="unseen"> emails</span>'
        )
    if outcome.is_returned:
        found += '<span class="tag tag-alert">Bounced</span>'
    if outcome.is_answered_by_machine:
        found += tag("Automatic reply")
    found += OPENED if outcome.is_opened else ""
    return found + (tag("Automatic") if row.is_automatic else "")


def marks(email: Email) -> str:
    """What is marked on it, in icons."""
    found = mark("star", "Flagged") if email.is_flagged else ""
    return found + quiet_marks(email)


def quiet_marks(email: Email) -> str:
    """Those that nobody sets by hand in a list."""
    found = mark("reply", "Answered") if email.is_answered else ""
    return found + (mark("paperclip", "Has attachments") if email.has_attachments else "")


def through(sharers: Iterable[User], *, is_own: bool) -> str:
    """Through whose mailbox it is seen, or who has it too."""
    names = ", ".join(escape(str(sharer)) for sharer in sharers)
    if not names:
        return ""
    also = "Also with " if is_own else ""
    return f'<span class="through">{icon("users", 14)}{also}{names}</span>'


def chips(labels: Iterable[Label]) -> str:
    """Its labels, as `labels/chips.html` has them."""
    found = "".join(
        f'<span class="label" data-label="{escape(label.name)}"><span class="dot'
        f' dot-{escape(label.colour)}" aria-hidden="true"></span><span class="unseen">Label </span>'
        f"{said(label.name)}</span>"
        for label in labels
    )
    return f'<span class="labels" data-labels>{found}</span>'


def doings(email: Email) -> str:
    """What can be done with one's own email, beside its row."""
    buttons = all_doings(is_flagged=email.is_flagged, is_read=email.is_read)
    return buttons.replace(HERE, address("email-actions", email.pk))


HERE = "{address}"


@cache
def all_doings(*, is_flagged: bool, is_read: bool) -> str:
    """The buttons of an email that is marked so, with a place for the address they send to."""
    flag, read = ("unflag" if is_flagged else "flag"), ("unread" if is_read else "read")
    return (
        '<span class="row-doings">'
        + doing("archive", "archive", "archive", "Archive")
        + doing("trash", "trash", "trash-2", "Trash")
        + doing("flag", flag, "star", "Flag", is_pressed=is_flagged)
        + doing("unread", read, "mail", "Unread", is_pressed=not is_read)
        + "</span>"
    )


def doing(key: str, value: str, drawing: str, words: str, *, is_pressed: bool | None = None) -> str:
    """One button."""
    state = "" if is_pressed is None else f' aria-pressed="{str(is_pressed).lower()}"'
    return (
        f'<button form="doing" formaction="{HERE}" name="do" value="{value}" data-do="{key}"'
        f' tabindex="-1" title="{words}"{state}>{icon(drawing, 16)}'
        f'<span class="unseen">{words}</span></button>'
    )
