"""The line under the subject says what the writer says."""

import pytest

from postroom.mime import parse_message

SNIPPETS = {
    "plain words": ("Hello Bob,\n\nhow are you?\n", "Hello Bob, how are you?"),
    "an answer below a quotation": ("> how are you?\n\nFine.\n", "Fine."),
    "an answer above a quotation": (
        "Fine.\n\nOn 22 Aug 2002, Alice <a@b.c> wrote:\n> how are you?\n",
        "Fine.",
    ),
    "an attribution over two lines": (
        "On Thu, 22 Aug 2002 at 18:26, Alice Example\n<alice@example.com> wrote:\n> hi\nFine.",
        "Fine.",
    ),
    "an attribution in German": ("Am 22.08.2002 schrieb Alice:\n> hi\nGut.", "Gut."),
    "an attribution in French": ("Le 22 août 2002, Alice a écrit :\n> hi\nBien.", "Bien."),
    "a signature": ("Fine.\n-- \nAlice\nSales\n", "Fine."),
    "Outlook's quotation": ("Fine.\n\n-----Original Message-----\nFrom: x\nSent: y\n", "Fine."),
    "a rule": ("=======\nNews\n*******\n", "News"),
    "only a quotation": ("> how are you?\n> and Bob?\n", "how are you? and Bob?"),
    "a forwarded mail alone": (
        "---------- Forwarded message ----------\nFrom: x\n",
        "---------- Forwarded message ---------- From: x",
    ),
    "a line that begins as an attribution does": (
        "Am Montag brauchen wir:\n- a",
        "Am Montag brauchen wir: - a",
    ),
    "a list that ends with a colon": ("We need these:\n- a\n- b\n", "We need these: - a - b"),
    "nothing": ("\n \n", ""),
    "many words": ("word " * 100, ("word " * 39).strip() + "…"),
    "one long word": ("x" * 500, "x" * 199 + "…"),
}


@pytest.mark.parametrize(("text", "snippet"), SNIPPETS.values(), ids=SNIPPETS)
def test_it_skips_what_the_writer_only_quotes(text: str, snippet: str) -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()
    assert parse_message(raw).snippet == snippet


def test_html_alone_has_a_snippet_too() -> None:
    page = b"Content-Type: text/html\n\n<style>p{}</style><p>Hello <b>Bob</b></p><p>bye</p>"
    assert parse_message(page).snippet == "Hello Bob bye"
