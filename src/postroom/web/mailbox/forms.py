"""Fields that several pages of Email Configuration share."""

from typing import Self

from django import forms

from postroom.accounts.models import EmailAccount, Security, Sharing
from postroom.team.models import StorageMode

SHARING_CHOICES = (
    (Sharing.PRIVATE, "Private – only you see these emails"),
    (Sharing.CUSTOM, "Custom – colleagues see them for the people you choose"),
    (Sharing.PUBLIC, "Public – colleagues see your emails with leads and contacts"),
)
STORAGE_CHOICES = (
    ("", "As the organisation decided"),
    (StorageMode.MATCHED, "Bodies only of mail with leads and contacts"),
    (StorageMode.EVERYTHING, "Bodies of all mail"),
    (StorageMode.STRICT, "Nothing at all of other mail"),
)
SECURITY_CHOICES = (
    (Security.TLS, "TLS"),
    (Security.STARTTLS, "STARTTLS"),
    (Security.NONE, "None"),
)


def typed(**attributes: str) -> dict[str, str]:
    """Attributes of a field for machine words: no capitals, no spell checking."""
    return {"autocapitalize": "none", "spellcheck": "false", **attributes}


def secret_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """A password of a mail server: never filled in by us, and taken to the letter."""
    return forms.CharField(
        label=label,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
        strip=False,
        required=required,
        help_text=help_text,
        error_messages={"required": "Enter the mailbox’s password."},
    )


def host_field(label: str, example: str, *, required: bool = True) -> forms.CharField:
    """The name of a mail server."""
    return forms.CharField(
        label=label,
        max_length=253,
        required=required,
        widget=forms.TextInput(attrs=typed(placeholder=example)),
        error_messages={"required": "Enter the server’s name, as your provider gives it."},
    )


def port_field() -> forms.IntegerField:
    """A port; empty means the usual one."""
    return forms.IntegerField(
        label="Port",
        min_value=1,
        max_value=65535,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def security_field() -> forms.ChoiceField:
    """How the connection is protected; empty means TLS."""
    return forms.ChoiceField(
        label="Security", choices=SECURITY_CHOICES, initial=Security.TLS, required=False
    )


class SharingForm(forms.Form):
    """With whom a new account's mail is shared. Reference: Email Sharing Settings."""

    sharing = forms.ChoiceField(
        label="Email Sharing Settings", choices=SHARING_CHOICES, widget=forms.RadioSelect
    )


class StorageForm(forms.Form):
    """How much of an account's mail is copied here."""

    storage = forms.ChoiceField(
        label="What is copied here?",
        choices=STORAGE_CHOICES,
        required=False,
        widget=forms.RadioSelect,
        help_text="It holds for what comes from now on; what is here already stays.",
    )

    @classmethod
    def of(cls, account: EmailAccount) -> Self:
        """The form as it stands for an account."""
        return cls(initial={"storage": account.storage})
