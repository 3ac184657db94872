"""Progress bars on a terminal: number, rate and time left; elsewhere nothing."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Show = Callable[[str, int, int], None]


@contextlib.contextmanager
def bars(*names: str, is_quiet: bool) -> Iterator[Show]:
    """A bar for each name; tell it the name, how many there are, and how many are done."""
    if is_quiet or not sys.stderr.isatty():
        yield lambda name, found, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {name: progress.add_task(name) for name in names}
        yield lambda name, found, done: progress.update(tasks[name], total=found, completed=done)
