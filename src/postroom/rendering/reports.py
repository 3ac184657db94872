"""Whether an email is a mail server's account of one that we sent; read in a confined process."""

from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.mime import DeliveryReport, parse_message
from postroom.rendering.readers import READERS, ReadersBusy


def report_in(raw: bytes) -> DeliveryReport | None:
    """The report that a message carries."""
    return parse_message(raw).delivery_report


def find_report(email: Email) -> DeliveryReport | None:
    """The report that an email carries, if it is one. Raises ReadersBusy."""
    raw = find_raw(email)
    return READERS.ask(report_in, raw) if raw else None


__all__ = ["ReadersBusy", "find_report", "report_in"]
