"""Requests that may be sent again: done once, answered the same each time.

Who sends no word of its own (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header) asks
anew each time. Word, deed and answer are one transaction: nothing is half-done.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, cast

from django.db import transaction

from postroom.api.models import KeptAnswer
from postroom.api.problems import invalid
from postroom.team.models import ApiKey

KEPT: Final = timedelta(days=1)
ANOTHER_REQUEST: Final = (
    "This word was sent before with something else. Take a new one for a new request."
)

Answer = dict[str, object]


@transaction.atomic
def once(
    key: ApiKey,
    word: str | None,
    asked: Mapping[str, object],
    do: Callable[[], Answer],
    now: datetime,
) -> Answer:
    """Do it unless this word was sent before; then answer what was answered. Raises Problem.

    Two at the same moment: the second waits at the unique constraint until the first is done.
    """
    if word is None:
        return do()
    KeptAnswer.objects.filter(key=key, at__lt=now - KEPT).delete()
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    kept, is_new = KeptAnswer.objects.get_or_create(
        key=key, word=word, defaults={"asked": digest, "at": now}
    )
    if bytes(kept.asked) != digest:
        raise invalid("header.Idempotency-Key", ANOTHER_REQUEST)
    if is_new:
        kept.answer = do()
        kept.save(update_fields=["answer"])
    return cast(Answer, kept.answer)
