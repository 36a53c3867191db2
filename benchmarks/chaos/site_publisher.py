"""A site that publishes until its standard input ends. Usage: -m benchmarks.chaos.site_publisher JSON

It says ``ready`` first; in the end how many events it has published on each channel, and what became of them.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections import Counter
from itertools import cycle

import django
from django.conf import settings

#: Seconds that what waits is given to go out.
PATIENCE = 60


def main() -> None:
    given = json.loads(sys.argv[1])
    settings.configure(SECRET_KEY=given["secret_key"], INSTALLED_APPS=["onair"], ONAIR=given["settings"])
    django.setup()
    import onair
    from benchmarks.chaos.following import EVENT
    from onair.publishing import stats

    published: Counter[str] = Counter()
    print("ready", flush=True)
    for channel in cycle(given["channels"]):
        if select.select([sys.stdin], [], [], given["pause"])[0]:
            break
        onair.publish(channel, EVENT, [given["number"], published[channel]])
        published[channel] += 1
    deadline = time.monotonic() + PATIENCE
    while stats.read().sent < published.total() and time.monotonic() < deadline:
        time.sleep(0.05)
    now = stats.read()
    print(json.dumps({"published": published, "sent": now.sent, "stats": str(now)}), flush=True)


if __name__ == "__main__":
    main()
