"""Conditions and deeds in a form: a line each, some to spare; no script needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from postroom.association.steps import LONGEST_TEXT, MOST_STEPS, KindOfStep, Step, Takes


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


class StepForm(forms.Form):
    """One line: a kind, and what it takes. An empty line is none."""

    kind = forms.ChoiceField(required=False)
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, kinds: Mapping[str, KindOfStep], word: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self._kinds = kinds
        choices = [("", "…"), *((name, kind.words) for name, kind in kinds.items())]
        kind, text = self.fields["kind"], self.fields["text"]
        kind.widget = TellingSelect({name: kind.takes for name, kind in kinds.items()})
        kind.choices, kind.label = choices, word  # type: ignore[attr-defined]
        text.label = f"{word}: words or number"

    def step(self) -> Step | None:
        """What the line says."""
        kind = self.cleaned_data.get("kind") or ""
        takes = self._kinds[kind].takes if kind in self._kinds else Takes.NOTHING
        text = "" if takes == Takes.NOTHING else self.cleaned_data.get("text", "").strip()
        return Step(kind=kind, text=text) if kind else None


@dataclass(frozen=True, slots=True)
class Lines:
    """A part of a form: the kinds to choose from, what a line is called, how many are to spare."""

    kinds: Mapping[str, KindOfStep]
    word: str
    spare: int

    def of(self, part: str, steps: Sequence[Step], typed: Any) -> list[StepForm]:
        """A line for each step, and some to spare."""
        number = min(len(steps) + self.spare, MOST_STEPS)
        return [
            StepForm(
                typed,
                prefix=f"{part}-{index}",
                initial=dict(steps[index]) if index < len(steps) else None,
                kinds=self.kinds,
                word=f"{self.word} {index + 1}",
            )
            for index in range(number)
        ]


def steps_of(lines: Iterable[StepForm]) -> list[Step]:
    """The lines that say something."""
    return [step for line in lines if (step := line.step())]
