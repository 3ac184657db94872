"""Availability.

"Permission Required: Users who have the permission to integrate emails can setup IMAP integration."
"""

from collections.abc import Callable

import pytest
from django.test import Client

from postroom.team.models import Profile, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

SETUP = "/setup/channels/email/"
PAGES = {
    "a service": f"{SETUP}services/gmail/",
    "Other Mail": f"{SETUP}other-mail/",
    "a custom server": f"{SETUP}other-mail/imap/",
    "an address": f"{SETUP}connection/",
}


@pytest.mark.parametrize("case", PAGES)
def test_who_lacks_the_permission_reads_whom_to_ask_on_every_page_of_the_flow(
    case: str, bob: User, as_user: SignIn
) -> None:
    reader = Profile.objects.create(name="Reader", permissions=[])
    User.objects.filter(pk=bob.pk).update(profile=reader)
    response = as_user(User.objects.get(pk=bob.pk)).get(PAGES[case])
    assert response.status_code == 403
    assert "Ask" in response.content.decode()


@pytest.mark.parametrize("case", PAGES)
def test_who_has_it_is_shown_the_way(case: str, alice: User, as_user: SignIn) -> None:
    """The control."""
    assert as_user(alice).get(PAGES[case], follow=True).status_code == 200
