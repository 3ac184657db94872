"""The figures beside an Emails list, and whose mail there is: asked for once the list is there.

They cost as much as the list itself, and nobody waits for them.
"""

from django.http import HttpResponse
from django.shortcuts import render

from postroom.association import count_related, sharers_with
from postroom.association.reach import accounts_in_reach
from postroom.web.emails.related import About, RelatedList, filters_for
from postroom.web.sign_in import SignedInRequest


def figures(request: SignedInRequest, about: About) -> HttpResponse:
    """How many emails each filter leaves, of the first thousand."""
    return render(request, "emails/figures.html", counted(request, about))


def counted(request: SignedInRequest, about: About) -> dict[str, object]:
    """What is to be filled in for it, by pages that have more to count."""
    viewer = request.user
    reach = accounts_in_reach(viewer)
    filters = filters_for(about.whose, viewer, request.GET, reach)
    counts = count_related(about.whose, viewer, filters.without_marks.choice, reach)
    sharers = None
    if "sharers" in request.GET:
        sharers = sharers_with(about.whose, viewer, reach).exclude(pk=viewer.pk)
    related = RelatedList(about, viewer, filters, [], "", is_first=True)
    return {"counts": counts, "related": related, "sharers": sharers}
