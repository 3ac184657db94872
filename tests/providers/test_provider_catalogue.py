"""The catalogue's files: what every one must say, and what none may say."""

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Final

import pytest

from postroom.net.server import MAIL_PORTS
from postroom.providers import (
    QUIRKS,
    AppPasswordNeed,
    Method,
    Provider,
    ServerChoice,
    Variant,
    all_providers,
    popular_providers,
)
from postroom.providers.catalogue_page import compose_catalogue_page
from postroom.providers.loading import CatalogueBroken, parse_provider
from postroom.providers.names import parse_host
from sources import ROOT

REFERENCE: Final = ROOT.parent / "shared" / "reference" / "zoho-configuring-imap-account.txt"
CATALOGUE: Final = files("postroom.providers") / "catalogue"
GOOD: Final = {
    "name": "Alice Mail",
    "kind": "personal",
    "domains": ["alice.example"],
    "mx_suffixes": [],
    "imap": [{"host": "imap.alice.example", "port": 993, "security": "tls"}],
    "pop": [],
    "smtp": [],
    "user_name": "address",
    "sign_in": {"methods": ["password"]},
    "smtp_keeps_sent_copy": None,
}

each_provider = pytest.mark.parametrize("provider", all_providers(), ids=lambda each: each.id)


def servers_of(provider: Provider) -> list[ServerChoice]:
    """Every server of a service and its variants."""
    found = [*provider.imap, *provider.pop, *provider.smtp]
    for variant in provider.variants:
        found += [*variant.imap, *variant.pop, *variant.smtp]
    return found


def sentences_of(provider: Provider) -> list[str]:
    """Everything that a person reads of a service."""
    steps = provider.app_password.steps if provider.app_password else ()
    enable = (provider.enable_imap.step,) if provider.enable_imap else ()
    return [*steps, *enable, *provider.notes]


def pages_of(provider: Provider) -> list[str]:
    """Every web address of a service."""
    pages = [provider.create_account, *(one.app_password_url for one in provider.variants)]
    if provider.app_password:
        pages.append(provider.app_password.url)
    if provider.enable_imap:
        pages.append(provider.enable_imap.url)
    return [page for page in pages if page]


def test_there_are_46_services_in_the_order_of_their_names() -> None:
    names = [provider.name for provider in all_providers()]
    print(f"{len(names)} services, {sum(len(servers_of(one)) for one in all_providers())} servers")
    assert len(names) == 46
    assert names == sorted(set(names), key=str.casefold)


def test_the_popular_email_services_are_those_of_the_reference_page() -> None:
    assert [(provider.id, provider.name) for provider in popular_providers()] == [
        ("zoho_personal", "Zoho Mail"),
        ("gmail", "Gmail"),
        ("outlook_com", "Outlook"),
        ("microsoft365", "Office 365"),
        ("yahoo", "Yahoo"),
    ]


def test_no_domain_and_no_mx_belongs_to_two() -> None:
    domains: Counter[str] = Counter()
    suffixes: Counter[str] = Counter()
    for provider in all_providers():
        parts: tuple[Provider | Variant, ...] = (provider, *provider.variants)
        domains.update(name for part in parts for name in part.domains)
        suffixes.update(name for part in parts for name in part.mx_suffixes)
    assert len(domains) > 150
    assert len(suffixes) > 60
    assert [name for name, count in domains.items() if count > 1] == []
    assert [name for name, count in suffixes.items() if count > 1] == []


@each_provider
def test_its_servers_are_hosts_with_ports_of_mail(provider: Provider) -> None:
    for choice in servers_of(provider):
        if "host_differs_by_site" in provider.quirks:
            assert choice.host == ""
        elif choice.host != "127.0.0.1" or "loopback_host" not in provider.quirks:
            assert parse_host(choice.host) == choice.host
        assert (choice.security == "starttls") == (choice.port in {143, 110, 587, 1143, 1025})


@each_provider
def test_the_server_proposed_first_may_be_dialled_without_an_administrator(
    provider: Provider,
) -> None:
    proposed = [choices[0] for choices in (provider.imap, provider.pop, provider.smtp) if choices]
    if "loopback_host" not in provider.quirks:
        assert {choice.port for choice in proposed} <= MAIL_PORTS


@each_provider
def test_it_can_be_read_and_sent_from_unless_it_is_not_offered(provider: Provider) -> None:
    if "no_mail_protocols" in provider.quirks:
        assert not servers_of(provider)
        assert not provider.sign_in.methods
        assert not provider.offered
    else:
        assert provider.imap
        assert provider.smtp
        assert provider.sign_in.methods


@each_provider
def test_its_ways_to_sign_in_agree_with_each_other(provider: Provider) -> None:
    methods = provider.sign_in.methods
    assert (Method.APP_PASSWORD in methods) == (provider.app_password is not None)
    needed = provider.sign_in.app_password
    assert (Method.APP_PASSWORD in methods) == (needed is not AppPasswordNeed.NONE)
    if needed is AppPasswordNeed.REQUIRED:
        assert Method.PASSWORD not in methods
    issuers = {"google", "microsoft"} if Method.OAUTH2 in methods else {""}
    assert provider.sign_in.oauth_issuer in issuers


