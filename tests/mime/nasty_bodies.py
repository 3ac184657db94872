"""Messages with a broken or unusual body, and what a careful person finds in them."""

import base64

Row = tuple[str, bytes, dict[str, object]]


def _text(name: str, content_type: str, body: bytes, text: str | None, encoding: str = "") -> Row:
    return name, _headed(content_type, encoding) + body, {"text": text}


def _html(name: str, body: bytes, search_text: str, content_type: str = "text/html") -> Row:
    return name, _headed(content_type) + body, {"text": None, "search_text": search_text}


def _headed(content_type: str, encoding: str = "") -> bytes:
    transfer = f"\nContent-Transfer-Encoding: {encoding}" if encoding else ""
    return f"Content-Type: {content_type}{transfer}\n\n".encode()


def _parts(kind: str, *parts: bytes, close: bytes = b"--B--\n") -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="B"\n\npreamble\n'.encode()
    return head + b"".join(b"--B\n" + part + b"\n" for part in parts) + close


def _file(name: str, disposition: bytes, *names: str) -> Row:
    part = b"Content-Type: application/pdf\nContent-Disposition: " + disposition + b"\n\n%PDF\n"
    return name, _parts("mixed", _WORDS, part), {"text": "words", "files": list(names)}


_WORDS = b"Content-Type: text/plain\n\nwords"
_PAGE = b"Content-Type: text/html\n\n<p>page</p>"
_SHOWING = b"Content-Type: text/html\n\n<img src='cid:i%40x'>"
_IMAGE = (
    b"Content-Type: image/png\nContent-ID: <i@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="
)
_LETTERS = base64.encodebytes(b"many words " * 20)
_LONG = "many words " * 20

