"""What repeats an earlier email is folded away, and nothing else is."""

import pytest

from postroom.mime import parse_message
from postroom.rendering.letter import letter
from postroom.rendering.safe_html import safe_html

HTML = [
    ("gmail", '<p>Yes.</p><div class="gmail_quote">On Monday: <p>No?</p></div>', True),
    ("apple", '<p>Yes.</p><blockquote type="cite">No?</blockquote>', True),
    ("outlook", '<p>Yes.</p><hr id="stopSpelling"><div id="divRplyFwdMsg">From: A</div>x', True),
    ("outlook web", '<p>Yes.</p><div id="x_divRplyFwdMsg">From: A</div><p>x', True),
    ("yahoo", '<div>Yes.</div><div id="a" class="yahoo_quoted">No?</div>', True),
    ("tag before", 'Yes.<div title="a>b" class="gmail_quote">No?</div>', True),
    ("nothing above", '<div class="gmail_quote">On Monday: No?</div><p>Yes.', False),
    ("empty above", '<p> <br></p><div class="gmail_quote">No?</div>', False),
    ("forwarded", '<p>See below.</p><div class="gmail_quote">--- Forwarded message ---', False),
    ("no quote", '<p>Yes.</p><div class="quoting-nothing" id="x">No?</div>', False),
    ("a citation", "<p>He said:</p><blockquote>No.</blockquote>", False),
]


def html_mail(html: str) -> bytes:
    return f"From: a@b.example\r\nContent-Type: text/html\r\n\r\n{html}".encode()


@pytest.mark.parametrize(("html", "folds"), [row[1:] for row in HTML], ids=[r[0] for r in HTML])
def test_html_is_folded_where_a_mail_program_marked_a_quote(html: str, folds: bool) -> None:
    raw = html_mail(html)
    safe = safe_html(parse_message(raw), raw)
    assert safe.folds == folds
    again = html_mail(safe.html)
    assert safe_html(parse_message(again), again).html == safe.html


def test_no_class_or_id_of_a_stranger_is_kept() -> None:
    raw = html_mail('<p class="gmail_quote evil" id="subject">x<b class=more id=keys>y</b>')
    assert safe_html(parse_message(raw), raw).html == '<p class="quoted">x<b>y</b></p>'


LONG = "\n".join(f"> line {n}" for n in range(5))
TEXTS = [
    ("an answer above", f"Yes.\n\nOn Monday A wrote:\n{LONG}", 1),
    ("answers between", f"> a\nYes.\n{LONG}\nNo.\n> b", 2),
    ("outlook", "Yes.\n\n-----Original Message-----\nFrom: A\n\nNo?", 1),
    ("german outlook", "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: A\n\nNein?", 1),
    ("a rule", "Yes.\n\n________________________________\nFrom: A\nTo: B\n\nNo?", 1),
    ("only a quote", LONG, 0),
    ("forwarded whole", "-----Original Message-----\nFrom: A\n\nNo?", 0),
    ("no quote", "Yes.\nNo.", 0),
]


@pytest.mark.parametrize(("text", "folded"), [row[1:] for row in TEXTS], ids=[r[0] for r in TEXTS])
def test_text_is_folded_where_it_quotes(text: str, folded: int) -> None:
    shown = letter(text)
    assert shown.count('<details class="quoted-part">') == folded
    for line in text.split("\n"):
        assert line.replace(">", "&gt;") in shown
