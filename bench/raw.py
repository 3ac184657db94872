"""Where the bytes of messages may lie: in PostgreSQL, in files, in an S3-compatible storage.

    python -m bench.raw [--messages 3000] [--print]

Writes its section of docs/benchmarks.md. The S3 peer is moto, in a process of its own on loopback:
what it costs is a floor, for a real one is across a network.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.rivals import install_object_storage
from bench.sync import a_place
from journeys.installation import Installation
from postroom.config import postgres
from web.browser import answers, free_port, wait_for

BUCKET = "raw"
FILES = "django.core.files.storage.FileSystemStorage"
S3 = "storages.backends.s3.S3Storage"
SECTION = """## Where raw messages lie

Written by `python -m bench.raw`. {messages:,} generated messages, stored a hundred in a transaction
(compressed, with their rows), read one by one in random order, then deleted a thousand at a time.
ADR 21 decides by it.

{table}
{conditions}"""
HEADINGS = ("", "stored/s", "read, median ms", "read, 95 % ms", "deleted/s")


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--print", action="store_true", help="Write nothing.")
    arguments = parser.parse_args()
    measured = conditions()
    with a_place() as place:
        rows = [
            (name, *measure(place, number, storage, arguments.messages))
            for number, (name, storage) in enumerate(ways(place))
        ]
    section = SECTION.format(
        messages=arguments.messages,
        table=table(HEADINGS, rows),
        conditions=table(("", ""), measured),
    )
    print(section)
    if not arguments.print:
        write_section("raw", section)


def ways(place: Path) -> Iterator[tuple[str, str]]:
    """Each way with its setting; the S3 peer runs while it is measured."""
    yield "PostgreSQL", ""
    yield "files on the same disk", f"{FILES}?{urlencode({'location': str(place / 'raw')})}"
    if libraries := install_object_storage():
        with moto(libraries) as url:
            options = {
                "bucket_name": BUCKET,
                "endpoint_url": url,
                "access_key": "moto",
                "secret_key": "moto",
                "region_name": "us-east-1",
            }
            yield "S3 (moto)", f"{S3}?{urlencode(options)}"


@contextmanager
def moto(libraries: Path) -> Iterator[str]:
    """An S3 server with an empty bucket, until we leave."""
    sys.path.append(str(libraries))
    import boto3  # type: ignore[import-not-found]

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        program,
        env={"PYTHONPATH": str(libraries)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(lambda: answers(f"{url}/moto-api/"))
            keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
            client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
            client.create_bucket(Bucket=BUCKET)
            yield url
        finally:
            process.kill()


def measure(place: Path, number: int, storage: str, messages: int) -> tuple[str, ...]:
    """One way, in a process of its own with the setting, in a database of its own."""
    own = place / f"way{number}"
    own.mkdir(mode=0o711)
    url = postgres.ensure_running(own / "data")
    settings = {"POSTROOM_DATA_DIR": str(own / "data"), "POSTROOM_RAW_STORAGE": storage}
    try:
        postroom = Installation(url, settings)
        postroom.run("account", "list")
        program = [sys.executable, "-m", "bench.raw_way", str(messages)]
        environment = postroom.environment | {"PYTHONPATH": ":".join(sys.path)}
        ran = subprocess.run(program, env=environment, check=True, stdout=subprocess.PIPE)
    finally:
        postgres.stop(own / "data")
    took = json.loads(ran.stdout)
    return (
        f"{took['stored']:,.0f}",
        f"{took['median']:.1f}",
        f"{took['slow']:.1f}",
        f"{took['deleted']:,.0f}",
    )


if __name__ == "__main__":
    main()
