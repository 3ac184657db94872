"""Why a backup or a restore does not go on."""

from postroom.team.refusal import Refusal


class BackupRefused(Refusal):
    """It cannot be done; the sentence says why and what to do. Nothing was changed."""
