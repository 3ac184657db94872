"""Requests that may be sent again: done once, however often they come.

Who sends no word of its own (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header) asks
anew each time. The word and what was done are one transaction: nothing is half-done.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction

from postroom.api.models import Addition
from postroom.api.problems import invalid
from postroom.crm.models import Person
from postroom.team.models import ApiKey

KEPT: Final = timedelta(days=1)
ANOTHER_REQUEST: Final = (
    "This word was sent before with something else. Take a new one for a new request."
)


@transaction.atomic
def add_once(
    key: ApiKey,
    word: str | None,
    asked: Mapping[str, object],
    add: Callable[[], Person],
    now: datetime,
) -> Person:
    """Add the person, or find whom this word added. Raises Problem.

    Two at the same moment: the second waits at the unique constraint until the first is done.
    """
    if word is None:
        return add()
    Addition.objects.filter(at__lt=now - KEPT).delete()
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    addition, _ = Addition.objects.get_or_create(
        key=key, word=word, defaults={"asked": digest, "at": now}
    )
    if bytes(addition.asked) != digest:
        raise invalid("header.Idempotency-Key", ANOTHER_REQUEST)
    if addition.person is None:
        addition.person = add()
        addition.save(update_fields=["person"])
    return addition.person
