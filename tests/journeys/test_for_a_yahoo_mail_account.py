"""For a Yahoo Mail Account.

"Sign into your Yahoo Mail account. … In the Account Info page, select Account security. Under
Two-step Verification, click Generate app password. In order to generate app-specific password, the
Two-step verification must be switched on. …"
"""

import pytest

from journeys.app_passwords import usual_refused_then_app_password
from journeys.conftest import World
from postroom.team.models import User
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_usual_password_is_refused_and_the_app_password_opens_the_mailbox(
    visit: Visit, alice: User, world: World
) -> None:
    link = "https://login.yahoo.com/account/security"
    account = usual_refused_then_app_password(visit, alice, "Yahoo", "alice@yahoo.com", link)
    assert account.provider == "yahoo"
