"""The folder a demo lives in, and the promise that nothing else is ever taken for one.

A file in it says that it is a demo. Without that file a folder with anything inside is refused,
for starting as for forgetting: it may be somebody's real Postroom.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from postroom.config import postgres
from postroom.config.places import make_data_dir
from postroom.team.refusal import Refusal

MARKER = "this-is-a-postroom-demo.json"


class NotADemoFolder(Refusal):
    """The folder holds something that is not a demo; the sentence says what to do."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not a demo folder (it has no {MARKER}), so it is left alone."
            " Choose another folder with --dir."
        )


class DemoIsRunning(Refusal):
    """Another process runs the demo of this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The demo in {path} is running. End it with Ctrl-C first.")


@dataclass
class DemoState:
    """What a demo remembers from one start to the next."""

    born: str
    imap_port: int
    smtp_port: int = 0
    is_staged: bool = False

    @property
    def born_at(self) -> datetime:
        """When the mailbox was written; all its dates are told from there."""
        return datetime.fromisoformat(self.born)


@dataclass(frozen=True)
class DemoFolder:
    """A demo's folder: database, key file, mailbox, and what is remembered."""

    path: Path

    @property
    def mail(self) -> Path:
        """The root of the demo's mail server."""
        return self.path / "mail"

    def make(self) -> None:
        """Create the folder, or see that it is a demo's. Raises NotADemoFolder."""
        self.refuse_strangers()
        make_data_dir(self.path)

    def refuse_strangers(self) -> None:
        """Raise NotADemoFolder unless the folder is a demo's, empty, or absent."""
        is_empty = not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir()))
        if not is_empty and not (self.path / MARKER).is_file():
            raise NotADemoFolder(self.path)

    def find_state(self) -> DemoState | None:
        """What is remembered, if the demo was started before."""
        marker = self.path / MARKER
        if not marker.is_file() or not (text := marker.read_text("utf-8")):
            return None
        return DemoState(**json.loads(text))

    def remember(self, state: DemoState) -> None:
        """Write the state down, whole or not at all."""
        draft = self.path / f"{MARKER}.draft"
        draft.write_text(json.dumps(asdict(state), indent=2) + "\n", "utf-8")
        draft.rename(self.path / MARKER)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the folder for this process alone. Raises DemoIsRunning."""
        (self.path / MARKER).touch()
        descriptor = os.open(self.path / "running.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise DemoIsRunning(self.path) from None
        finally:
            os.close(descriptor)

    def forget(self) -> bool:
        """Delete all of it; tell whether there was anything."""
        self.refuse_strangers()
        if not self.path.exists():
            return False
        with self.claimed():
            postgres.stop(self.path)
            shutil.rmtree(self.path)
        return True
