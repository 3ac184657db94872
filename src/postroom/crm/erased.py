"""Which addresses were erased: asked wherever mail is kept and people are written down."""

import hashlib
from collections.abc import Collection

from postroom.crm.models import ErasedAddress

# So that a table of digests of all addresses, made for another purpose, says nothing.
PURPOSE = b"postroom: erased address\0"


def digest_of(canonical: str) -> bytes:
    """How an erased address is known."""
    return hashlib.sha256(PURPOSE + canonical.encode()).digest()


def erased_among(canonicals: Collection[str]) -> set[str]:
    """Those of some canonical addresses that were erased; one cheap question where none was."""
    if not canonicals or not ErasedAddress.objects.exists():
        return set()
    digests = {digest_of(canonical): canonical for canonical in canonicals}
    found = ErasedAddress.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {digests[bytes(digest)] for digest in found}
