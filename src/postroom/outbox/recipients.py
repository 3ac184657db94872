"""What was typed as To, Cc or Bcc to addresses; whatever is none is named and not sent to."""

import re

from postroom.mime import Address, parse_addresses
from postroom.outbox.drafts import NotSendable

MOST = 100
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
NOT_ON_THE_WIRE = re.compile(r"[\s\"<>\\]")
LABELS = {"to": "To", "cc": "Cc", "bcc": "Bcc"}


def one_line_of(value: str, field: str, label: str) -> str:
    """The value, if it is one line. Raises NotSendable: a second line would be a header's."""
    if CONTROLS.search(value):
        raise NotSendable(f"{label} has a line break or a control character. Remove it.", field)
    return value


def recipients_in(value: str, field: str) -> tuple[Address, ...]:
    """The addresses in a field, each once. Raises NotSendable."""
    label = LABELS[field]
    typed = one_line_of(value.strip().rstrip(",;"), field, label)
    found = {one.canonical: one for one in parse_addresses(typed) if check(one, field, label)}
    if typed and not found:
        raise NotSendable(f"{label}: “{typed[:80]}” is not an email address.", field)
    return tuple(found.values())


def check(address: Address, field: str, label: str) -> bool:
    """Whether mail can be sent there. Raises NotSendable with what was typed."""
    if not address.canonical or NOT_ON_THE_WIRE.search(address.canonical):
        typed = address.address or address.name
        raise NotSendable(
            f"{label}: “{typed[:80]}” is not an email address. Write it like name@example.com.",
            field,
        )
    return True
