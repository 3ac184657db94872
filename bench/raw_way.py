"""Store, read and delete messages as the settings say; prints how fast as JSON.

python -m bench.raw_way COUNT      run by bench.raw
"""

import json
import random
import statistics
import sys
import time

from postroom.cli.bootstrap import set_up_django

set_up_django()

from bench.mailbox import compose  # noqa: E402 - needs Django
from postroom.archive.models import RawMessage  # noqa: E402
from postroom.archive.raw import bytes_of, keep_raw  # noqa: E402
from postroom.archive.replayable import replayable  # noqa: E402
from postroom.cleanup.bites import forget_raw  # noqa: E402

BATCH, BITE, READ = 100, 1_000, 500


def main(count: int) -> None:
    """Measure and print."""
    batches = [
        [compose(n) for n in range(first, min(first + BATCH, count))]
        for first in range(0, count, BATCH)
    ]
    begun = time.perf_counter()
    digests = [digest for batch in batches for digest in replayable()(keep_raw)(batch)]
    stored = count / (time.perf_counter() - begun)
    times = sorted(map(reading_time, random.Random(7).choices(digests, k=READ)))
    begun = time.perf_counter()
    for first in range(0, count, BITE):
        replayable()(forget_raw)(digests[first : first + BITE])
    told = {
        "stored": stored,
        "median": 1_000 * statistics.median(times),
        "slow": 1_000 * times[int(len(times) * 0.95)],
        "deleted": count / (time.perf_counter() - begun),
    }
    print(json.dumps(told))


def reading_time(digest: bytes) -> float:
    """Seconds to read one message."""
    begun = time.perf_counter()
    bytes_of(RawMessage.objects.get(pk=digest))
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]))
