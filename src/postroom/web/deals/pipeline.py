"""Setup › Pipeline: the stages that deals go through. Administrators alone shape it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.crm.models import DealStage, Outcome
from postroom.crm.pipeline import (
    StageNeeded,
    keep_stage,
    remove_stage,
    shift_stage,
    stages_with_counts,
)
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in


class StageForm(forms.Form):
    """A name, a chance, and whether a deal in it is still to be decided."""

    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    probability = forms.IntegerField(
        label="Chance in %", min_value=0, max_value=100, help_text="That a deal in it is won."
    )
    outcome = forms.ChoiceField(label="A deal in it is", choices=Outcome.choices)

    def __init__(self, typed: Any, stage: DealStage) -> None:
        shown = {"name": stage.name, "probability": stage.probability, "outcome": stage.outcome}
        super().__init__(typed, initial=shown)
        self.stage = stage

    def clean_name(self) -> str:
        """A name of its own."""
        name = str(self.cleaned_data["name"])
        if DealStage.objects.exclude(pk=self.stage.pk).filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a stage of this name already.")
        return name

    def keep(self, now: datetime) -> bool:
        """Save it; False, with the reason at its field, when the pipeline cannot be so."""
        for name, value in self.cleaned_data.items():
            setattr(self.stage, name, value)
        try:
            keep_stage(self.stage, now)
        except StageNeeded as refusal:
            self.add_error("outcome", str(refusal))
            return False
        return True


@require_safe
@signed_in
@administrators_only
def pipeline(request: SignedInRequest) -> HttpResponse:
    """The stages in their order."""
    context = {"room": "setup", "stages": stages_with_counts()}
    return render(request, "deals/pipeline.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def new(request: SignedInRequest) -> HttpResponse:
    """Add a stage."""
    return written(request, DealStage(probability=50))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def stage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a stage."""
    return written(request, get_object_or_404(DealStage, pk=pk))


@require_POST
@signed_in
@administrators_only
def place(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let it go one place up or down."""
    shift_stage(get_object_or_404(DealStage, pk=pk), -1 if "up" in request.POST else 1)
    return redirect("pipeline")


@require_POST
@signed_in
@administrators_only
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a stage out in which no deal stands."""
    stage = get_object_or_404(DealStage, pk=pk)
    try:
        remove_stage(stage)
    except StageNeeded as refusal:
        messages.error(request, str(refusal))
        return redirect("pipeline-stage", pk)
    messages.success(request, f"“{stage}” is removed.")
    return redirect("pipeline")


def written(request: SignedInRequest, stage: DealStage) -> HttpResponse:
    """The form, or the pipeline after it was saved."""
    form = StageForm(request.POST or None, stage)
    if request.method == "POST" and form.is_valid() and form.keep(timezone.now()):
        messages.success(request, f"“{stage}” is saved.")
        return redirect("pipeline")
    kept = DealStage.objects.filter(pk=stage.pk).first()
    context = {"room": "setup", "stage": kept, "form": form}
    return render(request, "deals/stage.html", context, status=422 if form.errors else 200)
