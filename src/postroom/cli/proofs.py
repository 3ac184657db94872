"""Print the proof of an account: what the server has, what is recorded, what is missing."""

from collections.abc import Sequence
from typing import Any

from postroom.archive.proofs import FolderProof
from postroom.cli.printing import print_json, print_table

COLUMNS = ("folder", "server", "recorded", "quarantined", "missing")


def proof_rows(proofs: Sequence[FolderProof]) -> list[dict[str, Any]]:
    """One row a folder."""
    return [proof_row(proof) for proof in proofs]


def proof_row(proof: FolderProof) -> dict[str, Any]:
    """The proof of one folder."""
    return {
        "folder": proof.folder.name,
        "server": proof.server,
        "recorded": proof.recorded,
        "quarantined": proof.quarantined,
        "missing": proof.missing,
    }


def print_proofs(proofs: Sequence[FolderProof], *, as_json: bool) -> None:
    """The table, or JSON."""
    rows = proof_rows(proofs)
    if as_json:
        print_json(rows)
    else:
        print_table(COLUMNS, [list(row.values()) for row in rows])
