"""What a server's refusal means, and what a person is told."""

import re
import time
from pathlib import Path
from typing import Final

import pytest

from postroom.providers import all_providers, find_hint, find_provider
from postroom.providers.error_patterns import PATTERNS, Phase
from postroom.providers.error_sentences import ADVICE

ROWS: Final = Path(__file__).with_name("provider_replies.txt").read_text("utf-8").splitlines()[1:]
SPLIT: Final = [row.split(maxsplit=3) for row in ROWS]
REPLIES: Final = [
    (provider.strip("-"), phase, words, slug) for provider, phase, slug, words in SPLIT
]
REFINED: Final = {"app_password_likely", "app_password_if_2fa"}


@pytest.mark.parametrize(("provider", "phase", "words", "slug"), REPLIES)
def test_it_knows_what_the_server_means(provider: str, phase: str, words: str, slug: str) -> None:
    hint = find_hint(provider, phase, words)
    assert hint is not None
    assert hint.slug == slug


def test_the_table_covers_every_meaning() -> None:
    print(f"{len(REPLIES)} replies, {len(ADVICE)} meanings")
    assert len(REPLIES) >= 100
    assert {slug for *_, slug in REPLIES} == set(ADVICE)
    assert {pattern.slug for pattern in PATTERNS} | REFINED == set(ADVICE)
    assert {provider for provider, *_ in REPLIES} - {""} <= {each.id for each in all_providers()}


@pytest.mark.parametrize("slug", ADVICE)
def test_a_sentence_says_what_to_do_in_plain_words(slug: str) -> None:
    sentence, tries_again = ADVICE[slug].sentence, ADVICE[slug].tries_again
    filled = sentence.format(name="Alice Mail", page="“Here”", enable="Tick it.", sign_in="OAuth")
    assert filled.endswith(".")
    assert len(filled) < 240
    assert tries_again == ("Nothing to do" in filled or "tries again later" in filled), filled


def test_a_refused_sign_in_is_never_tried_again() -> None:
    refused = [slug for *_, slug in REPLIES if "refused" in slug or "password" in slug]
    assert len(refused) > 30
    assert not any(ADVICE[slug].tries_again for slug in refused if slug != "append_refused")


def test_it_speaks_of_the_service_and_its_own_page() -> None:
    hint = find_hint("gmail", Phase.SIGN_IN, "NO [AUTHENTICATIONFAILED] Invalid credentials")
    assert hint is not None
    assert hint.sentence.startswith("Gmail refused the sign-in.")
    assert "“App passwords at Google”" in hint.sentence


def test_it_reminds_of_imap_where_the_service_has_a_switch_for_it() -> None:
    zoho, gmail = (find_provider(each) for each in ("zoho_personal", "gmail"))
    assert zoho
    assert zoho.enable_imap
    assert gmail
    words = "NO [AUTHENTICATIONFAILED] Invalid credentials"
    reading, sending = (
        find_hint("zoho_personal", phase, words) for phase in (Phase.SIGN_IN, Phase.SMTP_SIGN_IN)
    )
    assert reading
    assert sending
    assert zoho.enable_imap.step in reading.sentence
    assert zoho.enable_imap.step not in sending.sentence


def test_it_names_nobody_where_the_service_is_unknown() -> None:
    hint = find_hint("", "sign_in", "NO [AUTHENTICATIONFAILED] Authentication failed.")
    assert hint == find_hint("no such service", "sign_in", "NO LOGIN failed")
    assert hint is not None
    assert hint.sentence.startswith("The mail server refused")


@pytest.mark.parametrize("words", ["", "OK done", "NO", "Привет", "\x00\x00", "NO [ALERT] Hello"])
def test_it_says_nothing_where_it_knows_nothing(words: str) -> None:
    assert find_hint("gmail", Phase.SIGN_IN, words) is None


@pytest.mark.parametrize("provider", [each.id for each in all_providers()] + [""])
def test_every_meaning_can_be_said_of_every_service(provider: str) -> None:
    hints = [find_hint(provider, phase, words) for _, phase, words, _ in REPLIES]
    said = [hint.sentence for hint in hints if hint]
    assert len(said) >= len(REPLIES) - 10
    assert not [sentence for sentence in said if re.search(r"[{}]|None|  ", sentence)]


@pytest.mark.parametrize("piece", ["account ", "auth ", "NO LOGIN ", "-ERR ", "[", "a" * 50 + " "])
def test_a_server_cannot_keep_it_busy_with_words(piece: str) -> None:
    started = time.process_time()
    find_hint("yahoo", Phase.SIGN_IN, piece * 200_000)
    assert time.process_time() - started < 0.5
