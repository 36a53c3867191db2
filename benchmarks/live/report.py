"""What was found, with the goal beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.live.delivery import Delays, Window
from benchmarks.live.rendering import Ratio, Tracking
from benchmarks.live.sizes import OTHERS

#: At most so many times the plain page. What is added to one that is not live is none, within what two
#: measurements of the same thing differ by.
TRACKED, UNTRACKED = 1.7, 1.05

#: Seconds until the patch is there, the median and 99 of 100, for a write of the same process and another's.
SOON = {False: (0.030, 0.150), True: (0.060, 0.300)}

#: Bytes of the client.
SIZE = 12_288


def tracked(found: Tracking) -> Iterator[str]:
    yield "| page | plain, ms | ms | CPU | goal | |"
    yield "|---|--:|--:|--:|---|---|"
    yield _compared("plain, where others are live", found.after, UNTRACKED)
    yield _compared("with one region, `{% live %}`", found.live, TRACKED)
    yield _compared("live as a whole, `RTView`", found.whole, TRACKED)


def again(found: Ratio) -> Iterator[str]:
    yield "| all anew, ms | with what was kept, ms | CPU |"
    yield "|--:|--:|--:|"
    yield f"| {found.base * 1e3:.2f} | {found.cost * 1e3:.2f} | {found.ratio:.2f}× |"


def window(found: Window) -> Iterator[str]:
    yield "| | renderings | goal | | server's CPU, ms | bytes to each |"
    yield "|---|--:|---|---|--:|--:|"
    yield (
        f"| live | {found.renderings} | {' | '.join(_verdict(found.renderings, 1))} "
        f"| {found.cpu * 1e3:,.0f} | {found.size:,} |"
    )
    yield (
        f"| each asks for the page again | {found.viewers:,} | | | {found.reload_cpu * 1e3:,.0f} "
        f"| {found.reload_size:,} |"
    )
    yield (
        f"| times as much | | | | {found.reload_cpu / found.cpu:,.0f}× "
        f"| {found.reload_size / found.size:,.0f}× |"
    )


def delays(found: Mapping[tuple[str, bool], Delays]) -> Iterator[str]:
    yield "| database | written by | changes | median, ms | goal | | 99 %, ms | goal | |"
    yield "|---|---|--:|--:|---|---|--:|---|---|"
    for (database, is_foreign), one in found.items():
        median, p99 = (goal * 1e3 for goal in SOON[is_foreign])
        cells = (
            database,
            "SQL of another process" if is_foreign else "the process with the sockets",
            str(one.count),
            f"{one.median * 1e3:.1f}",
            *_verdict(one.median * 1e3, median),
            f"{one.p99 * 1e3:.1f}",
            *_verdict(one.p99 * 1e3, p99),
        )
        yield f"| {' | '.join(cells)} |"


def size(found: int) -> Iterator[str]:
    yield "| client | kB, gzipped | goal | |"
    yield "|---|--:|---|---|"
    yield f"| onair.js | {found / 1e3:.1f} | {' | '.join(_verdict(found / 1e3, SIZE / 1e3))} |"
    for name, other in OTHERS.items():
        yield f"| {name} | {other:.1f} (not of this run) | | |"


def _compared(page: str, found: Ratio, goal: float) -> str:
    verdict = " | ".join(_verdict(found.ratio, goal, "×"))
    return f"| {page} | {found.base * 1e3:.2f} | {found.cost * 1e3:.2f} | {found.ratio:.2f}× | {verdict} |"


def _verdict(figure: float, goal: float, unit: str = "") -> tuple[str, str]:
    return f"≤ {goal:g}{unit}", "met" if figure <= goal else "**short**"
