"""When every person's page is complete, as an open page hears of it: by PostgreSQL's NOTIFY."""

import json
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psycopg

from postroom.archive.announce import EMAILS_CHANGED

WITH_KNOWN_PEOPLE = """
SELECT id, body_state FROM archive_email WHERE id IN (
       SELECT email_id FROM archive_participant
        WHERE canonical IN (SELECT canonical FROM crm_personaddress))
"""


class PeoplePages:
    """Hears, while its block lasts, which emails came or changed; asks nothing meanwhile."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute(f"LISTEN {EMAILS_CHANGED}")
        self._heard: list[tuple[float, str]] = []
        self._is_over = Event()
        self._thread = Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def complete_at(self) -> float:
        """The moment after which no email with a known person on it came or changed any more."""
        emails = dict(self._connection.execute(WITH_KNOWN_PEOPLE).fetchall())
        assert emails, "nobody known is on any mail"
        assert set(emails.values()) == {"stored"}
        told = {pk: at for at, text in self._heard for pk in json.loads(text)["emails"] or emails}
        return max(told[pk] for pk in emails)

    def close(self) -> None:
        """Let the database be dropped."""
        self._connection.close()

    def _listen(self) -> None:
        while not self._is_over.is_set():
            for notice in self._connection.notifies(timeout=0.2):
                self._heard.append((time.perf_counter(), notice.payload))
