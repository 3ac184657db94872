"""Which addresses were erased: asked wherever mail is kept and people are written down.

With them the keywords of labels that were called after them: a mail server still has those.
"""

import hashlib
from collections.abc import Collection, Mapping

from postroom.crm.models import ErasedAddress

# So that a table of digests of all addresses, made for another purpose, says nothing.
PURPOSE = b"postroom: erased address\0"
KEYWORD = "keyword\0"  # No address has a NUL.


def digest_of(canonical: str) -> bytes:
    """How an erased address is known."""
    return hashlib.sha256(PURPOSE + canonical.encode()).digest()


def digest_of_keyword(keyword: str) -> bytes:
    """How an erased keyword is known."""
    return digest_of(KEYWORD + keyword.lower())


def erased_among(canonicals: Collection[str]) -> set[str]:
    """Those of some canonical addresses that were erased; one cheap question where none was."""
    if not canonicals:
        return set()
    return erased({digest_of(canonical): canonical for canonical in canonicals})


def erased_keywords(keywords: Collection[str]) -> set[str]:
    """Those of some keywords that labels had which went with somebody."""
    if not keywords:
        return set()
    return erased({digest_of_keyword(keyword): keyword for keyword in keywords})


def erased(digests: Mapping[bytes, str]) -> set[str]:
    """What is kept out, of texts by their digests."""
    if not ErasedAddress.objects.exists():
        return set()
    found = ErasedAddress.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {digests[bytes(digest)] for digest in found}
