"""Messages with a broken or unusual header, and what a careful person reads in them."""

Row = tuple[str, bytes, dict[str, object]]

_BODY = b"\n\nbody\n"


def _one(name: str, header: bytes, **expected: object) -> Row:
    return name, header + _BODY, expected


def _from(name: str, value: bytes, *people: tuple[str, str]) -> Row:
    return name, b"From: " + value + _BODY, {"from": list(people)}


def _subject(name: str, value: bytes, expected: str) -> Row:
    return name, b"Subject: " + value + _BODY, {"subject": expected}


def _date(name: str, value: bytes, expected: str | None) -> Row:
    return name, b"Date: " + value + _BODY, {"sent_at": expected}


_AB = ("", "a@b.example")

HEADERS: list[Row] = [
    # Where a header begins and ends.
    ("an empty message", b"", {"subject": "", "text": None, "defects": ["no-header"]}),
    ("only line ends", b"\r\n\r\n\r\n", {"subject": "", "text": None}),
    ("only a body", b"just words\nand more\n", {"text": "just words\nand more\n"}),
    ("a body and an empty line", b"one\n\ntwo\n", {"text": "one\n\ntwo\n"}),
    ("a leading empty line", b"\nSubject: x\n\nbody\n", {"subject": "x", "text": "body\n"}),
    ("leading blank lines", b" \r\n\r\nSubject: x\r\n\r\nbody", {"subject": "x", "text": "body"}),
    ("a header without body", b"Subject: x\n", {"subject": "x", "text": None}),
    ("a header without line end", b"Subject: x", {"subject": "x"}),
    ("an mbox line", b"From a@b Mon Jan 1 10:00:00 2002\nSubject: x\n\nhi\n", {"subject": "x"}),
    ("a quoted mbox line", b">From a@b Mon Jan 1\nSubject: x\n\nhi\n", {"subject": "x"}),
    (
        "bare CR everywhere",
        b"Subject: x\rFrom: a@b.example\r\rbody\r",
        {"subject": "x", "from": [_AB], "text": "body\n"},
    ),
    (
        "mixed line ends",
        b"Subject: x\r\nFrom: a@b.example\n\r\nbody",
        {"subject": "x", "from": [_AB]},
    ),
    ("CR LF, then LF LF", b"Subject: x\r\nTo: y\n\nbody\r\n", {"subject": "x", "text": "body\n"}),
    _one(
        "a junk line among fields",
        b"Subject: x\nwhat is this\nFrom: a@b.example",
        subject="x",
        **{"from": [_AB]},
        defects=["junk-in-header"],
    ),
    _one(
        "a space before the colon",
        b"Subject : x\nFrom\t: a@b.example",
        subject="x",
        **{"from": [_AB]},
    ),
    _one("a field without name", b": nothing\nSubject: x", subject="x"),
    _one("a field in capitals", b"SUBJECT: x\nMESSAGE-ID: <i@x>", subject="x", message_id="i@x"),
    _one("an empty field", b"Subject:\nFrom: a@b.example", subject="", **{"from": [_AB]}),
    _one("a folded line of spaces", b"Subject: a\n \n b", subject="a b"),
    _one("a fold before anything", b"Subject:\n x", subject="x"),
    _one("folding with tabs", b"Subject: a\r\n\tb\r\n\t\tc", subject="a b c"),
    _one("two subjects", b"Subject: a\nSubject: b", subject="a", defects=["repeated-field"]),
    _one("two To fields", b"To: a@b.example\nTo: c@d.example", to=[_AB, ("", "c@d.example")]),
    _one(
        "two From fields",
        b"From: a@b.example\nFrom: c@d.example",
        **{"from": [_AB, ("", "c@d.example")]},
        defects=["repeated-field"],
    ),
    _one("NULs", b"Sub\0ject: no\nSubject: a\0b\nFrom: a@b.example", subject="ab"),
    _one("controls in a subject", b"Subject: a\x07b\x1bc\x7fd\x0be", subject="a b c d e"),
    _one("a colon and nothing else", b":\nSubject: x", subject="x"),
    # Text.
    _subject("UTF-8 without a label", "Grüße".encode(), "Grüße"),
    _subject("Latin-1 without a label", "Grüße".encode("latin-1"), "Grüße"),
    _subject("quotes of Windows", b"\x93x\x94", "“x”"),
    _subject("GB18030 without a label", "关于合同的问题".encode("gb18030"), "关于合同的问题"),
    _subject("two Finnish accents", "hyvää".encode("latin-1"), "hyvää"),
    _one(
        "raw text in the charset of the body",
        b"Content-Type: text/plain; charset=koi8-r\nSubject: " + "Привет".encode("koi8-r"),
        subject="Привет",
    ),
    _one(
        "raw Big5 in the charset of the body",
        b"Content-Type: text/plain; charset=big5\nSubject: " + "會議".encode("big5"),
        subject="會議",
    ),
    _subject("raw ISO-2022-JP", "こんにちは".encode("iso2022_jp"), "こんにちは"),
    _subject("an encoded word", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    _subject("an encoded word in base64", b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
    _subject("base64 without padding", b"=?UTF-8?B?R3LDvMOfZQ?=", "Grüße"),
    _subject(
        "a character split in two words", b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"
    ),
    _subject("a character split by a fold", b"=?utf-8?B?4pSC4pQ=?=\n =?utf-8?B?gg==?=", "││"),
    _subject("words without a space", b"=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
    _subject("words in words", b"a=?utf-8?q?b?=c", "abc"),
    _subject("spaces inside a word", b"=?utf-8?q?a b?= c", "a b c"),
    _subject("a question mark in a word", b"=?utf-8?q?what??=", "what?"),
    _subject("an unknown charset", b"=?x-nothing?q?abc?=", "abc"),
    _subject("an unknown charset beyond ASCII", b"=?x-nothing?q?=C3=BC?=", "ü"),
    _subject("an unknown encoding", b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
    _subject("a word that never ends", b"=?utf-8?q?abc", "=?utf-8?q?abc"),
    _subject("a language in a word", b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    _subject("line ends in a word", b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    _subject("NUL in a word", b"=?utf-8?q?a=00b?=", "ab"),
    _subject("a lone surrogate in UTF-7", b"=?utf-7?q?a+2AA-b?=", "a\ufffdb"),
    _subject("GB2312 that is GB18030", b"=?gb2312?B?1uzpRrv5?=", "朱镕基"),
    _subject("ISO-2022-JP in words", b"=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
    _subject("two charsets side by side", b"=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=", "üü"),
    _subject("8-bit in an encoded word", "=?utf-8?q?ü?=".encode(), "ü"),
    _subject("a label in quotes", b'=?"utf-8"?q?=C3=BC?=', "ü"),
    # People.
    _from("a name with a comma", b"Doe, John <a@b.example>", ("Doe, John", "a@b.example")),
    _from("a quoted comma", b'"Doe, John" <a@b.example>', ("Doe, John", "a@b.example")),
    _from("a comment for a name", b"a@b.example (John Doe)", ("John Doe", "a@b.example")),
    _from("nested comments", b"a@b.example (J (the (one)) D)", ("J (the (one)) D", "a@b.example")),
    _from("an address as a name", b'"x@y.example" <a@b.example>', ("x@y.example", "a@b.example")),
    _from("a quote that never closes", b'"John <a@b.example>', ("John", "a@b.example")),
    _from("a bracket that never closes", b"John <a@b.example", ("John", "a@b.example")),
    _from("no brackets", b"John a@b.example", ("John", "a@b.example")),
    _from("everything in quotes", b'"John <a@b.example>"', ("John", "a@b.example")),
    _from(
        "everything in an encoded word",
        b"=?utf-8?q?J_=3Ca=40b=2Eexample=3E?=",
        ("J", "a@b.example"),
    ),
    _from("controls in an encoded address", b"=?utf-8?q?a=07=40b=2Eexample?=", ("", "a@b.example")),
    _from(
        "an encoded comma",
        b"=?utf-8?Q?Doe=2C_J=C3=BCrgen?= <a@b.example>",
        ("Doe, Jürgen", "a@b.example"),
    ),
    _from(
        "a raw comma in an encoded word",
        b"=?utf-8?Q?Doe, J=C3=BCrgen?= <a@b.example>",
        ("Doe, Jürgen", "a@b.example"),
    ),
    _from(
        "an encoded word in quotes",
        b'"=?utf-8?Q?J=C3=BCrgen?=" <a@b.example>',
        ("Jürgen", "a@b.example"),
    ),
    _from("raw UTF-8", "Jürgen <a@b.example>".encode(), ("Jürgen", "a@b.example")),
    _from("an international domain", "a@bücher.example".encode(), ("", "a@xn--bcher-kva.example")),
    _from("an international local part", "jürgen@b.example".encode(), ("", "jürgen@b.example")),
    _from("capitals", b"A.B@B.EXAMPLE", ("", "a.b@b.example")),
    _from("mailto", b"<mailto:a@b.example>", _AB),
    _from("a source route", b"<@x.example,@y.example:a@b.example>", _AB),
    _from("double brackets", b"<<a@b.example>>", _AB),
    _from("single quotes", b"'a@b.example'", _AB),
    _from("a quoted local part", b'"john doe"@b.example', ("", '"john doe"@b.example')),
    _from("needless quotes", b'"john.doe"@b.example', ("", "john.doe@b.example")),
    _from("spaces around the at sign", b"a @ b . example", _AB),
    _from("a dot at the end", b"a@b.example.", _AB),
    _from("an address literal", b"a@[192.0.2.1]", ("", "a@[192.0.2.1]")),
    _from("no address at all", b"Mail Delivery Subsystem", ("Mail Delivery Subsystem", "")),
    _from("a null address", b"Mail Delivery Subsystem <>", ("Mail Delivery Subsystem", "")),
    _from("two at signs", b"a@b@c.example", ("", "")),
    _from("a colon in a name", b"Re: offer <a@b.example>", ("Re: offer", "a@b.example")),
    _one(
        "a group",
        b"To: Team: a@b.example, X <c@d.example>;, e@f.example",
        to=[_AB, ("X", "c@d.example"), ("", "e@f.example")],
    ),
    _one("an empty group", b"To: undisclosed-recipients:;", to=[]),
    _one("semicolons", b"To: a@b.example; c@d.example", to=[_AB, ("", "c@d.example")]),
    _one("spaces for commas", b"To: a@b.example c@d.example", to=[_AB, ("", "c@d.example")]),
    _one("too many commas", b"To: ,,a@b.example,, ,c@d.example,", to=[_AB, ("", "c@d.example")]),
    _one(
        "brackets without commas", b"To: <a@b.example> <c@d.example>", to=[_AB, ("", "c@d.example")]
    ),
    # Moments.
    _date("a usual date", b"Thu, 22 Aug 2002 18:26:25 +0700", "2002-08-22T11:26:25+00:00"),
    _date("a named zone", b"22 Aug 2002 18:26 EDT", "2002-08-22T22:26:00+00:00"),
    _date("a comment", b"Thu, 22 Aug 2002 18:26:25 -0700 (PDT)", "2002-08-23T01:26:25+00:00"),
    _date("two digits of a year", b"22 Aug 02 18:26:25 +0000", "2002-08-22T18:26:25+00:00"),
    _date("three digits of a year", b"22 Aug 102 18:26:25 +0000", "2002-08-22T18:26:25+00:00"),
    _date("asctime", b"Thu Aug 22 18:26:25 2002", "2002-08-22T18:26:25+00:00"),
    _date("ISO 8601", b"2002-08-22T18:26:25+02:00", "2002-08-22T16:26:25+00:00"),
    _date("dashes", b"22-Aug-2002 18:26:25 +0000", "2002-08-22T18:26:25+00:00"),
    _date("dots in the time", b"Thu, 22 Aug 2002 18.26.25 +0000", "2002-08-22T18:26:25+00:00"),
    _date("GMT and an offset", b"Thu, 22 Aug 2002 18:26:25 GMT+0200", "2002-08-22T16:26:25+00:00"),
    _date("a leap second", b"31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"),
    _date("an absurd offset", b"22 Aug 2002 18:26:25 +9999", "2002-08-22T18:26:25+00:00"),
    _date("a day that is none", b"31 Feb 2002 10:00:00 +0000", None),
    _date("the year zero", b"1 Jan 0000 00:00:00 +0000", None),
    _date("the end of time", b"31 Dec 9999 23:59:59 -1200", None),
    _date("words", b"yesterday evening", None),
    # Ids.
    _one("an id without brackets", b"Message-ID: a@b", message_id="a@b"),
    _one("an id with spaces", b"Message-ID: < a @ b >", message_id="a@b"),
    _one("prose before the id", b'In-Reply-To: Your message of "Mon" <a@b>', in_reply_to="a@b"),
    _one("prose without an id", b"In-Reply-To: what you wrote", in_reply_to=""),
    _one("ids without spaces", b"References: <a@b><c@d>\n <e@f>", references=["a@b", "c@d", "e@f"]),
    _one("ids without brackets", b"References: a@b c@d", references=["a@b", "c@d"]),
    _one("an id twice", b"References: <a@b> <c@d> <a@b>", references=["a@b", "c@d"]),
    _one("encoded references", b"References: =?utf-8?q?=3Ca=40b=3E?=", references=["a@b"]),
    _one("a list", b"List-Id: Our list <dev.LIST.example>", list_id="dev.list.example"),
]
