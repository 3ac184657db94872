"""Which part of an email repeats an earlier one, by the marks that mail programs leave.

The marks are made the sanitiser's own while it sanitises, and the page folds by them with a style
sheet: nothing touches the HTML afterwards. Where in doubt nothing is folded: a part too much on
the page costs a glance, a part too little costs an order.
"""

import re
from typing import Final

from postroom.mime.html_text import html_to_text

QUOTED: Final = "quoted"
"""The class of an element that is a quote."""

FROM_HERE: Final = "quoted-from-here"
"""The id of an element with which a quote begins that goes on to the end of its parent."""

# Seen: Gmail, Yahoo, Proton, Zoho, Tuta, Outlook for Mac, Front, Mail.ru; and our own mark.
CLASSES: Final = {
    "front-blockquote", "gmail_quote", "mail-quote-collapse", "outlook_quote", "protonmail_quote",
    "tutanota_quote", "yahoo_quoted", "zmail_extra", QUOTED,
}  # fmt: skip
# Seen: Outlook on the web and 2019, Outlook for iOS, Hotmail; and our own mark.
IDS: Final = {
    "appendonsend", "divrplyfwdmsg", "mail-editor-reference-message-container", "stopspelling",
    FROM_HERE,
}  # fmt: skip
_MARK: Final = re.compile(rf'class="{QUOTED}"|id="{FROM_HERE}"|<blockquote[^>]*type="cite"')
_FORWARDED: Final = re.compile(
    r"forwarded message|weitergeleitet|message transf|mensaje reenviado|messaggio inoltrato",
    re.IGNORECASE,
)
BEFORE: Final = 20_000
FORWARD_LINE: Final = 400


def mark_of(name: str, value: str) -> str | None:
    """What is kept of a class or an id: our own mark where a mail program marked a quote."""
    words = value.lower().split()
    if name == "class":
        return QUOTED if not CLASSES.isdisjoint(words) else None
    return FROM_HERE if words[:1] and words[0].removeprefix("x_") in IDS else None


def folds(html: str) -> bool:
    """Whether sanitised HTML has a quote, words before it, and is no forwarded mail."""
    mark = _MARK.search(html)
    if mark is None:
        return False
    if _FORWARDED.search(html, mark.start(), mark.start() + FORWARD_LINE):
        return False
    start = html.rfind("<", 0, mark.start() + 1)
    return bool(html_to_text(html[max(0, start - BEFORE) : start], BEFORE).strip())
