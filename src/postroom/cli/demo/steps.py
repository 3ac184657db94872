"""What the demo does, told on the terminal: one line a step, with the seconds it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

_WIDTH = 48


@dataclass
class Steps:
    """The steps of one start; `seconds` counts from the first."""

    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Tell what is being done, and afterwards how long it took."""
        before = self.seconds
        click.echo(f"  {title:<{_WIDTH}} ", nl=False)
        try:
            yield
        except BaseException:
            click.echo()
            raise
        click.echo(f"{self.seconds - before:5.1f} s")
