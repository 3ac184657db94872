"""Rows of SalesInbox for templates, `{% inbox_mail_row row %}`: written at once too. ADR 55."""

from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from postroom.team.models import User
from postroom.web.inbox.rows import InboxRow
from postroom.web.templatetags.mail_rows import (
    UNREAD,
    address,
    chips,
    drawn,
    mark,
    quiet_marks,
    said,
    snippet,
    subject,
    tag,
)
from postroom.web.templatetags.postroom import icon, money, when

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_mail_row(context: dict[str, Any], row: InboxRow) -> SafeString:
    """A row of SalesInbox."""
    prefix = str(context.get("prefix", ""))
    return inbox_row(row, context["request"].user, timezone.now(), prefix)


def inbox_row(row: InboxRow, viewer: User, now: datetime, prefix: str = "") -> SafeString:
    """The row; with a `prefix` to its id where several columns show the same email."""
    email = row.email
    is_unread = not email.is_read
    return drawn(
        f'<li class="email-row inbox-row{" unread" if is_unread else ""}"'
        f' id="{escape(prefix)}email-row-{email.pk}" data-id="{email.pk}">\n'
        f'<a class="email-link" href="{address("email", email.pk)}" data-opens>\n'
        f'<span class="party">{said(row.sender or "(unknown)")}'
        f"{UNREAD if is_unread else ''}</span>\n"
        f'<span class="date">{when(email.sent_at, now)}</span>\n'
        f'<span class="subject">{subject(email)}</span>\n'
        f'<span class="marks">{tags(row, viewer)}<span class="star"'
        f"{'' if email.is_flagged else ' hidden'}>{mark('star', 'Starred')}</span>"
        f"{quiet_marks(email)}</span>\n"
        f"{snippet(email)}\n{through(row)}\n{chips(row.labels)}\n"
        f'</a><label class="pick"><span class="unseen">Choose the email from'
        f' {escape(row.sender or "unknown")}</span><input type="checkbox" form="triage"'
        f' name="email" value="{email.pk}" data-pick></label></li>\n'
    )


def tags(row: InboxRow, viewer: User) -> str:
    """Whose it is in the team, and what else is to be said of it."""
    found = f'<span class="assigned">{assigned(row.assigned, viewer)}</span>'
    found += tag("Back") if row.is_back else ""
    return found + (tag("Automatic") if row.email.is_automatic else "")


def assigned(to: User | None, viewer: User) -> str:
    """Whose the conversation is; nothing when it is nobody's."""
    name = "Me" if to == viewer else said(to) if to else ""
    return tag(f'<span class="unseen">Assigned to </span>{name}') if name else ""


def through(row: InboxRow) -> str:
    """The sender's open deals, their company, and the mailbox where there are several."""
    company = row.person.company if row.person else None
    found = deals(row) + (said(company) if company else "") + mailbox(row)
    return f'<span class="through">{found}</span>' if found else ""


def mailbox(row: InboxRow) -> str:
    """Whither it came."""
    if not row.mailbox:
        return ""
    to = f'{icon("inbox", 14)}<span class="unseen">In the mailbox </span>{said(row.mailbox)}'
    return f'<span class="mailbox">{to}</span>'


def deals(row: InboxRow) -> str:
    """What the open deals come to, or how many they are."""
    if not row.deal_count:
        return ""
    sums = " · ".join(escape(money(total.amount, total.currency)) for total in row.deals)
    count = f"{row.deal_count} deal{'' if row.deal_count == 1 else 's'}"
    return f'<span class="amount">{icon("handshake", 14)}{sums or count}</span>'
