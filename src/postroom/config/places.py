"""Where Postroom keeps its files and listens when nobody says otherwise."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SYSTEM_DATA_DIR: Final = "/var/lib/postroom"
DEFAULT_BIND: Final = "127.0.0.1:8025"
# Addresses to listen on, not to visit.
EVERYWHERE: Final = ("0.0.0.0:", "[::]:")


def default_data_dir(environ: Mapping[str, str]) -> str:
    """Return the system's place for root, the person's own otherwise.

    XDG Base Directory Specification: a relative `XDG_DATA_HOME` is to be ignored.
    """
    if os.geteuid() == 0:
        return SYSTEM_DATA_DIR
    home = environ.get("XDG_DATA_HOME", "")
    if not Path(home).is_absolute():
        home = f"{environ.get('HOME') or Path.home()}/.local/share"
    return f"{home}/postroom"


def default_secret_key_file(environ: Mapping[str, str]) -> str:
    """Return the key file's place in whichever data directory holds."""
    data_dir = environ.get("POSTROOM_DATA_DIR", "").strip() or default_data_dir(environ)
    return f"{data_dir}/secret.key"


def default_erasures_file(environ: Mapping[str, str]) -> str:
    """Return the place of the register of erasures in whichever data directory holds."""
    data_dir = environ.get("POSTROOM_DATA_DIR", "").strip() or default_data_dir(environ)
    return f"{data_dir}/erasures"


def default_url(environ: Mapping[str, str]) -> str:
    """Return the address at which a browser on this machine finds the web server."""
    bind = environ.get("POSTROOM_BIND", "").strip() or DEFAULT_BIND
    if bind.startswith(EVERYWHERE):
        bind = f"localhost:{bind.rpartition(':')[2]}"
    return f"http://{bind}"


def make_data_dir(data_dir: Path) -> None:
    """Create the data directory if it is absent; a folder that exists is left as it is.

    As root the embedded PostgreSQL runs as another user, who must be able to pass through (0711)
    but not to list; everything in it that is secret has its own mode.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        data_dir.mkdir(mode=0o700)
    except FileExistsError:
        return
    if os.geteuid() == 0:
        data_dir.chmod(0o711)
