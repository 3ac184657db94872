"""Plain text as a letter: links can be followed, what is quoted is folded away."""

import re
from itertools import groupby, islice

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

LINK = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
NOT_OF_THE_LINK = ".,;:!?)]}'»”"
# What nobody wrote by hand is shown as plain text: 2 MB of `>a` and `b` took seven seconds.
MOST_LINKS = 5_000
MOST_QUOTED_LINES = 20_000
SHORT_QUOTE = 3
# Seen: Outlook in English, German, French, Spanish, Italian; and its rule above "From:".
REPEATED = re.compile(
    r"^(?:-{2,10} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine"
    r"|Mensaje original|Messaggio originale) ?-{2,10}|_{20,80}\nFrom: )",
    re.MULTILINE | re.IGNORECASE,
)
FOLDED = (
    '<details class="quoted-part"><summary aria-label="What is quoted">…</summary>'
    '<span class="quoted">{}</span></details>'
)


def letter(text: str) -> SafeString:
    """The text as HTML. Every character of it is escaped; the markup is ours."""
    text = text.rstrip()
    if text.count("\n>") > MOST_QUOTED_LINES:
        return linked(text)
    written, repeated = parted(text)
    groups = groupby(written.split("\n"), key=lambda line: line.startswith(">"))
    blocks = [(is_quote, list(lines)) for is_quote, lines in groups]
    if repeated:
        blocks.append((True, repeated.split("\n")))
    has_words = any(not is_quote and "".join(lines).strip() for is_quote, lines in blocks)
    pieces = [
        block(
            lines, is_quote, folded=is_quote and has_words and folds(lines, number == len(blocks))
        )
        for number, (is_quote, lines) in enumerate(blocks, start=1)
    ]
    return mark_safe("\n".join(pieces))  # noqa: S308 - all pieces are escaped


def parted(text: str) -> tuple[str, str]:
    """What was written, and what some programs repeat below it without marking each line."""
    found = REPEATED.search(text)
    if found is None or not text[: found.start()].strip():
        return text, ""
    return text[: found.start()].rstrip(), text[found.start() :].strip("\n")


def folds(lines: list[str], is_last: bool) -> bool:
    """Whether a quote is folded: a long one, and the last. A few lines say what is meant."""
    return is_last or len(lines) > SHORT_QUOTE


def block(lines: list[str], quoted: bool, *, folded: bool = False) -> str:
    """Some lines that are all quoted or all not."""
    text = linked("\n".join(lines))
    if folded:
        return format_html(FOLDED, text)
    return format_html('<span class="quoted">{}</span>', text) if quoted else text


def linked(text: str) -> SafeString:
    """Escape the text and make links of the web addresses in it."""
    pieces: list[str] = []
    end = 0
    for found in islice(LINK.finditer(text), MOST_LINKS):
        url = found[0].rstrip(NOT_OF_THE_LINK)
        pieces += escape(text[end : found.start()]), link(url)
        end = found.start() + len(url)
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - all pieces are escaped


def link(url: str) -> SafeString:
    """A link that tells its goal nothing about this page."""
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', url, url)
