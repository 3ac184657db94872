"""Old mail from a file into a person's history: it is the viewer's own mail, private at first."""

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.crm.models import Person, Stage
from postroom.intake.files import FileRefused
from postroom.intake.taking_in import Taken, take_in
from postroom.web.long_work.progress import Telling, find_stopped
from postroom.web.people.views import ROOMS
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in

# What a browser may send and wait for. The command line takes larger ones.
MOST_MEGABYTES: Final = 200
TOO_LARGE: Final = (
    f"This file has more than {MOST_MEGABYTES} MB. Divide it, or ask whoever runs Postroom to use"
    " “postroom import”, which takes any size."
)


if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class MailFileForm(forms.Form):
    """The file."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label="File",
        help_text=f"mbox, .eml, or a zip of them; at most {MOST_MEGABYTES} MB. An export of"
        " Postroom as mbox or .eml is one.",
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what takes too long."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(TOO_LARGE)
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read a file's emails with this person into the viewer's own mail."""
    person = get_object_or_404(Person, pk=pk)
    form = MailFileForm(request.POST or None, request.FILES or None)
    if form.is_valid() and taken_in(request, form, person):
        return redirect("person", pk)
    context = {
        "form": form,
        "person": person,
        "room": ROOMS[Stage(person.stage)],
        "key": uuid4(),
        "stopped": find_stopped(request.user, request.path, timezone.now()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "intake/person.html", context, status=status)


def taken_in(request: SignedInRequest, form: MailFileForm, person: Person) -> bool:
    """Take it in, and say what came of it; False, with the reason at the field, if it cannot be."""
    file, key = form.cleaned_data["file"], form.cleaned_data["key"] or uuid4()
    telling = Telling(request.user, key, request.path, file.size, timezone.now())

    def tell(so_far: Taken) -> None:
        telling.tell(file.file.tell(), so_far.found, timezone.now())

    try:
        taken = take_in(file.file, request.user, person, timezone.now(), tell)
    except FileRefused as refusal:
        form.add_error("file", refusal.sentence)
        telling.end(0, timezone.now())
        return False
    telling.end(taken.found, timezone.now())
    if taken.new:
        messages.success(request, told(taken))
    else:
        messages.error(request, f"Nothing new. {told(taken)}")
    return True


def told(taken: Taken) -> str:
    """What became of the messages."""
    parts = [
        f"{taken.new:,} new of {taken.found:,} emails",
        f"{taken.here_already:,} were here" if taken.here_already else "",
        f"{taken.of_others:,} are not with this person" if taken.of_others else "",
        f"{taken.erased:,} are with somebody who was erased" if taken.erased else "",
        f"{taken.unreadable:,} could not be read" if taken.unreadable else "",
    ]
    return "; ".join(filter(None, parts)) + "."
