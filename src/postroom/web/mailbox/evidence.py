"""The proof of an account as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.archive.comparisons import find_comparison
from postroom.archive.models import Comparison, ProofEntry
from postroom.archive.proofs import FolderProof, history_of, proof_of

SHOWN_CHANGES = 30


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether anything is missing, folder by folder, and when somebody last asked."""

    account: EmailAccount
    folders: Sequence[FolderProof]
    comparison: Comparison | None

    @property
    def compared(self) -> list[FolderProof]:
        """The folders that were compared at least once."""
        return [proof for proof in self.folders if proof.since is not None]

    @property
    def server(self) -> int:
        """Emails on the server."""
        return sum(proof.server for proof in self.folders)

    @property
    def recorded(self) -> int:
        """Emails of these that are here."""
        return sum(proof.recorded for proof in self.folders)

    @property
    def quarantined(self) -> int:
        """Emails of these that were set aside."""
        return sum(proof.quarantined for proof in self.folders)

    @property
    def waiting(self) -> int:
        """Emails of these that wait for the budget of another day."""
        return sum(proof.left_out - proof.older for proof in self.folders)

    @property
    def older(self) -> int:
        """Emails of these that came before the first day that is wanted."""
        return sum(proof.older for proof in self.folders)

    @property
    def missing(self) -> int:
        """Emails of these of which nothing is known here."""
        return sum(proof.missing for proof in self.folders)

    @property
    def refused(self) -> int:
        """Folders that could not be compared."""
        return sum(1 for proof in self.folders if proof.refusal)

    @property
    def can_compare(self) -> bool:
        """Whether to compare now makes sense: not while paused, not with a refused password."""
        is_active = self.account.activation == Activation.ACTIVE
        return is_active and self.account.trouble not in NEEDS_A_PERSON


def evidence_of(account: EmailAccount) -> Evidence:
    """The latest proof of every synced folder."""
    return Evidence(account, proof_of(account), find_comparison(account))


def changes_of(account: EmailAccount) -> list[ProofEntry]:
    """The latest changes of the proof, the newest first."""
    return history_of(account, SHOWN_CHANGES)
