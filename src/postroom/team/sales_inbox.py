"""Whether a user has SalesInbox. Reference: Clean-up policy (R-008) switches it off."""

from datetime import datetime

from django.db import transaction

from postroom.team.audit import note
from postroom.team.models import Act, User


@transaction.atomic
def switch_sales_inbox(
    user: User, *, on: bool, by: User | None, now: datetime, why: str = ""
) -> bool:
    """Switch it on or off, with a line in the audit log; False where it was so already.

    `by` is None where nobody did it but a rule; `why` says which.
    """
    changed = User.objects.filter(pk=user.pk).exclude(salesinbox_on=on).update(salesinbox_on=on)
    user.salesinbox_on = on
    if changed:
        note(Act.SALESINBOX_ON if on else Act.SALESINBOX_OFF, by, user.email, now, why)
    return bool(changed)
