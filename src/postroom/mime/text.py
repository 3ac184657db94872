"""The bodies of a message to its text, its HTML and the text for search."""

import re
from html import escape

from postroom.mime.bodies import Body
from postroom.mime.charsets import decode_text, find_codec
from postroom.mime.defects import Defect
from postroom.mime.flowed import unflow
from postroom.mime.html_text import html_to_text
from postroom.mime.limits import MAX_SEARCH_TEXT, MAX_TEXT
from postroom.mime.structure import Part
from postroom.mime.transfer import decode_transfer

_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)


class MessageText:
    """What there is to read, part by part; a part is decoded once, and not before it is needed."""

    def __init__(self, pieces: list[Body]) -> None:
        self.defects: set[Defect] = set()
        self._pieces = pieces
        self._read: dict[Part, str] = {}

    def text(self) -> str | None:
        """Return the sender's plain text; parts that exist as HTML alone are put into words."""
        if all(self._plain(piece) is None for piece in self._pieces):
            return None
        return self._joined(MAX_TEXT)

    def html(self) -> str | None:
        """Return the HTML; plain parts beside it stand in it as preformatted text."""
        if all(piece.html is None for piece in self._pieces):
            return None
        shown = [
            self._html(piece) or f"<pre>{escape(self._plain(piece) or '')}</pre>"
            for piece in self._pieces
        ]
        return self._cut("\n".join(shown), MAX_TEXT)

    def search_text(self) -> str:
        """Return the best text for the search index."""
        return self._joined(MAX_SEARCH_TEXT)

    def opening(self, length: int) -> str:
        """Return the beginning of the same text, of at least this length where there is as much."""
        texts: list[str] = []
        for piece in self._pieces:
            texts += filter(None, [self._best(piece, MAX_SEARCH_TEXT)])
            if sum(map(len, texts)) >= length:
                break
        return "\n".join(texts)

    def _joined(self, limit: int) -> str:
        texts = [self._best(piece, limit) for piece in self._pieces]
        return self._cut("\n".join(filter(None, texts)), limit)

    def _best(self, piece: Body, limit: int) -> str:
        plain = self._plain(piece)
        return plain if plain is not None else html_to_text(self._html(piece) or "", limit)

    def _plain(self, piece: Body) -> str | None:
        if piece.plain is None:
            return None
        if piece.plain not in self._read:
            self._read[piece.plain] = self._read_plain(piece.plain)
        # Seen: newsletters whose text alternative is there and empty.
        text = self._read[piece.plain]
        return text if text.strip() else None

    def _html(self, piece: Body) -> str | None:
        if piece.html is None:
            return None
        if piece.html not in self._read:
            self._read[piece.html] = self._read_html(piece.html)
        return self._read[piece.html]

    def _read_plain(self, part: Part) -> str:
        text = self._decoded(part, part.content_type.charset)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        parameters = part.content_type.parameters
        if parameters.get("format", "").lower() == "flowed":
            return unflow(text, delete_space=parameters.get("delsp", "").lower() == "yes")
        return text

    def _read_html(self, part: Part) -> str:
        charset = part.content_type.charset
        if not charset:
            declared = _META_CHARSET.search(part.content(4096)[:2048])
            charset = declared[1].decode("ascii") if declared else ""
        return self._decoded(part, charset)

    def _decoded(self, part: Part, charset: str) -> str:
        if part.end - part.start > MAX_TEXT:
            self.defects.add(Defect.TEXT_CUT)
        content, defect = decode_transfer(part.encoded(MAX_TEXT), part.encoding)
        if defect:
            self.defects.add(defect)
        if find_codec(charset) is None:
            self.defects.add(Defect.UNKNOWN_CHARSET)
        return decode_text(content, charset)

    def _cut(self, text: str, limit: int) -> str:
        if len(text) > limit and limit == MAX_TEXT:
            self.defects.add(Defect.TEXT_CUT)
        return text[:limit]
