"""Answers as mail programs write them: what was said before hangs below."""

import html
from dataclasses import dataclass
from datetime import datetime

from postroom.cli.demo.world.cast import Correspondent, Program

_DEEPEST = 3

_ATTRIBUTIONS = {
    "en": "On {day} at {time}, {name} wrote:",
    "de": "Am {day} um {time} schrieb {name}:",
    "fr": "Le {day} à {time}, {name} a écrit :",
    "nb": "{day} kl. {time} skrev {name}:",
    "el": "Στις {day} {time}, ο/η {name} έγραψε:",
    "uk": "{day} о {time} {name} пише:",
    "ja": "{day} {time} {name}:",
}
_DAYS = {"en": "%d %b %Y", "ja": "%Y/%m/%d", "uk": "%d.%m.%Y", "de": "%d.%m.%Y"}


@dataclass(frozen=True)
class Said:
    """What was said before: somebody's words, and below them what they answered."""

    by: Correspondent
    subject: str
    at: datetime
    text: str
    before: "Said | None" = None


def answer_text(text: str, before: Said | None, writer: Correspondent) -> str:
    """The plain text of an answer, with what came before as `writer`'s program quotes it."""
    if before is None or writer.program is Program.PHONE:
        return text
    if writer.program is Program.OFFICE:
        return f"{text}\n\n{_header_block(before)}\n\n{before.text}"
    return f"{text}\n\n{_quotation(before, writer, depth=1)}"


def answer_html(text: str, before: Said | None, writer: Correspondent, signature: str) -> str:
    """The HTML of the same answer."""
    body = f"<div>{_paragraphs(text)}</div>{signature}"
    if before is not None and writer.program is Program.OFFICE:
        block = _paragraphs(_header_block(before))
        line = "border:none;border-top:solid #b5c4df 1.0pt;padding:3.0pt 0 0 0"
        body += f'<div style="{line}">{block}</div>{_paragraphs(before.text)}'
    elif before is not None:
        attribution = html.escape(_attribution(before, writer))
        quoted = f'<blockquote class="quote" type="cite">{_paragraphs(before.text)}</blockquote>'
        body += f'<div class="gmail_quote"><div dir="ltr">{attribution}</div>{quoted}</div>'
    return f'<html><body style="font-family:Calibri,sans-serif">{body}</body></html>'


def _quotation(said: Said, reader: Correspondent, depth: int) -> str:
    lines = said.text.splitlines()
    if said.before is not None and depth < _DEEPEST:
        lines += ["", *_quotation(said.before, said.by, depth + 1).splitlines()]
    quoted = "\n".join(f"> {line}".rstrip() if line[:1] != ">" else f">{line}" for line in lines)
    return f"{_attribution(said, reader)}\n{quoted}"


def _attribution(said: Said, reader: Correspondent) -> str:
    day = said.at.strftime(_DAYS.get(reader.language, "%d/%m/%Y"))
    pattern = _ATTRIBUTIONS[reader.language]
    return pattern.format(day=day, time=f"{said.at:%H:%M}", name=said.by.name)


def _header_block(said: Said) -> str:
    german = said.by.language == "de"
    sender, sent, subject = (
        ("Von", "Gesendet", "Betreff") if german else ("From", "Sent", "Subject")
    )
    return (
        f"{sender}: {said.by.name} <{said.by.mailbox}>\n"
        f"{sent}: {said.at:%d.%m.%Y %H:%M}\n{subject}: {said.subject}"
    )


def _paragraphs(text: str) -> str:
    paragraphs = text.split("\n\n")
    return "".join(f"<p>{html.escape(p).replace(chr(10), '<br>')}</p>" for p in paragraphs)
