"""The piece of a page that asks every second how far its import or export is."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.web.long_work.progress import find_work
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def progress(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Of the viewer's own work; of others' and of none it says that nothing has begun."""
    work = find_work(request.user, key)
    is_stopped = work is not None and work.is_stopped(timezone.now())
    context = {"key": key, "work": work, "is_stopped": is_stopped}
    return render(request, "long_work/progress.html", context)
