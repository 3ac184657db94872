"""What every page asks, so that a page asks it in one round trip with what is its own. ADR 74.

Nothing here decides anything: a question that is missing is asked where its answer is needed, and
one that nobody comes for was asked in vain (`tests/web/test_what_a_page_asks.py`).
"""

from collections.abc import Iterable

from django.utils import timezone

from postroom.accounts.asking import waiting_for
from postroom.association.reach import what_decides
from postroom.association.visibility import first_excluded
from postroom.crm.tasks import overdue_of
from postroom.team.models import User, the_one
from postroom.team.written_once import Asked, ahead, asking
from postroom.web.sign_in import SignedInRequest


def of_mail(viewer: User) -> list[Asked]:
    """What decides whose mail is shown."""
    return [asking(the_one), asking(first_excluded), *what_decides(viewer)]


def of_frame(viewer: User) -> list[Asked]:
    """What the menu tells."""
    today = timezone.localdate().isoformat()
    return [asking(overdue_of, viewer.pk, today), asking(waiting_for, viewer.pk)]


def before_mail(
    request: SignedInRequest, of_list: Iterable[Asked] = (), of_rest: Iterable[Asked] = ()
) -> None:
    """Before a page with mail is made; where its list alone is asked for, without the rest."""
    rest = [*of_frame(request.user), *of_rest] if is_whole(request) else []
    ahead(*of_mail(request.user), *of_list, *rest)


def is_whole(request: SignedInRequest) -> bool:
    """Whether a whole page is asked for, and not a part of one that is open.

    So it is, too, when a browser goes back to a page that it forgot.
    """
    return not request.htmx or bool(request.htmx.history_restore_request)
