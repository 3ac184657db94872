"""Bytes of a named, misnamed or unnamed charset to text.

Labels are read as browsers read them (`gb2312` means GB18030, `iso-8859-1` means Windows-1252;
WHATWG Encoding §4.2). Only codecs of the table are used: Python would also accept `punycode` or
`unicode_escape`, which are slow or surprising on hostile input. The text that comes out never
holds a NUL, which PostgreSQL refuses, nor a lone surrogate, which UTF-8 does.
"""

import codecs
import re
from functools import lru_cache
from typing import Final

_WIDER: Final = {
    "ascii": "",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "euc_kr": "cp949",
    "johab": "johab",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "tis-620": "cp874",
    "utf-8-sig": "utf-8",
}
"""Codec → the superset that senders mean. Empty: no more than a guess is needed."""

_SPOKEN: Final = frozenset((
    "utf-8", "utf-7", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "gb18030", "big5hkscs",
    "cp949", "johab", "hz", "euc_jp", "cp932", "shift_jisx0213", "shift_jis_2004",
    "iso2022_jp_ext", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004",
    "iso2022_kr", "koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "cp874", "cp866", "cp850",
    "cp852", "cp855", "cp437", "cp858", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5",
    "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10", "iso8859-11", "iso8859-13", "iso8859-14",
    "iso8859-15", "iso8859-16", "mac-roman", "mac-cyrillic", "mac-greek", "mac-turkish",
    "mac-latin2", "hp-roman8",
))  # fmt: skip

_LABELS: Final = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-unknown": "",
    "unknown-8bit": "",
    "default": "",
    "binary": "",
}
"""Labels that Python does not know → codec. Seen: Outlook Express (Korean), sendmail, QMail."""

_ESCAPING: Final = frozenset(
    ("utf-7", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "hz", "iso2022_kr")
) | {codec for codec in _SPOKEN if codec.startswith("iso2022")}
"""Codecs in which a byte below 128 is not simply its ASCII character."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_EIGHT_BIT_RUN = re.compile(rb"[\x80-\xff]+")
_ISO2022_SHIFT: Final = b"\x1b$"


def decode_text(content: bytes, charset: str = "") -> str:
    """Decode bytes by their label, or by guess where the label is missing, unknown or a lie."""
    codec = find_codec(charset)
    if codec not in _ESCAPING and _ISO2022_SHIFT not in content and content.isascii():
        text = content.decode("ascii")
    elif not codec:
        text = _guess(content)
    else:
        text = _decode_labelled(content, codec)
    return storable(text)


@lru_cache(maxsize=512)
def find_codec(charset: str) -> str | None:
    """Return the codec for a label, '' for a label that says nothing, None for an unknown one."""
    label = charset.strip(" \t\"'").lower()
    if label in _LABELS:
        return _LABELS[label]
    if not label or len(label) > 40 or not label.isascii():
        return "" if not label else None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    codec = _WIDER.get(name, name)
    return codec if not codec or codec in _SPOKEN else None


def storable(text: str) -> str:
    """Return text without what a database or UTF-8 refuses: NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        # Only to ask: the encoder finds a lone surrogate faster than a pattern does.
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text)
    return text


def _decode_labelled(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except (UnicodeError, ValueError):
        text = content.decode(codec, "replace")
    if codec != "utf-8":
        return text
    # One bad byte is a cut or a gateway's work; when most are bad, the label was the lie.
    foreign = sum(map(len, _EIGHT_BIT_RUN.findall(content)))
    return _guess(content) if text.count("\ufffd") * 2 > foreign else text


def _guess(content: bytes) -> str:
    if _ISO2022_SHIFT in content and content.isascii():
        return content.decode("iso2022_jp_ext", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _looks_like_gb18030(content):
        return content.decode("gb18030", "replace")
    return content.decode("cp1252", "replace")


def _looks_like_gb18030(content: bytes) -> bool:
    """Western text has its accents alone; Chinese has its bytes in pairs throughout."""
    runs = _EIGHT_BIT_RUN.findall(content[: 64 * 1024])
    paired = all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs)
    return paired and any(len(run) >= 4 for run in runs)
