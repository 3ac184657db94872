"""What is asked again and again while one page is made is asked of the database once.

Only for pages that change nothing, and no longer than until they are made: such a page shows what
held at one moment, and the next asks anew. Everywhere else every question is asked. ADR 52.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Page:
    """Answers that are kept, and those that were asked for ahead and are given once."""

    answers: dict[Hashable, Any] = field(default_factory=dict)
    ahead: dict[Hashable, list[Any]] = field(default_factory=dict)


_PAGE: ContextVar[Page | None] = ContextVar("page", default=None)


@contextmanager
def making_a_page() -> Iterator[None]:
    """Keep answers while inside; a thread that outlives it finds nothing of them."""
    page = Page()
    before = _PAGE.set(page)
    try:
        yield
    finally:
        _PAGE.reset(before)
        page.answers.clear()
        page.ahead.clear()


def page_in_the_making() -> Page | None:
    """The page that is being made, if one is."""
    return _PAGE.get()


def once_a_page(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer that this page has already, or else the one that `ask` gets now."""
    if (page := _PAGE.get()) is None:
        return ask()
    if question not in page.answers:
        page.answers[question] = ask()
    answer: Answer = page.answers[question]
    return answer


def has_answer(question: Hashable) -> bool:
    """Whether this page has the answer to it already."""
    page = _PAGE.get()
    return page is not None and question in page.answers


def forget_what_is_ahead() -> None:
    """Whatever is asked from now on is asked for somebody else."""
    if page := _PAGE.get():
        page.ahead.clear()


@contextmanager
def nothing_ahead() -> Iterator[None]:
    """Inside, whatever is asked is asked now: who asks is somebody else."""
    if (page := _PAGE.get()) is None:
        yield
        return
    kept, page.ahead = page.ahead, {}
    try:
        yield
    finally:
        page.ahead = kept
