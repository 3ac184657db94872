"""The register of erasures: a file beside the database, so that no restore undoes one. ADR 53.

A backup made before an erasure still has the person. The register has the digests of all that was
erased, whichever database knows of it; it is written anew after each erasure and every hour. What a
database does not know of it is erased there at the next start (`again`), before anybody sees it.
"""

import logging
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from django.conf import settings

from postroom.archive.wall import round_the_wall
from postroom.crm.models import ErasedAddress

log = logging.getLogger(__name__)
HEAD = (
    "# Postroom: digests of addresses and labels that were erased. Keep this file when a backup\n"
    "# is restored: what it names is erased there again. No address can be read from it.\n"
)


@round_the_wall()
def keep_register() -> None:
    """Have the file hold what it held and what this database knows. Once more changes nothing."""
    place = settings.ENVIRONMENT.erasures_file
    here = {bytes(digest) for digest in ErasedAddress.objects.values_list("digest", flat=True)}
    before = read_register()
    if place is not None and not here <= before:
        write(place, before | here)


def add_to_register(digests: Collection[bytes]) -> None:
    """From a copy of another place."""
    place, before = settings.ENVIRONMENT.erasures_file, read_register()
    if place is not None and not set(digests) <= before:
        write(place, before | set(digests))


def forget_in_register(digests: Iterable[bytes]) -> None:
    """These are allowed again."""
    place, before, over = settings.ENVIRONMENT.erasures_file, read_register(), set(digests)
    if place is not None and before & over:
        write(place, before - over)


def read_register(place: Path | None = None) -> set[bytes]:
    """What is erased, by the file's word; nothing where there is none. Raises ValueError."""
    place = place or settings.ENVIRONMENT.erasures_file
    if place is None or not place.exists():
        return set()
    lines = place.read_text(encoding="ascii").splitlines()
    return {bytes.fromhex(line) for line in lines if line.strip() and not line.startswith("#")}


def write(place: Path, digests: Collection[bytes]) -> None:
    """All of it, or what was there before. Where it cannot be written the log says so."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    text = HEAD + "".join(f"{digest.hex()}\n" for digest in sorted(digests))
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except OSError as error:
        log.error("The register of erasures, %s, was not written: %s", place, error.strerror)


@round_the_wall()
def pending() -> set[bytes]:
    """What was erased, and this database does not know of: it was restored from before."""
    known = read_register()
    if not known:
        return known
    found = ErasedAddress.objects.filter(digest__in=known).values_list("digest", flat=True)
    return known - {bytes(digest) for digest in found}