def test_every_service_has_what_a_person_needs_to_connect() -> None:
    """Ways to sign in, app-password steps where one is needed, where to get an address, Sent."""
    offered = [provider for provider in all_providers() if provider.id != "tuta"]
    assert all(provider.sign_in.methods for provider in offered)
    needing = [p for p in offered if p.sign_in.app_password is not AppPasswordNeed.NONE]
    assert all(p.app_password and len(p.app_password.steps) >= 2 for p in needing)
    # Whoever runs a Zimbra gives out its addresses.
    without = {p.id for p in all_providers() if not p.create_account}
    assert without == {"zimbra"}
    written = [json.loads(file.read_text("utf-8")) for file in CATALOGUE.iterdir()]
    assert all("smtp_keeps_sent_copy" in each for each in written)
    print(f"{len(written)} services, {len(needing)} with app passwords")
    assert len(written) == 46


@each_provider
def test_its_guidance_is_short_and_says_where(provider: Provider) -> None:
    for sentence in sentences_of(provider):
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence.startswith("mail.com")
        assert len(sentence) <= 170, sentence
    if provider.app_password:
        assert 2 <= len(provider.app_password.steps) <= 5
        assert any("In Postroom" in step for step in provider.app_password.steps)
        assert provider.app_password.url or "host_differs_by_site" in provider.quirks
    assert all(page.startswith("https://") and " " not in page for page in pages_of(provider))


@each_provider
def test_what_it_does_differently_is_explained(provider: Provider) -> None:
    assert set(provider.quirks) <= QUIRKS.keys()
    assert ("imap_off_at_first" in provider.quirks) <= (provider.enable_imap is not None)


def test_no_quirk_is_explained_that_nobody_has() -> None:
    assert {slug for provider in all_providers() for slug in provider.quirks} == QUIRKS.keys()


def test_no_file_holds_an_oauth_client() -> None:
    folder = files("postroom.providers") / "catalogue"
    texts = [file.read_text("utf-8") for file in folder.iterdir()]
    assert len(texts) == 46
    assert not [
        text for text in texts if re.search(r"client.?(id|secret)|apps\.google", text, re.I)
    ]


def test_the_guidance_is_ours_and_not_the_reference_pages() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference page lies beside the corpus, which is absent")
    theirs = runs_of_words(REFERENCE.read_text())
    sentences = [text for provider in all_providers() for text in sentences_of(provider)]
    print(f"{len(sentences)} sentences compared")
    assert len(sentences) > 150
    assert [text for text in sentences if runs_of_words(text) & theirs] == []
    assert runs_of_words("Now go to Security > App Passwords. Click Generate") & theirs


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    """Every five words that follow each other."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


def test_the_document_is_drawn_from_the_catalogue() -> None:
    page = (ROOT / "docs" / "providers.md").read_text()
    assert page == compose_catalogue_page(), "draw it: python -m postroom.providers.catalogue_page"


# How a file is read


def test_a_file_of_the_least_length_is_read() -> None:
    provider = parse_provider("alice.json", json.dumps(GOOD))
    assert provider.id == "alice"
    assert provider.imap == (ServerChoice("imap.alice.example", 993, "tls"),)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"id": "bob"}, "its id is the file's name"),
        ({"kind": "family"}, "kind"),
        ({"domains": "alice.example"}, "domains"),
        ({"domains": [1]}, r"domains\[0\]"),
        ({"imap": [{"host": "x.example", "port": "993", "security": "tls"}]}, r"imap\[0\]\.port"),
        ({"imap": [{"host": "x.example", "port": True, "security": "tls"}]}, r"imap\[0\]\.port"),
        ({"imap": [{"host": "x.example", "port": 993, "security": "none"}]}, r"\.security"),
        ({"imap": [{"host": "x.example", "port": 993}]}, "security"),
        ({"imap": ["imap.alice.example"]}, r"imap\[0\]: must be an object"),
        ({"user_name": "nickname"}, "user_name"),
        ({"sign_in": {"methods": ["magic"]}}, r"sign_in\.methods\[0\]"),
        ({"sign_in": {"methods": [], "client_id": "x"}}, "client_id"),
        ({"smtp_keeps_sent_copy": "yes"}, "smtp_keeps_sent_copy"),
        ({"limits": {"connections": 1.5}}, r"limits\.connections"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(change: dict[str, object], place: str) -> None:
    with pytest.raises(CatalogueBroken, match=rf"alice\.json.*{place}"):
        parse_provider("alice.json", json.dumps(GOOD | change))


@pytest.mark.parametrize("missing", GOOD)
def test_a_file_that_lacks_something_is_refused(missing: str) -> None:
    rest = {key: value for key, value in GOOD.items() if key != missing}
    with pytest.raises(CatalogueBroken, match=missing):
        parse_provider("alice.json", json.dumps(rest))


@pytest.mark.parametrize(("name", "text"), [("a.json", "[]"), ("a.json", "{"), ("a.toml", "{}")])
def test_what_is_no_file_of_the_catalogue_is_refused(name: str, text: str) -> None:
    with pytest.raises(CatalogueBroken, match=name):
        parse_provider(name, text)
