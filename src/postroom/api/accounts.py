"""Connected mailboxes: how they are doing, what is missing, pause and resume."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from postroom.accounts.access import accounts_for
from postroom.accounts.lifecycle import WITHOUT_PASSWORD, Decision
from postroom.accounts.models import EmailAccount, Sight
from postroom.accounts.sharing_rules import reason_of
from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.paging import Page, RowId, Wanted, by_id, page
from postroom.api.problems import ABSENT, Problem, invalid
from postroom.api.shapes import AccountOut, ProofOut
from postroom.archive.proofs import FolderProof, proof_of
from postroom.engine.pausing import pause_keeping, resume_keeping
from postroom.team.models import User

router = Router(tags=["Accounts"])

WITH_RULE = ("in_force__rule__role", "in_force__rule__set_by")
COUNTS = ("server", "recorded", "quarantined", "left_out", "missing")


@router.get("", response=Page[AccountOut])
def list_accounts(
    request: KeyRequest, response: HttpResponse, wanted: Query[Wanted]
) -> dict[str, object]:
    """One's own mailboxes, those of one's teams, and all for who manages email settings."""
    found, place = by_id(found_for(request.auth.user), wanted)
    return page(request, response, [account_out(account) for account in found], place)


@router.get("/{account_id}", response=AccountOut)
def show_account(request: KeyRequest, account_id: RowId) -> dict[str, object]:
    """How one mailbox is doing."""
    return account_out(get_account(request.auth.user, account_id))


@router.get("/{account_id}/proof", response=ProofOut)
def show_proof(request: KeyRequest, account_id: RowId) -> dict[str, object]:
    """Whether anything is missing: the mail server's messages beside those that are here."""
    account = get_account(request.auth.user, account_id)
    return proof_out(proof_of(account), is_own=account.owner_id == request.auth.user_id)


@router.post("/{account_id}/pause", response=AccountOut, auth=WRITE)
def pause_account(request: KeyRequest, account_id: RowId) -> dict[str, object]:
    """Fetch no more mail of one's own mailbox; what is here stays."""
    account = get_syncing_account(request.auth.user, account_id)
    pause_keeping(account, Decision(timezone.now(), request.auth.user))
    return account_out(account)


@router.post("/{account_id}/resume", response=AccountOut, auth=WRITE)
def resume_account(request: KeyRequest, account_id: RowId) -> dict[str, object]:
    """Fetch mail again, and try again whatever went wrong before."""
    account = get_syncing_account(request.auth.user, account_id)
    resume_keeping(account, request.auth.user)
    return account_out(account)


def found_for(viewer: User) -> QuerySet[EmailAccount]:
    """The mailboxes whose state the viewer may see, with what an answer needs."""
    return accounts_for(viewer).select_related(*WITH_RULE)


def get_account(viewer: User, pk: int) -> EmailAccount:
    """The mailbox whose state the viewer may see. Raises Problem."""
    account = found_for(viewer).filter(pk=pk).first()
    if account is None:
        raise Problem(ABSENT)
    return account


def get_own_account(viewer: User, pk: int) -> EmailAccount:
    """The viewer's own mailbox. Raises Problem."""
    account = get_account(viewer, pk)
    if account.owner_id != viewer.pk:
        raise Problem(ABSENT)
    return account


def get_syncing_account(viewer: User, pk: int) -> EmailAccount:
    """The viewer's own mailbox, if it can be paused and resumed. Raises Problem."""
    account = get_own_account(viewer, pk)
    if account.activation in WITHOUT_PASSWORD:
        detail = f"{account} is {account.activation}. Enter its password on its page first."
        raise invalid("path.account_id", detail)
    return account


def account_out(account: EmailAccount) -> dict[str, object]:
    """A mailbox as it is answered."""
    return {
        "id": account.pk,
        "address": account.address,
        "owner": account.owner.email,
        "protocol": account.protocol,
        "sharing": account.in_force.mode,
        "sight": Sight(account.in_force.sight).name.lower(),
        "sharing_because": reason_of(account.in_force),
        "activation": account.activation,
        "trouble": account.trouble_sentence,
        "connected_at": account.connected_at,
        "first_complete_at": account.first_complete_at,
        "last_complete_at": account.last_complete_at,
    }


def proof_out(proofs: Sequence[FolderProof], *, is_own: bool) -> dict[str, object]:
    """A proof as it is answered; names of folders are the owner's alone."""
    sums = {name: sum(getattr(proof, name) for proof in proofs) for name in COUNTS}
    is_whole = bool(proofs) and all(proof.is_whole for proof in proofs)
    folders = [folder_out(proof) for proof in proofs] if is_own else []
    return {**sums, "is_whole": is_whole, "folders": folders}


def folder_out(proof: FolderProof) -> dict[str, object]:
    """One folder of a proof."""
    counts = {name: getattr(proof, name) for name in COUNTS}
    return {
        "folder": proof.folder.name,
        **counts,
        "refusal": proof.refusal,
        "since": proof.since,
    }
