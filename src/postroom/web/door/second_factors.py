"""Two factors at the door: who has to set one up, and how secrets of factors are kept."""

from contextlib import suppress
from typing import Any, Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.http import HttpRequest

from postroom.accounts.factor_seals import seal_factor, unseal_factor
from postroom.accounts.sealing import SealBroken
from postroom.team.models import Organisation, User
from postroom.team.second_factors import has_factor, lacks_wanted_factor, may_remove

MUST_SET_UP: Final = "must_set_up_factor"
NEW_SECRET: Final = "new_second_factor"  # noqa: S105 - a name
ELSEWHERE: Final = "openid"
"""How a sign-in at the organisation's provider is recorded: that asks for factors itself."""
LAST_FACTOR: Final = (
    "Your organisation wants a second factor, and this is your last one. Add another one first."
)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of factors lie sealed in the database, and in no session as they are."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change every half minute: use the one"
        " that is shown now.",
        "cannot_delete_authenticator": LAST_FACTOR,
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret; one that the key file does not open matches no code."""
        try:
            return unseal_factor(encrypted_text)
        except SealBroken:
            return str(generate_totp_secret())

    def get_totp_issuer(self) -> str:
        """How an app calls it: by the organisation, which is what people know."""
        return f"Postroom ({Organisation.get().name})"

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The last one stays where the organisation wants one."""
        return may_remove(authenticator)


class NewCodesForm(ActivateTOTPForm):  # type: ignore[misc]
    """An app's codes are added with the first of them. The secret waits sealed in the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.secret = self.kept_secret()
        self.fields["code"].label = "Code that the app shows"
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "placeholder": ""}

    def kept_secret(self) -> str:
        """The secret of the page before; a new page has a new one."""
        session = current_request().session
        if self.is_bound and (sealed := session.get(NEW_SECRET)):
            with suppress(SealBroken):
                return unseal_factor(sealed)
        secret: str = generate_totp_secret()
        session[NEW_SECRET] = seal_factor(secret)
        return secret


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey, with a name to know it by; it also signs in by itself."""

    name = forms.CharField(
        max_length=60,
        required=False,
        label="Name, to know it by",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passwordless = forms.BooleanField(initial=True, required=False, widget=forms.HiddenInput)


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name."""

    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def current_request() -> HttpRequest:
    """The request that allauth works on."""
    from allauth.core import context

    request: HttpRequest = context.request
    return request


def lead_to_set_up(request: HttpRequest, user: User) -> None:
    """At the sign-in: who has no factor, where one is wanted, comes to nothing else until then."""
    request.session.pop(MUST_SET_UP, None)
    methods = request.session.get("account_authentication_methods", [])
    if any(method.get("method") == ELSEWHERE for method in methods):
        return
    if lacks_wanted_factor(user):
        request.session[MUST_SET_UP] = True


def must_set_up(request: HttpRequest, user: User) -> bool:
    """Whether the one who asks still has to set a factor up; costs others nothing."""
    if not request.session.get(MUST_SET_UP):
        return False
    if not has_factor(user):
        return True
    del request.session[MUST_SET_UP]
    return False
