"""What a signature says for sure, and that it is silent wherever it could be wrong."""

import time

import pytest

from mime.corpora import real_mail
from mime.labelled_signatures import LABELLED
from postroom.mime import parse_message
from postroom.mime.signature import Signature, read_signature

LENA = ("Lena Lead", "lena@blue-harbour.example")


def letter(*signature: str, goodbye: str = "Best regards,") -> str:
    return "\n".join(["Dear Alice,", "", "the order is on its way.", "", goodbye, *signature])


FULL = letter("Lena Lead", "Head of Buying", "Blue Harbour Ltd", "Tel: +44 20 7946 0018")
L = ("Lena", "Lead")
# The letter, the From, what is sure.
CASES: list[tuple[str, tuple[str, str], Signature]] = [
    (FULL, LENA, Signature(*L, "Blue Harbour Ltd", "+44 20 7946 0018")),
    (letter("", "Lena Lead", "", "M: 0171 2345678"), LENA, Signature(*L, "", "0171 2345678")),
    (
        letter("Lena Lead | Blue Harbour Ltd | T +44 20 7946 0018"),
        LENA,
        Signature(*L, "Blue Harbour Ltd", "+44 20 7946 0018"),
    ),
    (letter("Lena Lead", "Blue Harbour"), LENA, Signature(*L, "Blue Harbour", "")),
    (letter("Lena Lead", "BLUE HARBOUR"), LENA, Signature(*L, "BLUE HARBOUR", "")),
    (letter("Lena Lead", "+44 20 7946 0018"), LENA, Signature(*L, "", "+44 20 7946 0018")),
    ("Hi\n-- \nLena Lead\nphone (020) 7946 0018", LENA, Signature(*L, "", "(020) 7946 0018")),
    (
        letter(
            "Jürgen Groß",
            "Mühle GmbH & Co. KG",
            "Telefon: 089/123456-7",
            goodbye="Mit freundlichen Grüßen",
        ),
        ("Jürgen Groß", "j.gross@muehle.example"),
        Signature("Jürgen", "Groß", "Mühle GmbH & Co. KG", "089/123456-7"),
    ),
    (
        letter("Zoé Noël", "Atelier Noël SARL", "Tél. +33 1 70 18 99 00", goodbye="Cordialement,"),
        ("Zoé Noël", "zoe@atelier.example"),
        Signature("Zoé", "Noël", "Atelier Noël SARL", "+33 1 70 18 99 00"),
    ),
    (
        letter("Jan van der Berg", goodbye="Met vriendelijke groet,"),
        ("Jan van der Berg", "jan@x.example"),
        Signature("Jan", "van der Berg"),
    ),
    (
        letter("Ana Gil", "Gil S.L.", goodbye="Saludos"),
        ("Gil, Ana", "ana@gil.example"),
        Signature("Ana", "Gil", "Gil S.L."),
    ),
    (letter("Dr. Mia O'Neil"), ("Dr. Mia O'Neil", "mia@x.example"), Signature("Mia", "O'Neil")),
    (
        letter("Lena Lead", "Blue Harbour Ltd"),
        ("", "lena.lead@x.example"),
        Signature(*L, "Blue Harbour Ltd"),
    ),
    (letter("Lena Lead"), ("lena.lead@x.example", "lena.lead@x.example"), Signature(*L)),
    # Silent: no signature, or not of who wrote.
    ("The order is on its way.", LENA, Signature(*L)),
    ("Call Carl Cook, Other Ltd, +44 20 7946 0018", LENA, Signature(*L)),
    (letter("Carl Cook", "Other Ltd", "Tel: +44 20 7946 0018"), LENA, Signature(*L)),
    (letter("", "L.", "Tel: +44 20 7946 0018"), LENA, Signature(*L)),
    ("Hello\n> Best regards,\n> Lena Lead\n> Blue Harbour Ltd", LENA, Signature(*L)),
    ("Hello\nOn Monday, Alice wrote:\nRegards\nLena Lead\nA Ltd", LENA, Signature(*L)),
    # Silent: a telephone that is a fax, several without a name, or no telephone.
    (letter("Lena Lead", "Fax: +44 20 7946 0018"), LENA, Signature(*L)),
    (letter("Lena Lead", "F: 020 7946 0018"), LENA, Signature(*L)),
    (letter("Lena Lead", "+44 20 7946 0018", "+44 20 7946 0019"), LENA, Signature(*L)),
    (letter("Lena Lead", "020 7946 0018"), LENA, Signature(*L)),
    (letter("Lena Lead", "Order 4711 0815 2026"), LENA, Signature(*L)),
    (letter("Lena Lead", "VAT: 123456789"), LENA, Signature(*L)),
    (letter("Lena Lead", "Tel: 112"), LENA, Signature(*L)),
    (letter("Lena Lead", "Tel: " + "1" * 40), LENA, Signature(*L)),
    # Of several the first that is called one.
    (
        letter("Lena Lead", "Tel: 020 7946 0018", "Mobile: 07700 900118"),
        LENA,
        Signature(*L, "", "020 7946 0018"),
    ),
    (
        letter("Lena Lead", "Fax: 020 7946 0019", "Tel: 020 7946 0018"),
        LENA,
        Signature(*L, "", "020 7946 0018"),
    ),
    # Silent: two companies, or words that only look like one.
    (letter("Lena Lead", "A Trading Ltd", "B Holding Ltd"), LENA, Signature(*L)),
    (letter("Lena Lead", "We are limited"), LENA, Signature(*L)),
    (letter("Lena Lead", "Ltd"), LENA, Signature(*L)),
    # Silent: no name of a person.
    (letter("The Sales Team"), ("Sales Team", "sales@x.example"), Signature()),
    (letter("Blue Harbour Ltd"), ("Blue Harbour Ltd", "info@x.example"), Signature()),
    (letter("Your support"), ("Lena via Docs", "no-reply@x.example"), Signature()),
    (letter("Lena"), ("Lena", "lena@x.example"), Signature()),
    (letter("X"), ("lena@x.example", "lena@x.example"), Signature()),
    (letter("Carl Cook"), ("", "lena@x.example"), Signature()),
    (letter("Lena Lead"), ("Customer Service 24", "cs@x.example"), Signature()),
    ("", ("", ""), Signature()),
    ("", ("Theo Van Dinter", "t@x.example"), Signature("Theo", "Van Dinter")),
    ("", ("Niall O Broin", "n@x.example"), Signature("Niall", "O Broin")),
    ("", ("Joseph S. Barrera III", "j@x.example"), Signature("Joseph S.", "Barrera III")),
    ("", ("CNET Message Forum", "x@x.example"), Signature()),
    ("", ("ZDNet Update Today", "x@x.example"), Signature()),
    ("", ("The Motley Fool", "x@x.example"), Signature()),
    ("", ("LENA LEAD", "x@x.example"), Signature("LENA", "LEAD")),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_it_says_what_is_sure_and_nothing_else(number: int) -> None:
    text, sender, right = CASES[number]
    assert read_signature(text, *sender) == right


def test_it_is_never_slow_and_never_fails() -> None:
    hostile = [
        "Regards\n" + "a " * 9_000,
        "Regards\nLena Lead\n" + "+1 " * 9_000,
        "\n" * 20_000,
        "Regards\nLena Lead\n" + "1-" * 9_000,
        "best " * 4_000,
        "--\nLena Lead\n" + "|" * 19_000,
        "on " + "x" * 19_000,
        "Regards\n\0\ud800\u202e",
    ]
    begun = time.process_time()
    for text in hostile:
        read_signature(text, "Lena " * 200, "lena@" + "x." * 100)
        read_signature(text, *LENA)
    assert time.process_time() - begun < 3
    assert len(CASES) >= 40


def test_of_what_it_finds_in_real_mail_nineteen_of_twenty_are_right() -> None:
    mail = real_mail()
    found = right = there = 0
    for line in LABELLED.split("\n")[1:-1]:
        number, *label = line.split("|")
        message = parse_message(mail[f"real-mail/{number}.eml"])
        sender = message.envelope.from_[0]
        read = read_signature(message.text or "", sender.name, sender.address)
        found += sum(map(bool, read))
        right += sum(one == other for one, other in zip(read, label, strict=True) if one)
        there += sum(map(bool, label))
    print(f"{found} fields filled in, {right} of them right; {there} could be")
    assert right >= 0.95 * found
    assert found >= 0.8 * there
    assert len(LABELLED.split("\n")) > 100
