"""Why a backup or a restore does not go on."""


class BackupRefused(Exception):
    """It cannot be done; the sentence says why and what to do. Nothing was changed."""
