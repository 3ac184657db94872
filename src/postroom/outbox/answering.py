"""From an email of one's own to the beginning of its answer: to whom, what about, with its words.

An inbound header only proposes: its writer sees every address before anything goes there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.timezone import localtime

from postroom.accounts.models import FromAddress
from postroom.archive.models import Direction, Email, Participant, ParticipantRole
from postroom.archive.reading import find_raw
from postroom.mime import parse_headers
from postroom.outbox.drafts import Attached, Written
from postroom.rendering.readers import find_laid_out, take_out_of

LONGEST_QUOTE = 100_000
LONGEST_HEADER = 256 * 1024
NOT_IN_A_NAME = '"\\<>,;:()[]@'


class Way(StrEnum):
    """What is made of an email."""

    REPLY = "reply"
    ALL = "all"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Origin:
    """The email from which another one begins; it must be one of its writer's own."""

    email: Email
    way: Way

    @property
    def in_reply_to(self) -> str:
        """The id that the answer names; what is forwarded answers nothing."""
        return "" if self.way == Way.FORWARD else self.email.message_id

    @property
    def references(self) -> list[str]:
        """The conversation so far, oldest first (RFC 5322 §3.6.4)."""
        if not self.in_reply_to:
            return []
        raw = find_raw(self.email)
        known = parse_headers(raw[:LONGEST_HEADER]).references if raw else ()
        ancestors = known or (self.email.thread_root,)
        return [*dict.fromkeys(one for one in (*ancestors, self.in_reply_to) if one)]

    def files(self) -> Iterator[Attached]:
        """What goes along with what is forwarded."""
        laid_out = find_laid_out(self.email) if self.way == Way.FORWARD else None
        for attachment in laid_out.attachments if laid_out else ():
            content = take_out_of(self.email, attachment)
            if content is not None:
                yield Attached(attachment.name, attachment.media_type, content)


def begun(origin: Origin, sender: FromAddress | None) -> Written:
    """The fields as they stand when the page opens."""
    people = list(origin.email.participants.order_by("role", "position"))
    mark = "Fwd: " if origin.way == Way.FORWARD else "Re: "
    subject = origin.email.subject
    return Written(
        sender,
        to=listed(answered(origin, people)),
        cc=listed(others(origin, people)) if origin.way == Way.ALL else "",
        subject=subject if subject.lower().startswith(mark.strip().lower()) else mark + subject,
        text=f"\n\n{signature_of(sender)}{quote(origin, people)}",
    )


def signature_of(sender: FromAddress | None) -> str:
    """What stands below what is written."""
    return f"-- \n{sender.signature.strip()}\n\n" if sender and sender.signature.strip() else ""


def answered(origin: Origin, people: list[Participant]) -> list[Participant]:
    """Who gets the answer: where the sender wants it, or whom one wrote to oneself."""
    if origin.way == Way.FORWARD:
        return []
    if origin.email.direction == Direction.SENT:
        return of_role(people, ParticipantRole.TO)
    return of_role(people, ParticipantRole.REPLY_TO) or of_role(people, ParticipantRole.FROM)


def others(origin: Origin, people: list[Participant]) -> list[Participant]:
    """Everyone else on it, but oneself."""
    own = origin.email.account.own_addresses
    first = {p.canonical for p in answered(origin, people)}
    rest = of_role(people, ParticipantRole.TO) + of_role(people, ParticipantRole.CC)
    return [p for p in rest if p.canonical not in own and p.canonical not in first]


def goes_elsewhere(origin: Origin) -> str:
    """The address to which an answer goes although the email is from another one; mostly none."""
    people = list(origin.email.participants.order_by("role", "position"))
    senders = {p.canonical for p in of_role(people, ParticipantRole.FROM)}
    to = answered(origin, people) if origin.email.direction == Direction.RECEIVED else []
    return next((p.address for p in to if p.canonical not in senders), "")


def of_role(people: list[Participant], role: ParticipantRole) -> list[Participant]:
    """Those in one header to whom mail can be sent, each once."""
    return list({p.canonical: p for p in people if p.role == role and p.canonical}.values())


def listed(people: list[Participant]) -> str:
    """Addresses as one types them."""
    return ", ".join(typed(p.name, p.canonical) for p in people)


def typed(name: str, canonical: str) -> str:
    """One address with its name, as far as a name may stand beside an address."""
    plain = " ".join("".join(c for c in name if c not in NOT_IN_A_NAME and c.isprintable()).split())
    return f"{plain} <{canonical}>" if plain else canonical


def quote(origin: Origin, people: list[Participant]) -> str:
    """Its words, a sign before each line; of what is forwarded with who and when."""
    laid_out = find_laid_out(origin.email)
    words = (laid_out.text if laid_out else "") or ""
    text = words[:LONGEST_QUOTE].replace("\r\n", "\n").rstrip()
    sender = next((p.name or p.address for p in of_role(people, ParticipantRole.FROM)), "someone")
    moment = date_format(localtime(origin.email.sent_at), "j F Y, H:i")
    if origin.way != Way.FORWARD:
        lines = [f"On {moment}, {sender} wrote:", *map(quoted, text.split("\n"))]
        return "\n".join(lines) + "\n"
    head = ["---------- Forwarded message ----------", f"From: {sender}", f"Date: {moment}"]
    return "\n".join([*head, f"Subject: {origin.email.subject}", "", text]) + "\n"


def quoted(line: str) -> str:
    """A line one level deeper."""
    return f">{line}" if line.startswith(">") else f"> {line}".rstrip()
