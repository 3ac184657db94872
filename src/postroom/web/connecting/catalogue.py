"""The mail services as the pages show them: Popular Email Services, and all others by name."""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.accounts.models import Protocol
from postroom.providers import (
    AppPasswordNeed,
    Method,
    Provider,
    popular_providers,
    search_providers,
)

ISSUERS = {"google": "Google", "microsoft": "Microsoft"}
WORDS_MAX = 100

NEEDS = {
    AppPasswordNeed.REQUIRED: "with an app password",
    AppPasswordNeed.IF_2FA: "with a password, or an app password",
    AppPasswordNeed.NONE: "with a password",
}


class ProtocolWord:
    """A protocol in the address of a page; any other word names no page."""

    regex = "imap|pop"

    def to_python(self, word: str) -> Protocol:
        """The protocol of the word."""
        return Protocol(word)

    def to_url(self, protocol: str) -> str:
        """The word of the protocol."""
        return protocol


@dataclass(frozen=True, slots=True)
class ShownProvider:
    """A mail service to choose, or the reason why it cannot be chosen."""

    provider: Provider

    @property
    def letters(self) -> str:
        """What stands on its stamp: its digits, else its first letter. No logo is copied."""
        digits = "".join(letter for letter in self.provider.name if letter.isdigit())
        return digits or self.provider.name[:1]

    @property
    def sign_in(self) -> str:
        """How one signs in there, in a few words."""
        signing = self.provider.sign_in
        if Method.OAUTH2 in signing.methods[:1]:
            return f"Sign in with {ISSUERS[signing.oauth_issuer]}"
        return NEEDS[signing.app_password].capitalize()

    @property
    def also_known_as(self) -> str:
        """Its other names, and the first of the domains that are one."""
        domains = [name for name in self.provider.domains if name[-1] != ">" and name[0] != "*"][:3]
        return ", ".join(dict.fromkeys((*self.provider.other_names, *domains)))

    @property
    def protocols(self) -> list[Protocol]:
        """How its mail can be read, the best way first."""
        offered = {Protocol.IMAP: self.provider.imap, Protocol.POP: self.provider.pop}
        return [protocol for protocol, servers in offered.items() if servers]

    @property
    def why_not(self) -> str:
        """Why it is not offered; empty if it is."""
        return "" if self.provider.offered else self.provider.notes[0]


def popular_services() -> list[ShownProvider]:
    """The tiles, in their order. Reference: Set up IMAP Account."""
    return [ShownProvider(provider) for provider in popular_providers()]


def services_for(words: str) -> list[ShownProvider]:
    """What the words typed fit; without words, all that are offered."""
    return as_shown(search_providers(words[:WORDS_MAX]))


def as_shown(providers: Iterable[Provider]) -> list[ShownProvider]:
    """The offered ones first; otherwise as they came."""
    return [ShownProvider(each) for each in sorted(providers, key=lambda each: not each.offered)]
