"""Content-Type and Content-Disposition to a value and its parameters (RFC 2045 §5.1, RFC 2231).

Forgiving: values without quotes may hold spaces, segments come in any order. Encoded words, which
senders put where RFC 2231 belongs, are left to whoever reads a name: in a boundary they are none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from postroom.mime.charsets import decode_text, find_codec
from postroom.mime.encoded_words import one_line

_PARAMETER = re.compile(
    r"""([^\s=;"]{1,100}+)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;"]*+))[^;]*+""",
    re.DOTALL,
)
_SEGMENT = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z")
_ESCAPE = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class ContentType:
    """A media type in lower case and its parameters, names in lower case, values decoded."""

    media_type: str
    parameters: dict[str, str]

    @property
    def charset(self) -> str:
        """The charset parameter, '' when the sender named none."""
        return self.parameters.get("charset", "")

    @property
    def name(self) -> str:
        """The file name that old mailers put here."""
        return self.parameters.get("name", "")


def parse_content_type(value: str) -> ContentType:
    """Read a Content-Type; what is no type at all becomes '' and the caller's default applies."""
    return _short_content_type(value) if len(value) <= 200 else _content_type(value)


def is_media_type(value: str) -> bool:
    """Tell whether a value is a media type and nothing else."""
    return _MEDIA_TYPE.match(value) is not None


def parse_disposition(value: str) -> tuple[str, dict[str, str]]:
    """Read a Content-Disposition: its token in lower case, and its parameters."""
    if not value:
        return "", {}
    token, _, rest = value.partition(";")
    return one_line(token).lower(), parse_parameters(rest)


def parse_parameters(value: str) -> dict[str, str]:
    """Read `; name=value` pairs; segments (`name*0*`) are joined, the first of two wins."""
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(value):
        name, quoted, token = found.groups()
        text = _ESCAPE.sub(r"\1", quoted) if quoted is not None else (token or "").strip()
        kind = _SEGMENT.match(name.lower())
        if kind is None or (kind[2] is None and kind[3] is None):
            plain.setdefault(name.lower(), text)
        else:
            numbered = segments.setdefault(kind[1], {})
            numbered.setdefault(int(kind[2] or 0), (text, kind[3] is not None))
    for name, numbered in segments.items():
        plain[name] = _joined([numbered[number] for number in sorted(numbered)])
    return plain


@lru_cache(maxsize=1024)
def _short_content_type(value: str) -> ContentType:
    return _content_type(value)


def _content_type(value: str) -> ContentType:
    written, _, rest = value.partition(";")
    media_type = "".join(written.split()).lower()
    return ContentType(
        media_type if _MEDIA_TYPE.match(media_type) else "", parse_parameters(rest) if rest else {}
    )


def _joined(segments: list[tuple[str, bool]]) -> str:
    """RFC 2231 §3, §4: the first segment names the charset, each may be percent-encoded."""
    charset = ""
    first, extended = segments[0]
    if extended and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    content = b""
    for text, encoded in [(first, extended), *segments[1:]]:
        octets = text.encode("utf-8", "replace")
        content += unquote_to_bytes(octets) if encoded else octets
    return decode_text(content, charset if find_codec(charset) else "")
