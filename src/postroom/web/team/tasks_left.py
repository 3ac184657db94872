"""Setup › Users: what somebody without access leaves undone, given to a colleague in one step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.crm.models import Task
from postroom.crm.tasks import hand_tasks_over
from postroom.team.audit import note
from postroom.team.models import Act, Permission, User
from postroom.web.permission import needs
from postroom.web.sign_in import SignedInRequest, signed_in


class TasksLeft(forms.Form):
    """Whose they are from now on."""

    to = forms.ModelChoiceField(
        label="Give them to", queryset=User.objects.none(), empty_label="Choose a colleague"
    )

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed)
        self.fields["to"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]


def tasks_left_by(user: User) -> int:
    """How many open tasks wait for somebody who cannot sign in any more."""
    return 0 if user.is_active else Task.objects.filter(assignee=user, done_at=None).count()


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def tasks_left(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give all of them away at once."""
    leaver = get_object_or_404(User, pk=pk, is_active=False)
    form = TasksLeft(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was given away. Choose a colleague who can sign in.")
        return redirect("user", pk)
    to: User = form.cleaned_data["to"]
    with transaction.atomic():
        number = hand_tasks_over(leaver, to)
        note(Act.TASKS_GIVEN, request.user, leaver, timezone.now(), f"{number} to {to.email}")
    messages.success(request, f"{to} has {number} open task{'s' * (number != 1)} of {leaver} now.")
    return redirect("user", pk)
