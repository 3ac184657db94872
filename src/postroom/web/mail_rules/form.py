"""The form of a rule: its trigger, its conditions and its deeds, a line each; no script needed."""

from typing import Any

from django import forms

from postroom.accounts.models import EmailAccount
from postroom.association.conditions import KINDS
from postroom.rules.deeds import DEEDS
from postroom.rules.models import WAITS_DAYS, Rule, Trigger
from postroom.rules.writing import MOST_DAYS, RuleUnusable, WrittenRule
from postroom.team.models import User
from postroom.web.step_lines import Lines, TellingSelect, steps_of

# The kinds of a part's lines, what a line is called, and how many there are to spare.
PARTS: dict[str, Lines] = {
    "conditions": Lines(KINDS, "Condition", 3),
    "deeds": Lines(DEEDS, "Deed", 2),
}


WAITS = {trigger.value: "days" for trigger in WAITS_DAYS}


class RuleForm(forms.Form):
    """A rule of one's own."""

    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the rule a name."},
    )
    trigger = forms.ChoiceField(
        label="When",
        choices=Trigger.choices,
        initial=Trigger.RECEIVED,
        widget=TellingSelect(WAITS),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        label="For how many days",
    )
    account = forms.ModelChoiceField(
        queryset=EmailAccount.objects.none(),
        required=False,
        label="In",
        empty_label="All my mailboxes",
    )
    needs_all = forms.ChoiceField(
        label="If", choices=(("all", "all of these are so"), ("any", "any of these is so"))
    )
    is_last = forms.BooleanField(
        required=False, label="Apply no further rules to the emails it met"
    )
    is_on = forms.BooleanField(required=False, initial=True, label="The rule is on")

    def __init__(self, owner: User, rule: Rule | None, typed: Any = None) -> None:
        super().__init__(typed, initial=initial_of(rule) if rule else None)
        self.fields["account"].queryset = EmailAccount.objects.filter(owner=owner)  # type: ignore[attr-defined]
        self.lines = {
            part: lines.of(part, getattr(rule, part) if rule else [], typed)
            for part, lines in PARTS.items()
        }
        self.wrong_part: dict[str, str] = {}

    def written(self) -> WrittenRule | None:
        """What was written; None, with the reason at its field, when it cannot be read."""
        every = [line for lines in self.lines.values() for line in lines]
        if not all([self.is_valid(), *(line.is_valid() for line in every)]):
            return None
        said = self.cleaned_data
        trigger = Trigger(said["trigger"])
        return WrittenRule(
            name=said["name"],
            trigger=trigger,
            conditions=steps_of(self.lines["conditions"]),
            deeds=steps_of(self.lines["deeds"]),
            account=said["account"],
            days=said["days"] if trigger in WAITS_DAYS else None,
            needs_all=said["needs_all"] == "all",
            is_last=said["is_last"],
            is_on=said["is_on"],
        )

    def refuse(self, refusal: RuleUnusable) -> None:
        """Say why it was not saved where it is to be mended."""
        if refusal.field in self.fields:
            self.add_error(refusal.field, refusal.sentence)
        else:
            self.wrong_part[refusal.field] = refusal.sentence


def initial_of(rule: Rule) -> dict[str, object]:
    """A rule as the form shows it."""
    return {
        "name": rule.name,
        "trigger": rule.trigger,
        "days": rule.days,
        "account": rule.account_id,
        "needs_all": "all" if rule.needs_all else "any",
        "is_last": rule.is_last,
        "is_on": rule.is_on,
    }
