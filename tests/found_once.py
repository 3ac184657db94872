"""Static files are looked for once in a run, not once for each browser of Django's.

A `Client` loads the middleware at its first request, and ours lists and measures a hundred files
then: a third of what a test of a page took. They do not change while the tests run.
"""

from collections.abc import Callable
from typing import Any

from servestatic.middleware import ServeStaticMiddleware


def find_once() -> None:
    """Have every further instance take what the first one found."""
    ServeStaticMiddleware.add_files_from_finders = once(
        ServeStaticMiddleware.add_files_from_finders
    )


def once(find: Callable[[Any], None]) -> Callable[[Any], None]:
    first: list[Any] = []

    def find_or_take(middleware: Any) -> None:
        if not first:
            find(middleware)
            first.append(middleware)
        middleware.files, middleware.directories = first[0].files, first[0].directories

    return find_or_take
