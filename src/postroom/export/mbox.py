"""Messages one after the other in a file, as mail programs have done since 1975: mboxrd.

A line of a message that begins with any number of `>` and `From ` gets one `>` more, and loses it
when it is read, so that what comes out is what went in. Lines end with LF in such files.
https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml
"""

import re
from datetime import UTC, datetime

FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
QUOTED_LINE = re.compile(rb"^>(>*From )", re.MULTILINE)
# asctime's form in English, whatever the language of this machine.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def compose_mbox_entry(raw: bytes, received_at: datetime) -> bytes:
    """One message with the line before it and the empty line behind it."""
    body = FROM_LINE.sub(rb">\1", raw.replace(b"\r\n", b"\n"))
    end = b"\n" if body.endswith(b"\n") else b"\n\n"
    return b"From MAILER-DAEMON " + asctime(received_at) + b"\n" + body + end


def parse_mbox_entry(lines: bytes) -> bytes:
    """The message of what lies between two From lines, as it is on the wire."""
    body = lines[:-1] if lines.endswith(b"\n\n") else lines
    return QUOTED_LINE.sub(rb"\1", body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def asctime(moment: datetime) -> bytes:
    """`Mon Mar  2 12:00:00 2026`, in UTC."""
    at = moment.astimezone(UTC)
    day, month = DAYS[at.weekday()], MONTHS[at.month - 1]
    return f"{day} {month} {at.day:2} {at:%H:%M:%S} {at.year}".encode()
