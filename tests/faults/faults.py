"""The faults: sudden death, a polite signal, a full disk, a crowd."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands import COMMANDS, EXPECTED, OF_TRAINED, SLOW, TRACEBACK, TRAININGS, in_child, run
from watch import belongings, harm, made, noted_picks, state

from sotw.actions import load_and_build, picks
from sotw.actions.drafting import drafting
from sotw.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_POINTS = ("fsync", "replace", "rename", "link", "unlink")
_READERS, _WRITERS, _NOTED = 10, 2, 5
_MEGABYTES = (0, 1, 34, 40, 48)


@dataclass(frozen=True, slots=True)
class Usual:
    """A command without a fault: how long, which calls how often, and what it leaves."""

    seconds: float
    calls: dict[str, int]
    states: tuple[dict[str, int], dict[str, int]]
    own: dict[str, str]
    made: dict[str, int] | None


class Attack:
    """Attacks on copies of one prepared folder; equal seeds plan equal faults."""

    def __init__(self, prepared: Path, folder: Path, seed: int, *, is_trained: bool) -> None:
        self.prepared, self.folder, self.seed = prepared, folder, seed
        self.chance, self.number, self.is_trained = random.Random(seed), 0, is_trained
        self.usual: dict[str, Usual] = {}
        names = [name for name in COMMANDS if is_trained or name not in OF_TRAINED]
        self.chance.shuffle(names)
        quick = [name for name in names if name not in SLOW]
        self.order = [*names, *quick, *quick]

    def next_command(self) -> tuple[str, Path]:
        """The command whose turn it is, and a folder to run it in."""
        name = self.order[self.number % len(self.order)]
        self.number += 1
        return name, self.copied(self.folder / f"{self.number}", name)

    def copied(self, here: Path, name: str) -> Path:
        """A copy of the prepared folder, as the command wants it."""
        shutil.copytree(self.prepared, here, dirs_exist_ok=True)
        if first := COMMANDS[name].first:
            first(here)
        return here

    def known(self, name: str) -> Usual:
        """What a command does without a fault."""
        if name not in self.usual:
            # Beside what was prepared: another process of this attack knows it too.
            said = self.prepared.with_name(f"usual {name}.json")
            if not said.exists():
                here = self.copied(self.folder / "usual", name)
                if code := in_child(lambda: _observed(here, name, said)):
                    raise RuntimeError(f"sotw {COMMANDS[name].line}: {code}, {said.read_text()}")
                shutil.rmtree(here)
            found = json.loads(said.read_text())
            self.usual[name] = Usual(**{**found, "states": tuple(found["states"])})
        return self.usual[name]

    def judged(self, here: Path, name: str, told: str) -> list[str]:
        """What was harmed, found by a process of its own; the folder goes."""
        usual, said = self.known(name), self.folder / "harm.json"
        said.unlink(missing_ok=True)

        def judge() -> None:
            found = harm(here, name, usual.states, usual.own, usual.made)
            said.write_text(json.dumps(found))

        in_child(judge)
        found = json.loads(said.read_text()) if said.exists() else ["it does not open"]
        shutil.rmtree(here)
        return [f"{name}, {told}, seed {self.seed}: {one}" for one in found]


def _observed(here: Path, name: str, said: Path) -> int:
    command = COMMANDS[name]
    path = here / command.folder / "sotw.duckdb"
    before, own = state(path), belongings(here)
    calls = dict.fromkeys(_POINTS, 0)

    def counted(point: str) -> None:
        calls[point] += 1

    noted = here.parent / "noted.json"

    def observed() -> int:
        for point in _POINTS:
            _watched(point, lambda point=point: counted(point))
        started = time.monotonic()
        code = run(here / command.folder, command.line, said=said)
        noted.write_text(json.dumps([time.monotonic() - started, calls]))
        return code

    code = in_child(observed)
    # Some predictors want more than this history has, and say so.
    if code and not (code in EXPECTED and name in TRAININGS):
        return code
    seconds, calls = json.loads(noted.read_text())
    found = {
        "seconds": seconds,
        "calls": calls,
        "states": [before, state(path)],
        "own": own,
        "made": made(here, command),
    }
    said.write_text(json.dumps(found))
    return 0


def _watched(point: str, called: Callable[[], None]) -> None:
    """Tell of every call of a function of ``os`` before it is made."""
    real = getattr(os, point)

    def watched(*given: object, **named: object) -> object:
        called()
        return real(*given, **named)

    setattr(os, point, watched)


def kill(attack: Attack) -> tuple[bool, list[str]]:
    """Kill a command at a call or at any moment; whether it died, and what was harmed."""
    name, here = attack.next_command()
    usual, chance = attack.known(name), attack.chance
    points = [point for point, many in usual.calls.items() if many]
    point = chance.choice((*points, "any moment", "any moment"))
    left = chance.randrange(usual.calls.get(point, 1))
    seconds = chance.uniform(0.001, usual.seconds)
    told = f"killed at {point} {left}" if point in points else f"killed after {seconds:.3f} s"

    def work() -> int:
        calls = [left]

        def called() -> None:
            calls[0] -= 1
            if calls[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        if point in points:
            _watched(point, called)
        else:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        return run(here / COMMANDS[name].folder, COMMANDS[name].line)

    code = in_child(work)
    found = [] if code < 0 or code in EXPECTED else [f"{name}, {told}: exit code {code}"]
    return code < 0, found + attack.judged(here, name, told)


def stop(attack: Attack) -> tuple[bool, list[str]]:
    """Ask a command to end; whether it was stopped, and what was harmed or left."""
    name, here = attack.next_command()
    usual = attack.known(name)
    seconds = attack.chance.uniform(0.001, usual.seconds / 2)
    number = attack.chance.choice((signal.SIGTERM, signal.SIGINT))
    told, said = f"{number.name} after {seconds:.3f} s", attack.folder / "said"
    said.unlink(missing_ok=True)
    folder, line = here / COMMANDS[name].folder, COMMANDS[name].line

    def work() -> int:
        timer = threading.Timer(seconds, os.kill, (os.getpid(), number))
        timer.daemon = True
        timer.start()
        return run(folder, line, said=said)

    code = in_child(work)
    found = []
    # Minus the number: it came before or after the command had its own answer to it.
    if code not in (*EXPECTED, 128 + number, -number):
        found.append(f"{name}, {told}: exit code {code}: {said.read_text()[-300:]}")
    if code == 128 + number:
        found += [f"{name}, {told}: left {one.name}" for one in folder.glob("*.draft-*")]
        found += [f"{name}, {told}: left {one.name}" for one in folder.glob(".sotw-*")]
    return code in (128 + number, -number), found + attack.judged(here, name, told)


def crowd(folder: Path, seed: int, seconds: float) -> tuple[int, list[str]]:
    """Two writers and ten readers at once; how often somebody read, and what was harmed."""
    folder.mkdir()
    path, counter = folder / "sotw.duckdb", folder / "reads"
    rows = "uts,artist,track\n" + "".join(f"{1_704_100_000 + n * 60},Okto,A\n" for n in range(50))
    for name in ("first", "more"):
        (folder / f"{name}.csv").write_text(rows.replace("Okto", name))
    settings = Settings()
    in_child(lambda: load_and_build.run_ingest(path, [folder / "first.csv"], "ben", settings) and 0)
    until = time.monotonic() + seconds

    def read() -> None:
        times = 0
        # Once at least, however late a process of a busy machine begins.
        while not times or time.monotonic() < until:
            now = state(path)
            if now["raw.plays"] not in (50, 100) or now["plays without a receipt"]:
                raise ValueError(now)
            times += 1
        with counter.open("a") as file:
            file.write(f"{times}\n")

    def write(number: int) -> None:
        chance = random.Random(seed + number)
        os.environ["SOTW_LOCK_SECONDS"] = "600"
        for pick in range(_NOTED):
            picks.run_pick(path, "Okto", f"Pick {number} {pick}", "ana")
            time.sleep(chance.uniform(0, 0.2))
            if number:
                with drafting(path, settings):
                    pass
            else:
                load_and_build.run_ingest(path, [folder / "more.csv"], "ana", settings)

    children = []
    for work in (*[read] * _READERS, *[lambda n=n: write(n) for n in range(_WRITERS)]):
        child = os.fork()
        if not child:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    found = [f"somebody of the crowd ended with {code}" for code in codes if code]
    wanted = {f"Pick {n} {pick}" for n in range(_WRITERS) for pick in range(_NOTED)}
    if in_child(lambda: int(not wanted <= noted_picks(path))):
        found.append("a pick of two writers is lost")
    reads = sum(map(int, counter.read_text().split())) if counter.exists() else 0
    return reads, found if reads else [*found, "nobody of the crowd has read"]


def full_disks(attack: Attack, wanted: int) -> tuple[int, list[str]]:
    """Commands on disks of a few megabytes, in a name space of our own; none where none may be."""
    mount = attack.folder / "disk"
    mount.mkdir()
    here = [sys.executable, str(Path(__file__).with_name("attack.py"))]
    asked = ["--disks", str(wanted), "--full", str(mount), "--prepared", str(attack.prepared)]
    asked += [] if attack.is_trained else ["--short"]
    call = ["unshare", "-rm", *here, *asked, "--seed", str(attack.seed)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, check=False)
    except OSError as error:
        print(f"no disk could be filled here: {error}")
        return 0, []
    if "full disks" not in done.stdout:
        print(f"no disk could be filled here: {done.stderr.strip().splitlines()[-1:]}")
        return 0, []
    *found, last = done.stdout.strip().splitlines()
    return int(last.split()[0]), found


def on_full_disks(attack: Attack, mount: Path, wanted: int) -> None:
    """What runs in the name space: a disk for each command, filled to its last megabytes."""
    for tried in range(wanted):
        name = attack.order[tried % len(attack.order)]
        attack.known(name)
        left = attack.chance.choice(_MEGABYTES)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "x", mount], check=True)
        here = attack.copied(mount / "here", name)
        files = [file.stat() for file in here.rglob("*")]
        used = sum(file.st_blocks * 512 for file in files) + len(files) * 4096
        size = f"remount,size={used + left * 1_000_000}"
        subprocess.run(["mount", "-o", size, mount], check=True)

        def work(name=name, here=here) -> int:
            # The check before a draft is for others; here the disk fills under way.
            shutil.disk_usage = lambda _: shutil._ntuple_diskusage(10**12, 0, 10**12)
            return run(here / COMMANDS[name].folder, COMMANDS[name].line)

        code = in_child(work)
        subprocess.run(["mount", "-o", "remount,size=1g", mount], check=True)
        told = f"{left} MB left"
        if code not in EXPECTED:
            what = "a traceback" if code == TRACEBACK else f"exit code {code}"
            print(f"{name}, {told}: {what}")
        print("".join(f"{one}\n" for one in attack.judged(here, name, told)), end="")
        subprocess.run(["umount", mount], check=True)
    print(f"{wanted} full disks")
