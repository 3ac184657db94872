"""Of whom the viewer sees mail with somebody: the drop-down of the Emails related list."""

from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, EveryParticipant
from postroom.association.people import among
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.visibility import visible_to
from postroom.association.whose import Whose, addresses_for, gathered_for
from postroom.team.models import User


def sharers_with(
    whose: Whose, viewer: User, reach: InReach | None = None, *, only: int | None = None
) -> QuerySet[User]:
    """The users of whom the viewer sees mail with them, their own included; of one user only."""
    reach = reach or accounts_in_reach(viewer)
    accounts = reach.accounts if viewer.is_active else []
    if only is not None:
        of_one = EmailAccount.objects.filter(pk__in=accounts, owner=only)
        accounts = list(of_one.values_list("pk", flat=True))
    seen = visible_to(viewer, reach).order_by()
    gathered = gathered_for(whose, seen)
    if gathered is None:
        shared = accounts_with(addresses_for(whose), accounts, seen)
    else:
        its = seen.filter(pk__in=among(pk for pk, _ in gathered), account__in=accounts)
        shared = set(its.values_list("account", flat=True))
    return User.objects.filter(email_accounts__in=shared).distinct()


def accounts_with(addresses: list[str], accounts: list[int], seen: QuerySet[Email]) -> set[int]:
    """Those of the accounts in which some of the emails that are seen are with these addresses.

    The newest email of each account is asked first, which settles most of them; only those where
    that one may not be seen are gone through.
    """
    mail = EveryParticipant.objects.filter(canonical__in=addresses, account__in=accounts)
    newest = mail.order_by("account", "-sent_at").distinct("account")
    of_account = dict(newest.values_list("email", "account"))
    shown = set(seen.filter(pk__in=among(list(of_account))).values_list("account", flat=True))
    left = set(of_account.values()) - shown
    if not left:
        return shown
    others = mail.filter(account__in=left).exclude(email__in=list(of_account))
    rest = seen.filter(pk__in=others.values("email")).values_list("account", flat=True)
    return shown | set(rest.distinct())
