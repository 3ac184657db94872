"""Mail that says who it is: each letter carries its token in its header and in its body."""

from dataclasses import dataclass, field
from itertools import count

LEAD = "lea@customer.example"
_NUMBERS = count(1)

_LETTER = """\
{id}Date: Mon, 2 Mar 2026 {hour:02}:{minute:02}:{second:02} +0000\r
From: Lea <{sender}>\r
To: alice@example.com\r
Subject: {token}\r
{extra}\r
Body of {token}\r
{filling}\r
End of {token}\r
"""


@dataclass(slots=True)
class Letter:
    """One message on a server."""

    token: str
    raw: bytes
    flags: frozenset[str] = frozenset()
    modseq: int = 1
    received: str = field(default="02-Mar-2026 12:00:00 +0000")

    @property
    def header(self) -> bytes:
        """Everything up to the empty line, and that line."""
        return self.raw[: self.raw.index(b"\r\n\r\n") + 4]


def write_letter(
    *, has_id: bool = True, sender: str = LEAD, lines: int = 3, extra: str = ""
) -> Letter:
    """Write a letter unlike any other."""
    number = next(_NUMBERS)
    token = f"token-{number:06}-x"
    minutes, second = divmod(number, 60)
    hours, minute = divmod(minutes, 60)
    raw = _LETTER.format(
        id=f"Message-ID: <{token}@customer.example>\r\n" if has_id else "",
        hour=hours % 24,
        minute=minute,
        second=second,
        sender=sender,
        token=token,
        extra=extra,
        filling="\r\n".join(["All work and no play."] * lines),
    )
    return Letter(token, raw.encode())
