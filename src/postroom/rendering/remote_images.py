"""Images of an email that lie elsewhere, fetched by us when its reader says so. ADR 36.

Their server then learns that it was opened, and neither from where nor with what. Which server
that is, a stranger wrote: only the public internet is asked, whatever is allowed for mail.
"""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings

from postroom.net.errors import NetError
from postroom.net.public_page import fetch_page
from postroom.net.server import AllowedNetworks
from postroom.rendering.images import LARGEST_IMAGES

LARGEST_IMAGE: Final = 2 * 1024 * 1024
SECONDS: Final = 8.0
AT_ONCE: Final = 8
EMAILS_AT_ONCE: Final = BoundedSemaphore(4)


def images_at(addresses: Collection[str]) -> dict[str, bytes]:
    """What lies at these addresses, as far as it comes in time; nothing when many others ask.

    An image of our own is one by which its sender learns that it was opened: not by us. ADR 51.
    """
    own = f"{settings.ENVIRONMENT.url}/"
    addresses = [address for address in addresses if not address.startswith(own)]
    if not addresses or not EMAILS_AT_ONCE.acquire(timeout=SECONDS):
        return {}
    try:
        return asyncio.run(fetch_images(addresses, settings.MAIL_NETWORKS))
    finally:
        EMAILS_AT_ONCE.release()


async def fetch_images(addresses: Collection[str], allowed: AllowedNetworks) -> dict[str, bytes]:
    """Fetch them, some at once, until all are here, the time is over or they are too many bytes."""
    allowed = replace(allowed, networks=(), extra_ports=frozenset())
    found: dict[str, bytes] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def fetch(address: str) -> None:
        async with gate:
            content = await find_content(address, allowed)
        if content and sum(map(len, found.values())) + len(content) <= LARGEST_IMAGES:
            found[address] = content

    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*map(fetch, addresses))
    except TimeoutError:
        pass
    return found


async def find_content(address: str, allowed: AllowedNetworks) -> bytes | None:
    """The bytes at one address; None for whatever is in the way."""
    try:
        return (await fetch_page(address, allowed, SECONDS, LARGEST_IMAGE)).body
    except (NetError, TimeoutError):
        return None
