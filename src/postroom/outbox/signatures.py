"""A From address's formatted signature: sanitised when it is written, with the same in words."""

from postroom.accounts.models import FromAddress
from postroom.accounts.senders import FromAddressRefused
from postroom.outbox.drafts import NotSendable, purified, storable
from postroom.rendering.own_html import Page

LONGEST = 200_000  # A small logo, written out in it, is some thousand characters.


def write_signature(sender: FromAddress, html: str) -> None:
    """Keep a formatted signature; empty, there is none. Raises FromAddressRefused."""
    if len(html) > LONGEST:
        raise FromAddressRefused(
            "The signature is too large. Its images may have 150 kB together.", "signature_html"
        )
    try:
        pure = purified(Page(storable(html), is_leaving=False))
    except NotSendable as refusal:
        raise FromAddressRefused(refusal.sentence, "signature_html") from refusal
    is_empty = not pure.text.strip() and "<img" not in pure.html
    sender.signature_html = "" if is_empty else pure.html
    # Its paragraphs are lines: name, office, telephone.
    sender.signature = "\n".join(line for line in pure.text.splitlines() if line.strip())[:4000]
    sender.save(update_fields=["signature_html", "signature"])
