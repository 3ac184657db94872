"""What hangs on the demo's mail: papers (PDF), pictures (PNG), figures (CSV), invitations (ICS)."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from postroom.cli.demo.world.drawing import draw_dial, draw_trace

_LETTERHEAD = "PETREL & DAUGHTERS, makers of barometers, 14 Church Street, Whitby"
_TRACES = ("trace", "log-", "storm-chart")

_SHEETS = {
    "fair-leads.csv": """firm;place;asked for;next
Uhren Ackermann;Luzern;Kittiwake;letter
Bottega del Tempo;Torino;Sandpiper;letter
Nordlicht Optik;Kiel;all of it;call
Instrumenten-Stube;Bern;Gannet, marriage;Tom
""",
    "gravuren.csv": """Nr;Text
1;Für Opa, der es immer schon wusste
2;1013 und kein bisschen weniger
3;Bleib heiter
4;Wenn der Zeiger fällt, komm heim, wenn er steigt, nimm mich mit, und steht er, bleib bei mir i
5;Dem Chor
""",
    "lobby-questions.csv": """no;question
1;What happens in a power cut?
2;Who cleans it, and from what?
9;Can it be reset if the client disagrees with it?
17;Does it tick?
23;May children touch it? (They will.)
41;Will it fall?
""",
    "quarter.csv": """month;orders;paid after (days)
first;41;23
second;47;18
third;52;16
""",
}


@dataclass(frozen=True)
class Enclosure:
    """A file that hangs on a message."""

    name: str
    media: tuple[str, str]
    content: bytes


def make_enclosure(name: str, subject: str, at: datetime) -> Enclosure:
    """Make the file of that name, as it would hang on a message about `subject`."""
    ending = name.rpartition(".")[2]
    if ending == "png":
        draw = draw_trace if name.startswith(_TRACES) or "trace" in name else draw_dial
        return Enclosure(name, ("image", "png"), draw(name))
    if ending == "csv":
        sheet = _SHEETS.get(name) or _pressure_sheet(name)
        return Enclosure(name, ("text", "csv"), sheet.encode())
    title = name.removesuffix(".pdf").replace("-", " ").capitalize()
    lines = (_LETTERHEAD, "", title, subject, f"{at:%d %B %Y}")
    return Enclosure(name, ("application", "pdf"), make_pdf(lines))


def make_pdf(lines: tuple[str, ...]) -> bytes:
    """A one-page PDF of some lines of text. Source: ISO 32000-1 §7.5."""
    shown = b" T* ".join(b"(" + _pdf_text(line) + b") Tj" for line in lines)
    content = b"0.6 w 60 762 m 535 762 l S BT /F 11 Tf 20 TL 60 776 Td " + shown + b" ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
    )
    return _assemble_pdf(objects)


def make_invitation(title: str, starts: datetime, organiser: str, identity: str) -> bytes:
    """An iCalendar invitation of one hour. Source: RFC 5546 §3.2.2."""
    stamp = "%Y%m%dT%H%M%SZ"
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Petrel//Calendar//EN", "METHOD:REQUEST",
        "BEGIN:VEVENT", f"UID:{identity}", f"DTSTAMP:{starts:{stamp}}",
        f"DTSTART:{starts:{stamp}}", f"DTEND:{starts + timedelta(hours=1):{stamp}}",
        f"SUMMARY:{title}", f"ORGANIZER:mailto:{organiser}",
        "ATTENDEE;RSVP=TRUE:mailto:maya@petrel.example", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def _pressure_sheet(name: str) -> str:
    random = Random(name)  # noqa: S311 - figures of a story, not a secret
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(("hour", "instrument hPa", "reference hPa", "inside C"))
    pressure, cold = random.uniform(985, 1020), random.uniform(-38, 4)
    for hour in range(48):
        pressure += random.uniform(-1.1, 1.0)
        cold += random.uniform(-0.7, 0.7)
        off = random.uniform(-0.2, 0.2)
        writer.writerow((hour, f"{pressure + off:.1f}", f"{pressure:.1f}", f"{cold:.1f}"))
    return sheet.getvalue()


def _pdf_text(line: str) -> bytes:
    encoded = line.encode("cp1252", "replace")
    return encoded.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _assemble_pdf(objects: tuple[bytes, ...]) -> bytes:
    pdf, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(pdf))
    return pdf + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (size, table, trailer)
