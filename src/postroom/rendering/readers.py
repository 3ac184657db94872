"""The confined processes in which a web process opens emails, and what they laid out last.

A hostile email keeps one of them busy for as long as its limits allow, and nobody else waits.
"""

from collections.abc import Callable
from queue import Empty, LifoQueue
from time import monotonic
from typing import Final, TypeVar

from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.confinement.limits import Limits
from postroom.confinement.process import ConfinedProcess, ProcessDidNotStart
from postroom.confinement.raised import Raised
from postroom.mime import Attachment, DeliveryReport, Field
from postroom.rendering.kept_pages import KeptPages
from postroom.rendering.laying_out import (
    UNREADABLE,
    LaidOut,
    automatic_reply_in,
    fields_in,
    lay_out,
    lay_out_text,
    lay_out_with_images,
    report_in,
    take_out,
)
from postroom.rendering.own_html import Page, Purified, purify
from postroom.rendering.remote_images import images_at

A = TypeVar("A")
R = TypeVar("R")

LIMITS: Final = Limits(cpu_seconds=2.0, memory=768 * 1024 * 1024, seconds=20.0)
PROCESSES: Final = 4
MODULES: Final = ("postroom.rendering.laying_out", "postroom.rendering.own_html")
SECONDS_FOR_A_FREE_ONE: Final = 10.0


class ReadersBusy(Exception):
    """No reader was free in time, or the machine did not let one begin; the email is not to blame.

    Opening it again later may well work.
    """


class Readers:
    """A few confined processes for any number of requests; they start as they are needed."""

    def __init__(self, limits: Limits = LIMITS, processes: int = PROCESSES) -> None:
        # The last one used comes first: it is warm.
        self._free: LifoQueue[ConfinedProcess] = LifoQueue()
        self._kept = KeptPages()
        for _ in range(processes):
            self._free.put(ConfinedProcess(limits, *MODULES))

    @property
    def free(self) -> int:
        """How many have nothing to do."""
        return self._free.qsize()

    def begin(self) -> None:
        """Have one process warm before the first email is opened."""
        process = self._free.get()
        process.begin()
        self._free.put(process)

    def lay_out(self, email: Email) -> LaidOut:
        """What to show of an email whose message is here. Raises ReadersBusy."""
        return self.keeping(
            digest_of(email),
            lambda: (
                self.ask(lay_out, raw := find_raw(email) or b"")
                or self.ask(lay_out_text, raw)
                or UNREADABLE
            ),
        )

    def lay_out_text(self, email: Email) -> LaidOut:
        """Its words alone, for whoever wants no more. Raises ReadersBusy."""
        digest = b"text " + digest_of(email)
        raw = find_raw(email) or b""
        return self.keeping(digest, lambda: self.ask(lay_out_text, raw) or UNREADABLE)

    def lay_out_with_images(self, email: Email) -> LaidOut:
        """With the images that lie elsewhere, fetched for it now. Raises ReadersBusy."""
        blocked = self.lay_out(email)
        digest = b"images " + digest_of(email)
        kept = self._kept.find(digest, monotonic())
        if kept or not (fetched := images_at(blocked.remote_images)):
            return kept or blocked
        work = find_raw(email) or b"", fetched
        return self.keeping(digest, lambda: self.ask(lay_out_with_images, work) or blocked)

    def keeping(self, digest: bytes, make: Callable[[], LaidOut]) -> LaidOut:
        """What was laid out a while ago, or is now."""
        kept = self._kept.find(digest, monotonic())
        if kept:
            return kept
        laid_out = make()
        self._kept.keep(digest, laid_out, monotonic())
        return laid_out

    def take_out(self, email: Email, part: tuple[int, ...]) -> bytes | None:
        """The content of an attachment; None when it takes too much. Raises ReadersBusy."""
        return self.take_out_from(find_raw(email) or b"", part)

    def take_out_from(self, raw: bytes, part: tuple[int, ...]) -> bytes | None:
        """The same of a message whose bytes are at hand. Raises ReadersBusy."""
        return self.ask(take_out, (raw, part))

    def ask(self, work: Callable[[A], R], argument: A) -> R | None:
        """Have work done by the next free process; None when the work was more than it may be."""
        try:
            process = self._free.get(timeout=SECONDS_FOR_A_FREE_ONE)
        except Empty:
            raise ReadersBusy from None
        try:
            answers = process.answers(work, [argument])
        except ProcessDidNotStart:
            raise ReadersBusy from None
        finally:
            self._free.put(process)
        answer = answers[0] if answers else None
        return None if isinstance(answer, Raised) else answer


READERS: Final = Readers()


def digest_of(email: Email) -> bytes:
    """By which what is laid out is kept: whoever may see these bytes sees the same."""
    return bytes(email.raw_id or b"")


def find_laid_out(
    email: Email, *, with_images: bool = False, only_text: bool = False
) -> LaidOut | None:
    """The email as it may be shown; None when it is not here, or nobody is free to lay it out."""
    if email.raw_id is None:
        return None
    try:
        if only_text:
            return READERS.lay_out_text(email)
        return READERS.lay_out_with_images(email) if with_images else READERS.lay_out(email)
    except ReadersBusy:
        return None


def find_fields(email: Email) -> tuple[Field, ...]:
    """Its header, field by field; empty when it is not here or takes too much."""
    raw = find_raw(email)
    try:
        return (READERS.ask(fields_in, raw) if raw else None) or ()
    except ReadersBusy:
        return ()


def find_attachment(email: Email, part: str) -> Attachment | None:
    """The attachment whose place is written so, `2` or `1.3`."""
    laid_out = find_laid_out(email)
    listed = laid_out.attachments if laid_out else ()
    return next((a for a in listed if place_of(a) == part), None)


def place_of(attachment: Attachment) -> str:
    """An attachment's place in its email as addresses have it."""
    return ".".join(map(str, attachment.part))


def take_out_of(email: Email, attachment: Attachment) -> bytes | None:
    """The attachment's content; None when it takes too much, or nobody is free to take it out."""
    try:
        return READERS.take_out(email, attachment.part)
    except ReadersBusy:
        return None


def find_purified(page: Page) -> Purified | None:
    """A page of our own, sanitised; None when that takes too much. Raises ReadersBusy."""
    return READERS.ask(purify, page)


def find_report(email: Email) -> DeliveryReport | None:
    """The mail server's report that an email is, if it is one. Raises ReadersBusy."""
    raw = find_raw(email)
    return READERS.ask(report_in, raw) if raw else None


def find_automatic_reply(email: Email) -> tuple[str, tuple[str, ...]] | None:
    """What a machine answered for its owner, and to what, if it did. Raises ReadersBusy."""
    raw = find_raw(email)
    return READERS.ask(automatic_reply_in, raw) if raw else None
