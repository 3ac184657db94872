"""What is typed of a template."""

from datetime import datetime

from django import forms

from postroom.outbox.drafts import NotSendable
from postroom.outbox.models import EmailTemplate, TemplateSharing
from postroom.outbox.templates import TemplateText, keep_template
from postroom.team.models import Role
from postroom.web.refusals import explain


class TemplateForm(forms.Form):
    """A template's name, folder, text, and who may write with it."""

    name = forms.CharField(
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a name by which you will find it."},
    )
    folder = forms.CharField(
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "folders"}),
    )
    subject = forms.CharField(
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-takes": ""}),
    )
    html = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "data-rich": "small"}),
    )
    sharing = forms.ChoiceField(
        label="Who writes with it", choices=TemplateSharing.choices, widget=forms.RadioSelect
    )
    roles = forms.ModelMultipleChoiceField(
        Role.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, template: EmailTemplate, sent: object = None) -> None:
        self.template = template
        names = ("name", "folder", "subject", "html", "sharing")
        initial = {name: getattr(template, name) for name in names}
        initial["roles"] = list(template.roles.all()) if template.pk else []
        super().__init__(sent, initial=initial)  # type: ignore[arg-type]
        if not Role.objects.exists():
            self.without_roles()

    def without_roles(self) -> None:
        """Where there are no roles, nothing is asked about them."""
        del self.fields["roles"]
        sharing = self.fields["sharing"]
        assert isinstance(sharing, forms.ChoiceField)  # noqa: S101 - for the type checker
        choices = TemplateSharing.choices
        sharing.choices = [one for one in choices if one[0] != TemplateSharing.ROLES]

    def clean(self) -> dict[str, object]:
        """Shared with roles, there must be one."""
        cleaned = super().clean() or {}
        if cleaned.get("sharing") == TemplateSharing.ROLES and not cleaned.get("roles"):
            self.add_error("roles", "Choose at least one role, or share it otherwise.")
        return cleaned

    def keep(self, now: datetime) -> bool:
        """Keep it; False, with the reason at its field, when it cannot be kept."""
        typed = dict(self.cleaned_data)
        typed["sharing"] = TemplateSharing(typed["sharing"])
        try:
            keep_template(self.template, TemplateText(**typed), now)
        except NotSendable as refusal:
            explain(self, refusal)
            return False
        return True
