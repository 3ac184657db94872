"""What is typed of a From address. Reference: More From Addresses."""

from typing import Self

from django import forms

from postroom.accounts.models import EmailAccount, FromAddress, KeepSent
from postroom.outbox.quoting import text_as_html
from postroom.outbox.signatures import LONGEST
from postroom.web.mailbox.forms import typed

KEEP_SENT_CHOICES = (
    (KeepSent.AUTO, "Automatic – a copy is added to Sent where the server keeps none itself"),
    (KeepSent.ALWAYS, "Always – a copy is added unless one is there"),
    (KeepSent.NEVER, "Never"),
)


class KeepSentForm(forms.Form):
    """Whether a copy of what is sent is stored on the server."""

    keep_sent = forms.ChoiceField(
        label="Store sent messages on the server",
        choices=KEEP_SENT_CHOICES,
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, account: EmailAccount) -> Self:
        """The form as it stands for an account."""
        return cls(initial={"keep_sent": account.keep_sent})


class SenderForm(forms.Form):
    """What is written of a From address."""

    name = forms.CharField(
        label="Display name",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    reply_to = forms.CharField(
        label="Reply to",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs=typed(autocomplete="off")),
        help_text="Where answers go, if not to the address itself.",
    )
    signature_html = forms.CharField(
        label="Signature",
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-rich": "small"}),
        error_messages={"max_length": "The signature is too large. Use smaller images."},
    )

    @classmethod
    def of(cls, sender: FromAddress, sent: object = None) -> Self:
        """The form as it stands for a From address."""
        initial = {name: getattr(sender, name) for name in ("name", "reply_to")}
        initial["signature_html"] = sender.signature_html or text_as_html(sender.signature)
        return cls(sent, initial=initial)  # type: ignore[arg-type]


class NewSenderForm(SenderForm):
    """A From address to be added."""

    address = forms.CharField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs=typed(autocomplete="off")),
        help_text="A code is sent there, to make sure that it is yours.",
        error_messages={"required": "Enter the address you want to write from."},
    )
    field_order = ("address", "name", "reply_to", "signature_html")


class CodeForm(forms.Form):
    """The code that was sent to the address."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code from the email."},
    )
