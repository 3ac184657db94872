"""What is asked again and again while one page is made is asked of the database once.

Only for pages that change nothing, and no longer than until they are made: such a page shows what
held at one moment, and the next asks anew. Everywhere else every question is asked. ADR 52.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_ANSWERS: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def making_a_page() -> Iterator[None]:
    """Keep answers while inside; a thread that outlives it finds nothing of them."""
    answers: dict[Hashable, Any] = {}
    before = _ANSWERS.set(answers)
    try:
        yield
    finally:
        _ANSWERS.reset(before)
        answers.clear()


def once_a_page(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer that this page has already, or else the one that `ask` gets now."""
    answers = _ANSWERS.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    answer: Answer = answers[question]
    return answer
