"""Turns the script's threads into messages that answer each other."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from postroom.cli.demo.world.cast import (
    Correspondent,
    Program,
    address_of,
    correspondent_of,
)
from postroom.cli.demo.world.drawing import draw_dial
from postroom.cli.demo.world.enclosures import make_enclosure
from postroom.cli.demo.world.letters import Envelope, Letter, Wording, compose, identity_for
from postroom.cli.demo.world.moments import fill_in_dates
from postroom.cli.demo.world.quoting import Said, answer_html, answer_text
from postroom.cli.demo.world.script import Line

_PREFIXES = {"de": "AW: ", "nb": "SV: "}
_BETWEEN_TWO = timedelta(minutes=13)


@dataclass
class Conversation:
    """A thread as far as it has been written; each further line answers the one before."""

    subject: str
    said: Said | None = None
    identities: list[str] = field(default_factory=list)
    signed: set[str] = field(default_factory=set)

    def not_before(self) -> datetime | None:
        """The earliest time at which somebody can answer."""
        return self.said.at + _BETWEEN_TWO if self.said else None

    def write(self, line: Line, at: datetime, folder: str, flags: str) -> Letter:
        """Compose the next message of the thread."""
        writer = correspondent_of(line.who)
        if self.said is None:
            self.subject = fill_in_dates(self.subject, at)
        envelope = self._envelope(line, writer, at)
        text = fill_in_dates(line.text, at)
        enclosures = [make_enclosure(name, self.subject, at) for name in line.enclosures]
        message = compose(envelope, self._wording(text, writer), enclosures)
        self.said = Said(writer, envelope.subject, at, text, before=self.said)
        self.identities.append(envelope.identity)
        return Letter(folder, at, flags, envelope.identity, message.as_bytes())

    def _envelope(self, line: Line, writer: Correspondent, at: datetime) -> Envelope:
        prefix = _PREFIXES.get(writer.language, "Re: ") if self.said else ""
        return Envelope(
            sender=address_of(line.who),
            to=[address_of(who) for who in line.to],
            cc=[address_of(who) for who in line.cc],
            subject=prefix + self.subject,
            at=at,
            identity=identity_for(f"{self.subject}/{len(self.identities)}", writer.domain),
            answers=tuple(self.identities),
            hours_ahead=writer.hours_ahead or (at.utcoffset() or timedelta()) / timedelta(hours=1),
        )

    def _wording(self, text: str, writer: Correspondent) -> Wording:
        signs = bool(writer.signature) and writer.mailbox not in self.signed
        self.signed.add(writer.mailbox)
        signed = f"{text}\n\n-- \n{writer.signature}" if signs else text
        plain = answer_text(signed, self.said, writer)
        if writer.program not in (Program.WEB, Program.OFFICE):
            return Wording(plain, charset=writer.charset)
        logo, inline = _logo(writer) if signs else ("", ())
        page = answer_html(text, self.said, writer, logo)
        return Wording(plain, page, writer.charset, inline)


def _logo(writer: Correspondent) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    lines = escape(writer.signature).replace("\n", "<br>")
    if writer.program is Program.WEB:
        source = f"https://images.{writer.domain}/signature/logo.png"
        inline: tuple[tuple[str, bytes], ...] = ()
    else:
        cid = f"logo@{writer.domain}"
        source, inline = f"cid:{cid}", ((cid, draw_dial(writer.domain)),)
    picture = f'<img src="{source}" width="60" height="40" alt="">'
    row = f'<td style="padding-right:10px">{picture}</td><td style="color:#666">{lines}</td>'
    return f'<table cellpadding="0" style="margin:16px 0"><tr>{row}</tr></table>', inline
