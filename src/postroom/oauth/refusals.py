"""An issuer's refusals, told from its error code and words: what happened, and who does what.

The codes of RFC 6749 §4.1.2.1 and §5.2 say little; Microsoft's AADSTS numbers and Google's words
say which. The first row that fits is the one.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_WORDS_MAX: Final = 2000


class Mender(StrEnum):
    """Who can mend it."""

    PERSON = "person"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"
    """It passes by itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stable slug, who can mend it, and the sentence; `{issuer}` is filled in."""

    slug: str
    mender: Mender
    sentence: str


@dataclass(frozen=True, slots=True)
class _Row:
    pattern: str
    refusal: Refusal


def _row(slug: str, mender: Mender, pattern: str, sentence: str) -> _Row:
    return _Row(pattern, Refusal(slug, mender, sentence))


_ROWS: Final = (
    _row(
        "admin_consent",
        Mender.ADMINISTRATOR,
        r"AADSTS(90094|90093|90095|65001|65005)\b|admin_policy_enforced|^consent_required",
        "{issuer} wants an administrator of your organisation to approve Postroom first. Ask them "
        "to allow it there (at Microsoft: grant admin consent), then sign in again.",
    ),
    _row(
        "not_assigned",
        Mender.ADMINISTRATOR,
        r"AADSTS50105\b",
        "Your organisation lets only some people use Postroom at {issuer}, and this account is not "
        "among them. Ask your administrator to assign it.",
    ),
    _row(
        "organisation_rules",
        Mender.ADMINISTRATOR,
        r"AADSTS530\d{2,3}\b|org_internal|access_blocked",
        "The rules of your organisation at {issuer} do not let this account sign in to Postroom. "
        "Ask its administrator what they want; nothing was connected.",
    ),
    _row(
        "wrong_directory",
        Mender.PERSON,
        r"AADSTS(50020|50034|90072|500200|500208)\b",
        "This account does not belong to the organisation that Postroom is registered for at "
        "{issuer}. Choose another account, or ask your administrator to check the tenant.",
    ),
    _row(
        "tenant_unknown",
        Mender.ADMINISTRATOR,
        r"AADSTS(90002|900023|900021|900144)\b",
        "{issuer} knows no organisation of the tenant that was entered. An administrator has to "
        "correct it under Sign-in services: the Directory (tenant) ID, organizations, consumers or "
        "common.",
    ),
    _row(
        "secret_expired",
        Mender.ADMINISTRATOR,
        r"AADSTS7000222\b",
        "The client secret of Postroom at {issuer} is past its last day. An administrator has to "
        "make a new one there and enter it under Sign-in services; nobody has to sign in again.",
    ),
    _row(
        "secret_wrong",
        Mender.ADMINISTRATOR,
        r"AADSTS(7000215|7000216)\b|client secret is invalid|invalid client secret",
        "{issuer} does not accept the client secret. An administrator has to enter it anew under "
        "Sign-in services: at Microsoft the Value, not the Secret ID.",
    ),
    _row(
        "public_client",
        Mender.ADMINISTRATOR,
        r"AADSTS(7000218|70002)\b",
        "{issuer} does not let this client sign in with a code. An administrator has to switch on "
        "Allow public client flows there, or to enter a client secret here.",
    ),
    _row(
        "client_unknown",
        Mender.ADMINISTRATOR,
        r"AADSTS700016\b|client was not found|deleted_client|disabled_client|AADSTS7000112\b",
        "{issuer} knows no client of this id (any more). An administrator has to compare the "
        "client id under Sign-in services with the one at {issuer}.",
    ),
    _row(
        "redirect",
        Mender.ADMINISTRATOR,
        r"redirect_uri|AADSTS(50011|500112|900971|9002325)\b|redirect ur[il]",
        "The redirect address is not registered at {issuer}. An administrator has to enter it "
        "there letter by letter, as it stands under Sign-in services.",
    ),
    _row(
        "scope",
        Mender.ADMINISTRATOR,
        r"^invalid_scope|AADSTS(70011|650053|650057|65002)\b|^invalid_target",
        "{issuer} does not give Postroom's client the right to read mail. An administrator has to "
        "add the permissions listed under Sign-in services to the client.",
    ),
    _row(
        "declined",
        Mender.PERSON,
        r"^access_denied|^authorization_declined|AADSTS65004\b",
        "The sign-in was cancelled or refused at {issuer}, so nothing was connected. Sign in again "
        "and allow Postroom to read and send mail.",
    ),
    _row(
        "second_factor",
        Mender.PERSON,
        r"AADSTS(50076|50079|50074|50072|50158)\b|^interaction_required|^login_required",
        "{issuer} wants you to confirm who you are once more. Sign in again.",
    ),
    _row(
        "too_late",
        Mender.PERSON,
        r"^expired_token|^code_expired|AADSTS(70008|54005|70020|70019)\b",
        "The sign-in took too long, or the page was loaded twice. Start it again.",
    ),
    _row(
        "busy",
        Mender.NOBODY,
        r"^temporarily_unavailable|^server_error|^slow_down|AADSTS(90033|50196|90024|70046)\b"
        r"|rate.?limit|internal_failure",
        "{issuer} is busy or not available at the moment. Try again in a few minutes.",
    ),
    _row(
        "client_refused",
        Mender.ADMINISTRATOR,
        r"^invalid_client|^unauthorized_client|AADSTS(700\d{2,4}|90013)\b",
        "{issuer} does not accept Postroom's client id or secret. An administrator has to check "
        "both under Sign-in services.",
    ),
)
_COMPILED: Final = tuple((re.compile(row.pattern, re.IGNORECASE), row.refusal) for row in _ROWS)

REVOKED: Final = Refusal(
    "grant_revoked",
    Mender.PERSON,
    "{issuer} has ended Postroom's access to this mailbox: it was taken back, the password was "
    "changed, or it ran out. Sign in again; what is here stays, and nothing is lost.",
)
CODE_REFUSED: Final = Refusal(
    "too_late",
    Mender.PERSON,
    "{issuer} does not accept this sign-in any more: it took too long, or the page was loaded "
    "twice. Start it again.",
)
NOT_UNDERSTOOD: Final = Refusal(
    "not_understood",
    Mender.PERSON,
    "{issuer} refused the sign-in. Start it again; if that does not help, show your administrator "
    "the words below.",
)


def refusal_of(error: str, words: str) -> Refusal:
    """What an error code with its description means; NOT_UNDERSTOOD where nothing fits."""
    told = f"{error[:100]} {words[:_WORDS_MAX]}"
    for pattern, refusal in _COMPILED:
        if pattern.search(told):
            return refusal
    return NOT_UNDERSTOOD


def is_over(error: str, words: str) -> bool:
    """Whether a refused refresh means that the owner has to consent again (RFC 6749 §5.2).

    A second factor or a rule of the organisation is told as `invalid_grant` too: only a person's
    sign-in brings a new grant then.
    """
    return error in ("invalid_grant", "interaction_required", "consent_required", "access_denied")
