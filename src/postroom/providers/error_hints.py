"""Turns a server's words into what they mean at this service, and the one thing to do."""

from dataclasses import dataclass
from typing import Final

from postroom.providers.error_patterns import PATTERNS, Phase
from postroom.providers.error_sentences import ADVICE
from postroom.providers.lookup import find_provider
from postroom.providers.provider import AppPasswordNeed, Method, Provider

__all__ = ["Hint", "Phase", "find_hint"]

# Long enough for every refusal seen; a hostile server's megabyte is not searched.
_WORDS_MAX: Final = 1000
_SIGN_IN_AT: Final = {"google": "Sign in with Google", "microsoft": "Sign in with Microsoft"}
_BY_NEED: Final = {
    AppPasswordNeed.REQUIRED: "app_password_likely",
    AppPasswordNeed.IF_2FA: "app_password_if_2fa",
    AppPasswordNeed.NONE: "sign_in_refused",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """A stable slug, why and what to do for a person, and whether Postroom may try again by itself.

    A refused sign-in is never tried again: Yahoo and others then lock out the right password too.
    """

    slug: str
    cause: str
    fix: str
    tries_again: bool

    @property
    def sentence(self) -> str:
        """Both in one."""
        return f"{self.cause} {self.fix}"


def find_hint(
    provider_id: str, phase: Phase | str, words: str, name: str = "The mail server"
) -> Hint | None:
    """Return what `words`, said in `phase`, mean; None where they say nothing we know.

    `provider_id` may be empty or unknown: then the sentence speaks of `name`.
    """
    text = " ".join(words[:_WORDS_MAX].split())
    for pattern in PATTERNS:
        if pattern.phases and phase not in pattern.phases:
            continue
        if pattern.providers and provider_id not in pattern.providers:
            continue
        if pattern.words.search(text):
            return _hint(pattern.slug, find_provider(provider_id), phase, name)
    return None


def _hint(slug: str, provider: Provider | None, phase: str, name: str) -> Hint:
    if slug == "sign_in_refused" and provider:
        slug = _why_refused(provider)
    advice = ADVICE[slug]
    names = _named(provider, name)
    fix = advice.fix.format_map(names)
    if slug in _BY_NEED.values() and phase == Phase.SIGN_IN:
        fix += _imap_too(provider)
    return Hint(slug, advice.cause.format_map(names), fix, advice.tries_again)


def _why_refused(provider: Provider) -> str:
    """Return the likeliest reason why this service takes no password."""
    if provider.sign_in.methods == (Method.OAUTH2,):
        return "oauth_only"
    return _BY_NEED[provider.sign_in.app_password]


def _imap_too(provider: Provider | None) -> str:
    """Return the reminder of services that refuse every password while IMAP is off."""
    if provider is None or provider.enable_imap is None:
        return ""
    return f" IMAP must be on as well. {provider.enable_imap.step}"


def _named(provider: Provider | None, name: str) -> dict[str, str]:
    page = provider.app_password.page if provider and provider.app_password else ""
    step = provider.enable_imap.step if provider and provider.enable_imap else ""
    issuer = provider.sign_in.oauth_issuer if provider else ""
    return {
        "name": provider.name if provider else name,
        "page": f"“{page}”" if page else "the security settings of your account",
        "enable": step or "Switch it on in the mailbox's settings on the web.",
        "sign_in": _SIGN_IN_AT.get(issuer, "a sign-in at the provider"),
    }
