"""The form of a rule: its trigger, its conditions and its deeds, a line each; no script needed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from postroom.accounts.models import EmailAccount
from postroom.rules.conditions import KINDS, LONGEST_TEXT, Kind, Step, Takes
from postroom.rules.deeds import DEEDS, Deed
from postroom.rules.models import WAITS_DAYS, Rule, Trigger
from postroom.rules.writing import MOST_DAYS, MOST_STEPS, RuleUnusable, WrittenRule
from postroom.team.models import User

SPARE_LINES = {"conditions": 3, "deeds": 2}
TABLES: dict[str, Mapping[str, Kind | Deed]] = {"conditions": KINDS, "deeds": DEEDS}


class TellingSelect(forms.Select):
    """A choice that tells the style sheet what goes beside it, so that nothing idle is shown."""

    def __init__(self, takes: Mapping[str, str]) -> None:
        super().__init__()
        self._takes = takes

    def create_option(self, name: str, value: Any, *args: Any, **more: Any) -> dict[str, Any]:
        """An option with what it takes."""
        option = super().create_option(name, value, *args, **more)
        option["attrs"]["data-takes"] = self._takes.get(str(value), Takes.NOTHING)
        return option


WAITS = {trigger.value: "days" for trigger in WAITS_DAYS}


class StepForm(forms.Form):
    """One line: a kind, and what it takes. An empty line is none."""

    kind = forms.ChoiceField(required=False)
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, kinds: Mapping[str, Kind | Deed], word: str, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        choices = [("", "…"), *((name, kind.words) for name, kind in kinds.items())]
        kind, text = self.fields["kind"], self.fields["text"]
        kind.widget = TellingSelect({name: kind.takes for name, kind in kinds.items()})
        kind.choices, kind.label = choices, word  # type: ignore[attr-defined]
        text.label = f"{word}: words or number"

    def step(self) -> Step | None:
        """What the line says."""
        kind = self.cleaned_data.get("kind") or ""
        table = KINDS | DEEDS
        takes = table[kind].takes if kind in table else Takes.NOTHING
        text = "" if takes == Takes.NOTHING else self.cleaned_data.get("text", "").strip()
        return Step(kind=kind, text=text) if kind else None


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
            part: lines_of(part, getattr(rule, part) if rule else [], typed) for part in TABLES
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
        if refusal.where in self.fields:
            self.add_error(refusal.where, refusal.sentence)
        else:
            self.wrong_part[refusal.where] = refusal.sentence


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


def lines_of(part: str, steps: list[Step], typed: Any) -> list[StepForm]:
    """A line for each step, and some to spare."""
    word = "Condition" if part == "conditions" else "Deed"
    number = min(len(steps) + SPARE_LINES[part], MOST_STEPS)
    return [
        StepForm(
            typed,
            prefix=f"{part}-{index}",
            initial=dict(steps[index]) if index < len(steps) else None,
            kinds=TABLES[part],
            word=f"{word} {index + 1}",
        )
        for index in range(number)
    ]


def steps_of(lines: Iterable[StepForm]) -> list[Step]:
    """The lines that say something."""
    return [step for line in lines if (step := line.step())]
