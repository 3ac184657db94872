"""Say what was refused: at the top of the next page, or at the field where it is mended."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from postroom.team.refusal import Refusal


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """What is refused within is said at the top of the next page."""
    try:
        yield
    except Refusal as refusal:
        messages.error(request, refusal.sentence)


def explain(form: forms.Form, refusal: Refusal) -> None:
    """At its field, or above the form that has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
