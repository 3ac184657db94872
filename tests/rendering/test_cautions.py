"""What should make a reader look twice: tables of mail that deceives, and of mail that does not."""

import time

import pytest

from postroom.mime import parse_addresses
from postroom.rendering.cautions import cautions_about
from postroom.rendering.links import misleading_links, mixed_links
from postroom.rendering.scripts import is_mixed_domain, is_mixed_name

LINKS = [
    ("https://evil.example.com/", "https://www.bank.de/login", "www.bank.de"),
    ("https://evil.example.com/", "bank.de", "bank.de"),
    ("https://evil.example.com/", "<b>Bank.DE</b>", "bank.de"),
    ("https://bank.de.evil.com/", "bank.de", "bank.de"),
    ("https://bank.de@evil.com/", "https://bank.de", "bank.de"),
    ("https://evil.co.uk/", "www.bank.co.uk", "www.bank.co.uk"),
    ("https://10.0.0.1/", "www.bank.de", "www.bank.de"),
    ("https://evil.github.io/", "bank.github.io", "bank.github.io"),
    ("https://xn--bnk-9la.de/", "bank.de", "bank.de"),
    ("https://login.bank.de/", "www.bank.de", None),
    ("https://bank.de/", "Bank.de/konto?x=1", None),
    ("https://t.example.com/click?to=bank.de", "Our offer of May 12.30", None),
    ("https://t.example.com/", "see bank.de for more", None),
    ("https://t.example.com/", "report.docx", None),
    ("https://t.example.com/", "drawings.zip", None),
    ("mailto:a@b.example", "bank.de", None),
    ("https://[bad/", "bank.de", None),
]


@pytest.mark.parametrize(("href", "text", "says"), LINKS)
def test_links_that_say_another_site(href: str, text: str, says: str | None) -> None:
    found = misleading_links(f'<p><a href="{href}" target="_blank">{text}</a>')
    assert [link.says for link in found] == ([says] if says else [])


MIXED = [
    ("Раураl Service", True),
    ("Miсrosoft", True),
    ("Μicrosoft", True),
    ("App\u202ele", True),
    ("Pay\u200bPal", True),
    ("Anna Müller", False),
    ("Анна Иванова", False),
    ("Anna Иванова", False),
    ("Νίκος", False),
    ("東京タワーにいくABC", False),
    ("محمد", False),
    ("Ada", False),
]


@pytest.mark.parametrize(("name", "is_mixed"), MIXED)
def test_names_in_two_scripts(name: str, is_mixed: bool) -> None:
    assert is_mixed_name(name) == is_mixed


DOMAINS = [
    ("xn--80ak6aa92e.com", True),
    ("раypal.com", True),
    ("paypal.com", False),
    ("münchen.de", False),
    ("xn--mnchen-3ya.de", False),
    ("россия.рф", False),
    ("日本語.jp", False),
    ("xn--zzzzzzzzzzzz.com", False),
]


@pytest.mark.parametrize(("domain", "is_mixed"), DOMAINS)
def test_domains_of_letters_that_look_like_others(domain: str, is_mixed: bool) -> None:
    assert is_mixed_domain(domain) == is_mixed
    link = f'<a href="https://{domain}/">x</a>'
    assert bool(mixed_links(link)) == is_mixed


SENDERS = [
    ('"boss@example.com" <x@evil.example>', "boss@example.com"),
    ('"Ada Young (ada@example.com)" <x@evil.example>', "ada@example.com"),
    ('"Ada <ada@example.com>" <x@evil.example>', "ada@example.com"),
    ("Ada <ada@example.com>", ""),
    ('"ADA@example.com" <ada@example.com>', ""),
    ('"sales @ Mill" <x@mill.example>', ""),
]


@pytest.mark.parametrize(("sender", "named"), SENDERS)
def test_a_name_that_is_another_address(sender: str, named: str) -> None:
    assert cautions_about(parse_addresses(sender), None, None).named == named


def test_ordinary_mail_gets_no_caution() -> None:
    senders = parse_addresses("Zoë Novák <zoe@mill.example>")
    assert not cautions_about(senders, '<a href="https://mill.example">Mill</a>', None)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="x' * 200_000,
        "<a " * 600_000,
        '<a href="https://a.de">' + "x" * 2_000_000,
        '<a href="https://a.de">' * 80_000,
        ('<a href="https://a.de">' + "a." * 900 + "</a>") * 1_000,
        '<a href="https://a.de">' + "<" * 2_000_000,
    ],
    ids=["unclosed", "bare", "long", "nested", "dots", "signs"],
)
def test_two_megabytes_of_links_are_looked_at_in_a_moment(html: str) -> None:
    start = time.process_time()
    misleading_links(html)
    mixed_links(html)
    assert time.process_time() - start < 0.5
