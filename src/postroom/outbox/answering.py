"""From an email of one's own to the beginning of its answer: to whom, what about, with its words.

An inbound header only proposes: its writer sees every address before anything goes there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from postroom.accounts.models import FromAddress
from postroom.archive.models import Direction, Email, Participant, ParticipantRole
from postroom.archive.reading import find_raw
from postroom.mime import parse_headers
from postroom.outbox.compose_settings import signs_answers
from postroom.outbox.drafts import Attached, Quote, Written
from postroom.outbox.models import ComposeSettings, SignaturePlace
from postroom.outbox.quoting import quote_of
from postroom.rendering.readers import find_laid_out, take_out_of

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

    def files(self, *, is_rich: bool) -> Iterator[Attached]:
        """What goes along with what is forwarded; what its text shows itself is in the quote."""
        laid_out = find_laid_out(self.email) if self.way == Way.FORWARD else None
        for attachment in laid_out.attachments if laid_out else ():
            is_shown = is_rich and attachment.inline
            content = None if is_shown else take_out_of(self.email, attachment)
            if content is not None:
                yield Attached(attachment.name, attachment.media_type, content)

    def quote(self) -> Quote:
        """Its words, as they are quoted."""
        return quote_of(self.email, self.people, is_forwarded=self.way == Way.FORWARD)

    @property
    def people(self) -> list[Participant]:
        """Everyone on it."""
        return list(self.email.participants.order_by("role", "position"))


def begun(origin: Origin, sender: FromAddress | None, settings: ComposeSettings) -> Written:
    """The fields as they stand when the page opens."""
    people = origin.people
    mark = "Fwd: " if origin.way == Way.FORWARD else "Re: "
    subject = origin.email.subject
    return Written(
        sender,
        to=listed(answered(origin, people)),
        cc=listed(others(origin, people)) if origin.way == Way.ALL else "",
        subject=subject if subject.lower().startswith(mark.strip().lower()) else mark + subject,
        text="" if settings.is_rich else plain_beginning(origin, sender, settings),
        is_rich=settings.is_rich,
        has_signature=signs_answers(settings),
        wants_notice=settings.wants_notices,
    )


def plain_beginning(origin: Origin, sender: FromAddress | None, settings: ComposeSettings) -> str:
    """What stands below the first line where text is plain: the signature by choice, the quote."""
    signature = signature_of(sender) if signs_answers(settings) else ""
    quote = origin.quote().text
    if settings.signature_place == SignaturePlace.BELOW:
        return f"\n\n{quote}\n{signature}"
    return f"\n\n{signature}{quote}"


def signature_of(sender: FromAddress | None) -> str:
    """What stands below what is written."""
    return f"-- \n{sender.signature.strip()}\n\n" if sender and sender.signature.strip() else ""


def signed_anew(text: str, sender: FromAddress | None, senders: Iterable[FromAddress]) -> str:
    """Plain text with the signature of the address it is sent from, where another's stands."""
    text = text.replace("\r\n", "\n")
    others = {signature_of(one) for one in senders} - {signature_of(sender), ""}
    standing = next((one.rstrip("\n") for one in others if one.rstrip("\n") in text), "")
    own = signature_of(sender).rstrip("\n")
    return text.replace(standing, own, 1) if standing and not (own and own in text) else text


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
    people = origin.people
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
