"""Postroom's web application, whose connections to public addresses end at servers of this test.

`python -m servers.redirected`, instead of uvicorn's own command: nothing else differs from
production. The file TEST_ROUTES tells which local port plays `address:port`; it is read at every
connection. What is not in it is refused, so that no test ever leaves this machine.
"""

import asyncio
import json
import os
import socket
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from pathlib import Path
from typing import Any

import uvicorn

Connect = Any


def redirect(connect: Connect) -> Connect:
    """Lead connections to where the routes say."""

    async def sock_connect(
        loop: asyncio.AbstractEventLoop, dialling: socket.socket, place: tuple[Any, ...]
    ) -> None:
        routes = read_routes()
        host, port = place[:2]
        if host.startswith("127."):
            await connect(loop, dialling, place)
        elif f"{host}:{port}" in routes:
            await connect(loop, dialling, ("127.0.0.1", routes[f"{host}:{port}"]))
        else:
            raise ConnectionRefusedError(111, "refused")

    return sock_connect


def read_routes() -> dict[str, int]:
    """The routes as they are at this moment."""
    routes: dict[str, int] = json.loads(Path(os.environ["TEST_ROUTES"]).read_text())
    return routes


if __name__ == "__main__":
    loop: Any = BaseSelectorEventLoop
    loop.sock_connect = redirect(loop.sock_connect)
    uvicorn.run(
        "postroom.config.asgi:application",
        port=int(sys.argv[1]),
        log_level="warning",
        loop="asyncio",
        timeout_graceful_shutdown=1,
    )
