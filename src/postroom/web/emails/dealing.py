"""The deal of an email: which, why, and another one or none by hand, for the whole conversation."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.archive.deal_links import leave_to_the_rule, link_conversation
from postroom.archive.models import Email
from postroom.association.deal_rule import Why
from postroom.association.deals import DealOfEmail, deal_for_email, deals_with
from postroom.association.people import known_people_on
from postroom.crm.models import Deal
from postroom.crm.people import announce_people
from postroom.team.models import User
from postroom.web.emails.access import get_email
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

MOST = 20
NONE, RULE = "none", "rule"
WORDS = {
    Why.CONVERSATION: "It is part of a conversation of this deal.",
    Why.ONLY_ONE: "It is the one deal with the people on this email.",
    Why.CHANGED_LAST: "Of the deals with the people on this email it was changed last.",
    Why.NONE: "",
}


@dataclass(frozen=True, slots=True)
class Dealing:
    """What an email's page shows of its deal, and which others are offered."""

    email: Email
    found: DealOfEmail
    offered: list[Deal]

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say or to choose."""
        return bool(self.offered or self.found.deal or self.is_by_hand)

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody decided it."""
        return self.found.why in (Why.LINKED, Why.TAKEN_OUT)

    @property
    def why(self) -> str:
        """Why it is this deal, in a sentence."""
        if not self.is_by_hand:
            return WORDS[self.found.why]
        who = str(self.found.by or "Somebody who has left")
        if self.found.why == Why.LINKED:
            return f"{who} linked this conversation with it."
        return f"{who} took this conversation out of its deal."


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def deal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The deal under an email's subject; POST links its conversation with another one."""
    email = get_email(request.user, pk)
    if request.method == "POST":
        decide(email, request.POST.get("deal", ""), request.user)
        if not request.htmx:
            messages.success(request, "Saved for the whole conversation.")
            return redirect("email", pk)
    return render(request, "emails/deal.html", {"dealing": dealing_of(email), "is_new": True})


def decide(email: Email, text: str, by: User) -> None:
    """Do what was chosen; 404 for a deal that is not offered."""
    if text == RULE:
        leave_to_the_rule(email)
    elif text == NONE:
        link_conversation(email, None, by, timezone.now())
    else:
        link_conversation(email, find_offered(email, text), by, timezone.now())
    announce_people()


def find_offered(email: Email, text: str) -> Deal:
    """The deal of that id, if it is one of those to choose from."""
    try:
        pk = parse_row_id(text)
    except ValueError:
        raise Http404 from None
    found = next((deal for deal in dealing_of(email).offered if deal.pk == pk), None)
    if found is None:
        raise Http404
    return found


def dealing_of(email: Email) -> Dealing:
    """The email's deal, and the deals of the people on it to choose from."""
    found = deal_for_email(email)
    offered = deals_with(known_people_on(email))[:MOST]
    if found.deal and found.deal not in offered:
        offered.insert(0, found.deal)
    return Dealing(email, found, offered)
