"""Mail that machines write back: delivery reports (RFC 3464) and automatic replies (RFC 3834)."""

import re
from dataclasses import dataclass
from typing import Final

from postroom.mime.addresses import canonical_address
from postroom.mime.charsets import decode_text
from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.headers import HeaderFields
from postroom.mime.ids import parse_message_id
from postroom.mime.limits import MAX_FIELD, MAX_REPORTED
from postroom.mime.structure import MESSAGE_TYPES, Part

_BLOCK_END = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")
_AUTO_REPLY_FIELDS: Final = (b"x-autoreply", b"x-autorespond", b"x-autoresponse")
_STATUS_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")
_HEADER_TYPES: Final = ("text/rfc822-headers", "message/global-headers")


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """What became of a mail for one recipient: `failed` `5.1.1` `smtp; 550 no such user`."""

    address: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A mail server's account of a mail we sent; ids and addresses are the server's claims."""

    reporting_server: str
    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str

    @property
    def failed(self) -> tuple[ReportedRecipient, ...]:
        """The recipients that will not get the mail."""
        return tuple(one for one in self.recipients if one.action == "failed")


def find_delivery_report(root: Part) -> DeliveryReport | None:
    """Return the report a message carries, None if it carries none."""
    status = next((one for one in root.children if one.media_type in _STATUS_TYPES), None)
    if status is None:
        return _exim_report(root)
    blocks = [HeaderFields(block) for block in _blocks(status.content(16 * MAX_FIELD))]
    recipients = [_recipient(block) for block in blocks if _names_recipient(block)]
    server = next(
        (block.get(b"reporting-mta") for block in blocks if b"reporting-mta" in block), ""
    )
    return DeliveryReport(_typed(server), tuple(recipients[:MAX_REPORTED]), _original_id(root))


def is_auto_reply(header: HeaderFields, auto_submitted: str) -> bool:
    """Tell whether a machine answered for its owner (RFC 3834 §5, and what came before it)."""
    if auto_submitted:
        return auto_submitted == "auto-replied"
    if header.get(b"precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    return any(header.get(name).lower() not in ("", "no") for name in _AUTO_REPLY_FIELDS)


def _exim_report(root: Part) -> DeliveryReport | None:
    """Seen: Exim, Gmail. No report part, but the failed addresses in a field of their own."""
    failed = root.header.get(b"x-failed-recipients")
    addresses = [canonical_address(one) for one in failed.split(",")[:MAX_REPORTED]]
    recipients = tuple(ReportedRecipient(one, "failed", "", "") for one in addresses if one)
    return DeliveryReport("", recipients, _original_id(root)) if recipients else None


def _blocks(content: bytes) -> list[bytes]:
    return [block for block in _BLOCK_END.split(content, MAX_REPORTED * 2) if block.strip()]


def _names_recipient(block: HeaderFields) -> bool:
    return b"final-recipient" in block or b"original-recipient" in block


def _recipient(block: HeaderFields) -> ReportedRecipient:
    named = _typed(block.get(b"original-recipient")) or _typed(block.get(b"final-recipient"))
    return ReportedRecipient(
        canonical_address(named) or named,
        one_line(block.get(b"action")).lower()[:20],
        one_line(block.get(b"status"))[:20],
        one_line(decode_words(_typed(block.get(b"diagnostic-code"))))[:1000],
    )


def _typed(value: str) -> str:
    """Return what follows the type in `rfc822; alice@example.com`."""
    before, mark, after = value.partition(";")
    return one_line(after if mark else before)[:1000]


def _original_id(root: Part) -> str:
    for part in root.children:
        if part.media_type in MESSAGE_TYPES and part.children:
            return parse_message_id(part.children[0].header.get(b"message-id"))
        if part.media_type in _HEADER_TYPES:
            header = decode_text(part.content(MAX_FIELD)).encode()
            return parse_message_id(HeaderFields(header).get(b"message-id"))
    return ""
