"""Progress bars on a terminal: number, rate and time left; elsewhere nothing."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic

Show = Callable[[str, int, int], None]


@contextlib.contextmanager
def bars(*names: str, is_quiet: bool) -> Iterator[Show]:
    """A bar for each name; tell it the name, how many there are, and how many are done."""
    if is_quiet or not sys.stderr.isatty():
        yield lambda name, found, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from postroom.sync.pace import Pace

    pace_column = TextColumn("{task.fields[pace]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), pace_column)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {name: progress.add_task(name, pace="") for name in names}
        paces: dict[str, Pace] = {}

        def show(name: str, found: int, done: int) -> None:
            now = monotonic()
            pace = paces.setdefault(name, Pace(now, done))
            pace.note(done, now)
            told = in_words(pace.rate(now), found - done)
            progress.update(tasks[name], total=found, completed=done, pace=told)

        yield show


def in_words(rate: float, left: int) -> str:
    """`340/s · 0:02:10`, as far as it is known."""
    if rate < 0.5:
        return ""
    return (
        f"{rate:,.0f}/s · {timedelta(seconds=round(left / rate))}" if left > 0 else f"{rate:,.0f}/s"
    )