BODIES: list[Row] = [
    # Charsets.
    _text("UTF-8 without a label", "text/plain", "Grüße".encode(), "Grüße"),
    _text("UTF-8 labelled ASCII", "text/plain; charset=us-ascii", "Grüße".encode(), "Grüße"),
    _text("Latin-1 labelled ASCII", "text/plain; charset=us-ascii", b"Gr\xfc\xdfe", "Grüße"),
    _text("Latin-1 labelled UTF-8", "text/plain; charset=utf-8", b"Gr\xfc\xdfe", "Grüße"),
    _text(
        "UTF-8 cut in a character",
        "text/plain; charset=utf-8",
        "Größe ää".encode()[:-1],
        "Größe ä\ufffd",
    ),
    _text("an unknown label", "text/plain; charset=x-nothing", "Grüße".encode(), "Grüße"),
    _text("a label of nonsense", 'text/plain; charset="\\"', b"words", "words"),
    _text("a codec that is no charset", "text/plain; charset=rot13", b"words", "words"),
    _text("a codec that unpacks", "text/plain; charset=zlib_codec", b"words", "words"),
    _text("a codec with escapes", "text/plain; charset=unicode_escape", b"a\\x00b", "a\\x00b"),
    _text("GB2312 beyond GB2312", "text/plain; charset=gb2312", "镕".encode("gb18030"), "镕"),
    _text(
        "Korean of Outlook", "text/plain; charset=ks_c_5601-1987", "안녕".encode("cp949"), "안녕"
    ),
    _text("UTF-16", "text/plain; charset=utf-16", "Grüße".encode("utf-16"), "Grüße"),
    _text("UTF-16 of surrogates", "text/plain; charset=utf-16-le", b"a\0\x00\xd8b\0", "a\ufffdb"),
    _text("a charset with spaces", 'text/plain; charset = " UTF-8 "', "ü".encode(), "ü"),
    _text("NULs", "text/plain", b"a\0b", "ab"),
    # Transfer encodings.
    _text("base64", "text/plain", _LETTERS, _LONG, "base64"),
    _text("base64 in capitals", "text/plain", _LETTERS, _LONG, "BASE64"),
    _text("base64 with a comment", "text/plain", _LETTERS, _LONG, "base64 (yes)"),
    _text("base64 and a footer", "text/plain", _LETTERS + b"\n--\nlist footer\n", _LONG, "base64"),
    _text("base64 and a rule", "text/plain", _LETTERS + b"____\nScanned by us\n", _LONG, "base64"),
    _text("base64 without padding", "text/plain", b"R3LDvMOfZQ", "Grüße", "base64"),
    _text("base64 cut", "text/plain", b"R3LDvMOfZSE", "Grüße!", "base64"),
    _text("base64 in two pieces", "text/plain", b"YQ==\nYg==\n", "ab", "base64"),
    _text("base64 with junk inside", "text/plain", b"!" + _LETTERS, _LONG, "base64"),
    _text(
        "quoted-printable",
        "text/plain; charset=utf-8",
        b"Gr=C3=BC=\n=C3=9Fe=20",
        "Grüße ",
        "quoted-printable",
    ),
    _text(
        "quoted-printable in small letters",
        "text/plain; charset=utf-8",
        b"Gr=c3=bc=c3=9fe",
        "Grüße",
        "Quoted-Printable",
    ),
    _text("quoted-printable of junk", "text/plain", b"a=zz=b=", "a=zz=b", "quoted-printable"),
    _text("an unknown encoding", "text/plain", b"words", "words", "x-nothing"),
    _text("8bit with a typo", "text/plain", b"words", "words", "8-bit"),
    _text("uuencode", "text/plain", b"begin 644 x.txt\n%=V]R9',\n`\nend\n", "words", "x-uuencode"),
    # Types.
    _text("no type", "", b"words", "words"),
    _text("a type without slash", "text", b"words", "words"),
    _text("a type of nonsense", "=?utf-8?q?text?=/plain/x", b"words", "words"),
    _text("a type in capitals", "TEXT/PLAIN; CHARSET=UTF-8", "ü".encode(), "ü"),
    _text("a parameter without value", "text/plain; charset", b"words", "words"),
    _text("a parameter twice", "text/plain; charset=utf-8; charset=koi8-r", "ü".encode(), "ü"),
    _text(
        "flowed text",
        "text/plain; format=flowed",
        b"one \ntwo\n> a \n> b\n -x\n-- \nme",
        "one two\n> a b\n-x\n-- \nme",
    ),
    _text("flowed text without spaces", "text/plain; format=flowed; delsp=yes", b"on \ne", "one"),
    _text("line ends of three kinds", "text/plain", b"a\r\nb\rc\nd", "a\nb\nc\nd"),
    # Multiparts.
    ("two texts", _parts("mixed", _WORDS, _WORDS), {"text": "words\nwords"}),
    (
        "an alternative",
        _parts("alternative", _WORDS, _PAGE),
        {"text": "words", "html": "<p>page</p>"},
    ),
    (
        "HTML before text",
        _parts("alternative", _PAGE, _WORDS),
        {"text": "words", "html": "<p>page</p>"},
    ),
    (
        "an empty text beside HTML",
        _parts("alternative", b"Content-Type: text/plain\n\n \n", _PAGE),
        {"text": None, "search_text": "page"},
    ),
    (
        "HTML with a footer",
        _parts("mixed", _PAGE, _WORDS),
        {"text": "page\nwords", "html": "<p>page</p>\n<pre>words</pre>"},
    ),
    (
        "a hostile footer",
        _parts("mixed", _PAGE, b"\n<script>"),
        {"html": "<p>page</p>\n<pre>&lt;script&gt;</pre>"},
    ),
    ("a part without header", _parts("mixed", b"\nwords"), {"text": "words"}),
    ("a part that is empty", _parts("mixed", b"", _WORDS), {"text": "words"}),
    (
        "a boundary that never closes",
        _parts("mixed", _WORDS, close=b""),
        {"text": "words\n", "defects": ["unclosed-multipart"]},
    ),
    (
        "a boundary that never comes",
        b"Content-Type: multipart/mixed; boundary=B\n\nwords\n",
        {"text": "words\n", "defects": ["no-boundary"]},
    ),
    (
        "no boundary",
        b"Content-Type: multipart/mixed\n\nwords\n",
        {"text": "words\n", "defects": ["no-boundary"]},
    ),
    (
        "spaces after the boundary",
        b"Content-Type: multipart/mixed; boundary=B\n\n--B  \n\nx\n--B-- \n",
        {"text": "x"},
    ),
    (
        "a boundary in another",
        b"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: "
        b"multipart/mixed; boundary=B1\n\n--B1\n\nx\n--B1--\n--B\n\ny\n--B--\n",
        {"text": "x\ny"},
    ),
    (
        "an inner part that never closes",
        b"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-"
        b"Type: multipart/mixed; boundary=C\n\n--C\n\nx\n--B\n\ny\n--B--\n",
        {"text": "x\ny"},
    ),
    ("text behind the end", _parts("mixed", _WORDS) + b"--B\n\nghost\n--B--\n", {"text": "words"}),
    (
        "an encoded multipart",
        _headed("multipart/mixed; boundary=B", "base64") + b"--B\n\nx\n--B--\n",
        {"text": "x"},
    ),
    ("an image in the page", _parts("related", _SHOWING, _IMAGE), {"inline": ["i@x"]}),
    ("an image before its page", _parts("related", _IMAGE, _SHOWING), {"inline": ["i@x"]}),
    (
        "an image that no page shows",
        _parts("related", _PAGE, _IMAGE),
        {"html": "<p>page</p>", "inline": [], "files": ["part-2.png"]},
    ),
    (
        "a multipart without parts that is a file",
        b"Content-Type: multipart/mixed; name=x\nContent-Disposition: attachment\n\nwords",
        {"files": ["x"]},
    ),
    (
        "a nested message",
        _parts("mixed", _WORDS, b"Content-Type: message/rfc822\n\nSubject: in\n\nx"),
        {"text": "words", "files": ["in.eml"]},
    ),
    (
        "a nested message without subject",
        _parts("mixed", _WORDS, b"Content-Type: message/rfc822\n\nx"),
        {"files": ["part-2.eml"]},
    ),
    (
        "a digest",
        _parts("digest", b"\nSubject: a\n\nx", b"\nSubject: b\n\ny"),
        {"text": None, "files": ["a.eml", "b.eml"]},
    ),
    (
        "a nested message in base64",
        _parts(
            "mixed",
            b"Content-Type: message/rfc822\n"
            b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"Subject: in\n\nx"),
        ),
        {"files": ["in.eml"]},
    ),
    (
        "TNEF",
        _parts("mixed", _WORDS, b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22"),
        {"text": "words", "files": ["winmail.dat"]},
    ),
    (
        "an invitation",
        _parts(
            "alternative", _WORDS, b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"
        ),
        {"calendar": "BEGIN:VCALENDAR", "files": ["invite.ics"]},
    ),
    (
        "a signed message",
        _parts("signed", _WORDS, b"Content-Type: application/pgp-signature\n\n-----"),
        {"text": "words", "files": ["part-2.asc"]},
    ),
    (
        "a message that is a file",
        b"Content-Type: application/pdf; name=a.pdf\n\n%PDF",
        {"text": None, "files": ["a.pdf"]},
    ),
    (
        "a text that is a file",
        b"Content-Type: text/plain\nContent-Disposition: attachment\n\nx",
        {"text": None, "files": ["part-1.txt"]},
    ),
    # Names of files.
    _file("a plain name", b"attachment; filename=a.pdf", "a.pdf"),
    _file("a name of spaces", b"attachment; filename=my big file.pdf", "my big file.pdf"),
    _file("a path", b'attachment; filename="../../etc/passwd"', "passwd"),
    _file("a path of Windows", b'attachment; filename="C:\\\\dir\\\\a.pdf"', "a.pdf"),
    _file("a name of RFC 2231", b"attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
    _file("segments in disorder", b'attachment; filename*1="b.pdf"; filename*0="a"', "ab.pdf"),
    _file(
        "encoded segments", b"attachment; filename*0*=utf-8''r%C3; filename*1*=%A9.pdf", "ré.pdf"
    ),
    _file(
        "an encoded word", b'attachment; filename="=?utf-8?Q?r=C3=A9sum=C3=A9.pdf?="', "résumé.pdf"
    ),
    _file("raw UTF-8", "attachment; filename=résumé.pdf".encode(), "résumé.pdf"),
    _file("raw Latin-1", "attachment; filename=résumé.pdf".encode("latin-1"), "résumé.pdf"),
    _file(
        "a name that reads backwards", 'attachment; filename="a\u202efdp.exe"'.encode(), "afdp.exe"
    ),
    _file("a name of controls", b'attachment; filename="a\x00b\x07.pdf"', "ab.pdf"),
    _file("line ends in a name", b'attachment; filename="=?utf-8?q?a=0D=0Ab.pdf?="', "ab.pdf"),
    _file("a hidden name", b'attachment; filename=".htaccess"', "htaccess"),
    _file("a name of dots", b'attachment; filename="..."', "part-2.pdf"),
    _file("an endless name", b'attachment; filename="' + b"a" * 500 + b'.pdf"', "a" * 146 + ".pdf"),
    _file("no name", b"attachment", "part-2.pdf"),
    _file("a quote that never closes", b'attachment; filename="a.pdf', "a.pdf"),
    # HTML.
    _html("scripts and styles", b"<style>p{}</style><p>a</p><script>x()</script>b", "a\nb"),
    _html("blocks", b"<div>a</div><div>b<br>c</div><td>d</td><td>e", "a\nb\nc\nd e"),
    _html("comments", b"a<!-- <p>no</p> -->b<!--[if mso]>no<![endif]-->c", "abc"),
    _html("a comment that never ends", b"a<!-- b", "a<!-- b"),
    _html("entities", b"a &amp; b&nbsp;c &lt;d&gt; &#x41;&#0;", "a & b c <d> A\ufffd"),
    _html("a surrogate as entity", b"a&#xD800;b", "a\ufffdb"),
    _html("a charset in the page", b'<meta charset="iso-8859-1">Gr\xfc\xdfe', "Grüße"),
    _html("no tags", b"a < b > c", "a < b > c"),
    _html("an open tag", b"a <b", "a <b"),
    _html("a title", b"<head><title>no</title></head><body>yes</body>", "yes"),
    _html("a head that never ends", b"<head><title>no</title><body>yes</body>", "yes"),
]
