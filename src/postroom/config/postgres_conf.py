"""What the embedded PostgreSQL is told: its settings, who may connect, and as whom.

The three files are written anew before every start, so an upgrade of Postroom brings its settings
along; `ALTER SYSTEM` still has the last word.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

# The app's role owns its database and nothing else; the superuser only prepares it.
ROLE: Final = "postroom"
# The front doors take this one, for which row-level security holds.
WEB_ROLE: Final = "postroom_web"
DATABASE: Final = "postroom"
SUPERUSER: Final = "postgres"
PORT: Final = 5432

SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    # No replicas and no archive hang on this server; backups are dumps.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "cluster_name": "postroom",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    # Statements and the details of errors hold people's mail; the log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For databases that are thrown away: three times as fast, and lost with the machine's power.
THROWAWAY: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
MAP: Final = "postroom"


def compose_settings(conf: Path, log: Path, sockets: Path, throwaway: bool) -> str:
    """Return the text of `postgresql.conf`."""
    settings = {
        **SETTINGS,
        **(THROWAWAY if throwaway else {}),
        "hba_file": str(conf / "pg_hba.conf"),
        "ident_file": str(conf / "pg_ident.conf"),
        "log_directory": str(log),
        "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
    }
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def compose_access() -> str:
    """Return the text of `pg_hba.conf`: the kernel says who is at the other end of the socket.

    Peer rather than a password: there is nothing to steal, to log or to rotate, and only the one
    user of `compose_users` is let in, not even the one the server runs as.
    PostgreSQL: 20.9 Peer Authentication.
    """
    return f"local all all peer map={MAP}\n"


def compose_users(app_user: str) -> str:
    """Return the text of `pg_ident.conf`: the app's system user and the roles it may take."""
    name = app_user.replace('"', '""')
    return "".join(f'{MAP} "{name}" {role}\n' for role in (ROLE, SUPERUSER))


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
