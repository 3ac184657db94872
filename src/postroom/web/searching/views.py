"""Search: the page, what is suggested while somebody types, and the searches that they keep."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from postroom.archive.search_query import LONGEST, parse_query
from postroom.team.models import SavedSearch
from postroom.team.written_once import asking
from postroom.web.asked_ahead import before_mail
from postroom.web.diary.removing import removed_from_list
from postroom.web.searching.diary import diary_found
from postroom.web.searching.rows import page_of, typed_words
from postroom.web.searching.saved import MOST_SAVED, keep, searches_of
from postroom.web.searching.suggestions import OPERATORS, suggestions_for
from postroom.web.searching.waiting import waiting_for
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def search(request: SignedInRequest) -> HttpResponse:
    """What is found, or what could be searched for."""
    before_mail(request, of_rest=[asking(searches_of, request.user.pk)])
    words = typed_words(request.GET.get("q", ""))
    after = request.GET.get("after", "")
    page, diary = page_of(request.user, words, after), diary_found(request.user, words, after)
    context: dict[str, object] = {"page": page, "searched": words, "diary": diary}
    if page.is_first and not page.rows and not diary:
        context["waiting"] = waiting_for(request.user)
    if request.htmx:
        return render(request, "search/found.html", context)
    context["operators"] = OPERATORS
    context["saved"] = searches_of(request.user.pk)
    return render(request, "search/search.html", context)


@require_safe
@signed_in
def suggestions(request: SignedInRequest) -> HttpResponse:
    """How what was typed may go on."""
    words, today = typed_words(request.GET.get("q", "")), timezone.localdate()
    found = suggestions_for(request.user, words, today)
    return render(request, "search/suggestions.html", {"suggestions": found})


@require_POST
@signed_in
def save(request: SignedInRequest) -> HttpResponse:
    """Keep a search under a name; the same name again is the same search changed."""
    words = typed_words(request.POST.get("q", ""))[:LONGEST].strip()
    name = " ".join(typed_words(request.POST.get("name", "")).split())[:60] or words[:60]
    if not parse_query(words).groups:
        messages.error(request, "There is nothing to keep yet. Search for something first.")
    elif keep(request.user, name, words):
        messages.success(request, f"“{name}” is kept. It stands under the search box.")
    else:
        messages.error(request, f"There are {MOST_SAVED} kept searches. Remove one first.")
    return redirect(f"{reverse('search')}?{urlencode({'q': words})}")


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Forget a search that was kept."""
    saved = get_object_or_404(SavedSearch, pk=pk, user=request.user)
    return removed_from_list(request, saved, f"“{saved.name}” is not kept any more.")
