"""What is quoted of an email that is answered or forwarded.

Its HTML comes through the door of reading, so it is what the author saw; it is sanitised again
when it leaves.
"""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from postroom.archive.models import Email, Participant, ParticipantRole
from postroom.outbox.drafts import Quote
from postroom.rendering.readers import find_laid_out

LONGEST_QUOTE = 100_000
FORWARDED = "---------- Forwarded message ----------"
BAR = "margin: 0 0 0 4px; padding-left: 12px; border-left: 2px solid #cccccc"


def quote_of(email: Email, people: Sequence[Participant], *, is_forwarded: bool) -> Quote:
    """Its words; of what is forwarded with who, when and what about."""
    laid_out = find_laid_out(email)
    words = ((laid_out.text if laid_out else "") or "")[:LONGEST_QUOTE]
    text = words.replace("\r\n", "\n").rstrip()
    page = (laid_out.html if laid_out else None) or lines_as_html(text)
    facts = facts_of(email, people)
    if is_forwarded:
        return Quote(forwarded_html(facts, page), forwarded_text(facts, text))
    head = f"On {facts['Date']}, {facts['From']} wrote:"
    html = format_html('<p>{}</p><blockquote style="{}">{}</blockquote>', head, BAR, safe(page))
    return Quote(html, "\n".join([head, *map(quoted, text.split("\n"))]) + "\n")


def facts_of(email: Email, people: Sequence[Participant]) -> dict[str, str]:
    """Who, when and what about."""
    senders = [p for p in people if p.role == ParticipantRole.FROM]
    return {
        "From": next((p.name or p.address for p in senders), "someone"),
        "Date": date_format(localtime(email.sent_at), "j F Y, H:i"),
        "Subject": email.subject,
    }


def forwarded_text(facts: dict[str, str], text: str) -> str:
    """A forwarded email in plain words."""
    lines = [f"{name}: {value}" for name, value in facts.items()]
    return "\n".join([FORWARDED, *lines, "", text]) + "\n"


def forwarded_html(facts: dict[str, str], page: str) -> str:
    """A forwarded email as it looks."""
    lines = format_html_join("", "<br>{}: {}", facts.items())
    return format_html("<p>{}{}</p><div>{}</div>", FORWARDED, lines, safe(page))


def lines_as_html(text: str) -> str:
    """Plain words that keep their lines."""
    return format_html('<div style="white-space: pre-wrap">{}</div>', text) if text else ""


def safe(page: str) -> SafeString:
    """What the sanitiser gave, or was escaped just above."""
    return mark_safe(page)  # noqa: S308


def quoted(line: str) -> str:
    """A line one level deeper."""
    return f">{line}" if line.startswith(">") else f"> {line}".rstrip()


def text_as_html(text: str) -> str:
    """What was written plainly, as the editor has it: paragraphs, and quotes where `>` stood."""
    depth, pieces = 0, []
    for block in text.replace("\r\n", "\n").strip("\n").split("\n\n"):
        for line in block.split("\n"):
            content = line.lstrip(">")
            deeper = min(len(line) - len(content), 20) - depth
            pieces.append("<blockquote>" * deeper if deeper > 0 else "</blockquote>" * -deeper)
            depth += deeper
            pieces.append(f"<p>{escape(content.strip())}</p>")
    return "".join([*pieces, "</blockquote>" * depth])
