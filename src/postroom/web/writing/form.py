"""The fields of an email that is being written."""

from collections.abc import Sequence

from django import forms

from postroom.accounts.models import FromAddress
from postroom.outbox.answering import signed_anew
from postroom.outbox.drafts import Written

TO = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
    "list": "people-known",
}


class WritingForm(forms.Form):
    """Nothing is required while it is a draft."""

    sender = forms.ChoiceField(label="From", required=False)
    to = forms.CharField(label="To", required=False, widget=forms.TextInput(attrs=TO))
    cc = forms.CharField(label="Cc", required=False, widget=forms.TextInput(attrs=TO))
    bcc = forms.CharField(label="Bcc", required=False, widget=forms.TextInput(attrs=TO))
    subject = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 14}))
    html = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "data-rich": ""}),
    )
    is_rich = forms.BooleanField(required=False, widget=forms.HiddenInput)
    has_signature = forms.BooleanField(label="With my signature", required=False)
    has_quote = forms.BooleanField(label="With the quoted email", required=False)
    wants_notice = forms.BooleanField(label="Tell me when it is opened", required=False)

    def __init__(self, senders: Sequence[FromAddress], begun: Written, sent: object = None) -> None:
        self.senders = {str(one.pk): one for one in senders}
        initial = {name: getattr(begun, name) for name in self.base_fields}
        initial["sender"] = begun.sender.pk if begun.sender else None
        super().__init__(sent, initial=initial)  # type: ignore[arg-type]
        choice = self.fields["sender"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - for the type checker
        choice.choices = [(pk, label_of(one)) for pk, one in self.senders.items()]

    @property
    def written(self) -> Written:
        """What was typed, whether it can be sent or not."""
        typed = dict(self.cleaned_data)
        sender = self.senders.get(typed.pop("sender", ""))
        typed["text"] = signed_anew(typed["text"], sender, self.senders.values())
        return Written(sender, **typed)

    @property
    def shows_copies(self) -> bool:
        """Whether Cc and Bcc stand open."""
        return bool(self["cc"].value() or self["bcc"].value() or self["cc"].errors)


def label_of(sender: FromAddress) -> str:
    """A From address as it is chosen."""
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address
