"""A draft to the bytes that go to the server (RFC 5322, RFC 2045, RFC 2046, RFC 3676).

The tree is the one every mailer reads: mixed(alternative(text, related(html, images)), files), with
each level left out that would hold one part. All bytes are ASCII but for local parts that are not
(RFC 6532), so that any server may carry them. No Bcc field exists here.
"""

import base64
import binascii
import hashlib
import re
from typing import Final

from postroom.mime.compose_fields import (
    compose_address_field,
    compose_file_parameters,
    compose_ids_field,
    compose_plain_field,
    compose_text_field,
)
from postroom.mime.dates import compose_date
from postroom.mime.draft import Draft, DraftFile
from postroom.mime.flowed import flow
from postroom.mime.parameters import is_media_type

_LONGEST_LINE: Final = 200
_OCTETS: Final = "application/octet-stream"
_CRLF: Final = re.compile(rb"\r\n|\r|\n")


def compose_message(draft: Draft) -> bytes:
    """Write a draft as a message; UnusableAddress if it names an address that is none."""
    return _header(draft) + _Composer(_seed(draft)).body(draft)


def _header(draft: Draft) -> bytes:
    ancestors = draft.references or ((draft.in_reply_to,) if draft.in_reply_to else ())
    return b"".join(
        (
            compose_plain_field("Date", compose_date(draft.sent_at)),
            compose_address_field("From", (draft.from_,)),
            compose_address_field("Reply-To", draft.reply_to),
            compose_address_field("To", draft.to),
            compose_address_field("Cc", draft.cc),
            compose_text_field("Subject", draft.subject),
            compose_ids_field("Message-ID", (draft.message_id,)),
            compose_ids_field("In-Reply-To", (draft.in_reply_to,)),
            compose_ids_field("References", ancestors),
            compose_plain_field("MIME-Version", "1.0"),
        )
    )


class _Composer:
    """Writes the parts of one message; its boundaries follow from what they separate."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.boundaries = 0

    def body(self, draft: Draft) -> bytes:
        """Return the header fields of the top part, an empty line, and everything below."""
        images = [_file_part(one) for one in draft.files if one.content_id and draft.html]
        files = [_file_part(one) for one in draft.files if not (one.content_id and draft.html)]
        content = _text_part(draft.text) if draft.text or not draft.html else b""
        if draft.html:
            page = self.multipart("related", [_html_part(draft.html), *images])
            content = self.multipart("alternative", [content, page]) if content else page
        return self.multipart("mixed", [content, *files])

    def multipart(self, subtype: str, parts: list[bytes]) -> bytes:
        """Put parts between boundaries; one part alone stays as it is."""
        if len(parts) == 1:
            return parts[0]
        self.boundaries += 1
        # `=_` occurs in neither quoted-printable nor base64 (RFC 2045 §6.7).
        boundary = f"=_{self.seed}_{self.boundaries}"
        header = compose_plain_field("Content-Type", f'multipart/{subtype}; boundary="{boundary}"')
        mark = f"--{boundary}".encode("ascii")
        delimited = b"".join(b"\r\n" + mark + b"\r\n" + part for part in parts)
        return header + delimited + b"\r\n" + mark + b"--\r\n"


def _seed(draft: Draft) -> str:
    digest = hashlib.sha256()
    for text in (draft.message_id, draft.text, draft.html):
        digest.update(text.encode("utf-8", "replace") + b"\0")
    for file in draft.files:
        digest.update(file.content)
    return digest.hexdigest()[:24]


def _text_part(text: str) -> bytes:
    return _readable("text/plain; charset=utf-8; format=flowed", flow(text))


def _html_part(html: str) -> bytes:
    return _readable("text/html; charset=utf-8", html)


def _readable(content_type: str, text: str) -> bytes:
    """Leave text bare that every server carries unharmed; quoted-printable for the rest."""
    content = _CRLF.sub(b"\n", text.encode("utf-8", "replace"))
    encoding = "7bit"
    if not content.isascii() or b"\0" in content or _longest_line(content) > _LONGEST_LINE:
        encoding = "quoted-printable"
        content = binascii.b2a_qp(content, quotetabs=False)
    return _part(content_type, encoding, b"", content.replace(b"\n", b"\r\n"))


def _file_part(file: DraftFile) -> bytes:
    media_type = file.media_type if is_media_type(file.media_type) else _OCTETS
    if media_type.startswith(("multipart/", "message/")):
        # Both must not be base64 (RFC 2045 §6.4), and a forwarded mail is rarely 7bit.
        media_type = _OCTETS
    fields = compose_plain_field(
        "Content-Disposition",
        compose_file_parameters("inline" if file.content_id else "attachment", file.name),
    ) + compose_ids_field("Content-ID", (file.content_id,))
    content = base64.encodebytes(file.content).replace(b"\n", b"\r\n")
    return _part(media_type, "base64", fields, content)


def _part(content_type: str, encoding: str, fields: bytes, content: bytes) -> bytes:
    return b"".join(
        (
            compose_plain_field("Content-Type", content_type),
            compose_plain_field("Content-Transfer-Encoding", encoding),
            fields,
            b"\r\n",
            content,
        )
    )


def _longest_line(content: bytes) -> int:
    return max(map(len, content.split(b"\n")))
