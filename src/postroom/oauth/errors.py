"""What an issuer's refusal means for a mailbox: kinds as those of `net.errors`, told alike."""

from typing import ClassVar

from postroom.net.errors import NetError


class IssuerFailure(NetError):
    """The root; its sentence is made where the failure is met."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__()
        self.sentence = sentence
        self.args = (sentence,)


class GrantRevoked(IssuerFailure):
    """The consent is over: only the mailbox's owner can give it again."""

    kind: ClassVar[str] = "grant_revoked"


class TokenNotTaken(IssuerFailure):
    """The mail server refuses fresh tokens: its owner has to look what the mailbox allows."""

    kind: ClassVar[str] = "token_not_taken"


class ClientRefused(IssuerFailure):
    """The issuer does not take our client: only an administrator can mend it."""

    kind: ClassVar[str] = "client_refused"


class IssuerUnavailable(IssuerFailure):
    """The issuer does not answer as it should; it is asked again, ever more slowly."""

    kind: ClassVar[str] = "issuer_unavailable"


class SignInStopped(IssuerFailure):
    """A sign-in at the issuer came to nothing; `slug` says why, `sentence` what to do."""

    kind: ClassVar[str] = "sign_in_stopped"

    def __init__(self, sentence: str = "", slug: str = "", identity: str = "") -> None:
        super().__init__(sentence)
        self.slug = slug
        self.identity = identity


class TokenRefused(Exception):
    """The issuer answered with an error of RFC 6749 §5.2; `words` is its description."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(error)
        self.error = error
        self.words = words
