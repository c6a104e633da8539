"""How the benchmarks time things: CPU seconds of whole processes, in turns, and their memory.

CPU (user and system, children counted) says what a command costs whatever else the machine does;
taking turns lets its load fall on each alike. Wall time is shown beside it, never compared.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a process took; ``megabytes`` is its most at once."""

    cpu: float
    wall: float
    megabytes: float


def run(command: Sequence[str | Path], **environment: str) -> Cost:
    """Run a command to its end, quietly; what it says is shown where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{said.decode()}")
    wall = time.perf_counter() - started
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def in_turns(ways: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median cost of each way; every round runs each once."""
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            costs[name].append(way())
    return {
        name: Cost(
            statistics.median(one.cpu for one in of_way),
            statistics.median(one.wall for one in of_way),
            max(one.megabytes for one in of_way),
        )
        for name, of_way in costs.items()
    }


def machine() -> str:
    """The machine and how busy it is, for the top of every table."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{named[0] if named else platform.processor()}, {os.cpu_count()} cores, "
        f"load {load}; Python {platform.python_version()}"
    )
