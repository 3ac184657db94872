"""From a mail server into the archive, provably complete."""

from postroom.sync.once import SyncResult, sync_once

__all__ = ["SyncResult", "sync_once"]
