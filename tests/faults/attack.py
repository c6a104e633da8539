"""Attack the warehouse file as a bad day would; what must never happen is counted.

    python tests/faults/attack.py [--short] [--seed N] [--kills N] [--files N]

Every writing command is killed at its n-th fsync, rename, link or unlink and at random moments,
runs into full disks, and competes with others while ten readers look on. After each fault the
published file must open and hold the state before the command or the one after it, whole, and no
pick that was noted may be lost. Exports of every family are spoilt by bench/fuzz_ingest.py.
Bounded and seeded: equal seeds plan equal faults. Exit code 1 where a fault did harm.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / name) for name in ("bench", "ingest", "")]
sys.path.insert(0, str(HERE.parent.parent))

import every_kind  # noqa: E402
import fuzz_ingest  # noqa: E402

from sotw import warehouse  # noqa: E402
from sotw.actions import backup, forget, load_and_build, picks  # noqa: E402
from sotw.actions.drafting import drafting  # noqa: E402
from sotw.errors import SotwError  # noqa: E402
from sotw.settings import Settings  # noqa: E402
from sotw.warehouse.inbox import inbox_path, taken  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

_POINTS = ("fsync", "replace", "rename", "link", "unlink")
_SETTINGS = Settings()
_SHORT, _LONG = (14, 60), (240, 10_000)
_READERS, _WRITERS, _NOTED = 10, 2, 5
_TIMES = range(1_704_100_000, 1_704_103_000, 60)
_EXPORT = "uts,artist,track\n" + "".join(f"{at},Okto,Arms {at}\n" for at in _TIMES)


def _ingest(path: Path, folder: Path) -> None:
    load_and_build.run_ingest(path, [folder / "more.csv"], "ana", _SETTINGS)


def _drain(path: Path, _folder: Path) -> None:
    with drafting(path, _SETTINGS):
        pass


def _forget_import(path: Path, _folder: Path) -> None:
    forget.forget_file(path, forget.file_of(path, 1), _SETTINGS)


def _forget_listener(path: Path, _folder: Path) -> None:
    forget.forget_listener(path, "ben", _SETTINGS)


def _pick(path: Path, _folder: Path) -> None:
    picks.run_pick(path, "Okto", "Late", "ana")


def _backup(path: Path, folder: Path) -> None:
    backup.backup(path, folder / "new.backup")


def _restore(path: Path, folder: Path) -> None:
    backup.restore(path, folder / "old.backup")


# What is committed by each may be there or not afterwards; nothing else may change.
COMMANDS: dict[str, Callable[[Path, Path], None]] = {
    "ingest": _ingest,
    "drain": _drain,
    "forget --import": _forget_import,
    "forget": _forget_listener,
    "pick": _pick,
    "backup": _backup,
    "restore": _restore,
}


def prepared(folder: Path) -> Path:
    """A warehouse of two listeners, a backup of it, and two picks that wait."""
    path = folder / "sotw.duckdb"
    (folder / "first.csv").write_text(_EXPORT)
    (folder / "more.csv").write_text(_EXPORT.replace("Okto", "Utko"))
    for listener in ("ana", "ben"):
        load_and_build.run_ingest(path, [folder / "first.csv"], listener, _SETTINGS)
    backup.backup(path, folder / "old.backup")
    for track in ("One", "Two"):
        picks.run_pick(path, "Okto", track, "ana")
    return path


def state(path: Path) -> tuple[object, ...]:
    """What a reader finds, and which picks are there or wait."""
    with warehouse.reading(path) as con:
        plays = con.execute(
            "select listener, count(*) from raw.plays join raw.listeners using (listener_id)"
            " group by all order by all"
        ).fetchall()
        # A receipt that has lost its rows, or rows without one.
        lost = con.execute(
            "select count(*) from raw.plays anti join raw.imports using (import_id)"
        ).fetchall()
        noted = {
            title
            for (title,) in con.execute(
                "select title from raw.picks join raw.names on track_name_id = name_id"
            ).fetchall()
        }
    for file in (inbox_path(path), *taken(path)):
        lines = file.read_text().splitlines() if file.exists() else []
        noted |= {json.loads(line)["track"] for line in lines}
    return tuple(plays), tuple(lost), tuple(sorted(noted))


def in_child(work: Callable[[], None]) -> int:
    """Run something in a process of its own; how it ended: 0, an error of ours 1, another 2."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 2
    try:
        work()
        code = 0
    except SotwError:
        code = 1
    finally:
        os._exit(code)


def dying(point: str, left: int, seconds: float) -> None:
    """Make this process die at its n-th call of something, or after a while."""
    if point == "any moment":
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-4))
        return
    real = getattr(os, point)
    calls = [left]

    def counted(*given: object, **named: object) -> object:
        calls[0] -= 1
        if calls[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(os, point, counted)


def kills(wanted: int, seed: int, folder: Path) -> tuple[int, list[str]]:
    """Kill every command at every point, again and again; how many died, and what was harmed."""
    chance, died, harm, number = random.Random(seed), 0, [], 0
    prepared_in = folder / "prepared"
    prepared_in.mkdir()
    in_child(lambda: prepared(prepared_in) and None)
    until = time.monotonic() + 30 * wanted
    while died < wanted and time.monotonic() < until:
        name = list(COMMANDS)[number % len(COMMANDS)]
        point = chance.choice((*_POINTS, "any moment", "any moment"))
        left, seconds = chance.randrange(4), chance.uniform(0.001, 0.6)
        number += 1
        here = folder / f"{number}"
        shutil.copytree(prepared_in, here)
        path = here / "sotw.duckdb"

        def work(name=name, here=here, path=path, point=point, left=left, seconds=seconds) -> None:
            dying(point, left, seconds)
            COMMANDS[name](path, here)

        code = in_child(work)
        died += code in (-signal.SIGKILL, -signal.SIGALRM)
        told = f"{name}, {point} {left}, seed {seed}, number {number}"
        if code == 2:
            harm.append(f"{told}: a traceback")
        fault = in_child(lambda path=path, name=name, here=here: _check(path, name, here))
        if fault:
            harm.append(f"{told}: the file is not as before or after")
        shutil.rmtree(here)
    return died, harm


def _check(path: Path, name: str, here: Path) -> None:
    """Refuse a warehouse that is neither as before a command nor as after it."""
    now = state(path)
    plays, lost, noted = now
    ok = lost == ((0,),) and {"One", "Two"} <= {*noted}  # type: ignore[misc]
    both, more = (("ana", 50), ("ben", 50)), (("ana", 100), ("ben", 50))
    allowed = {
        "ingest": (both, more),
        "forget --import": (both, (("ben", 50),)),
        "forget": (both, (("ana", 50),)),
    }
    if not ok or plays not in allowed.get(name, (both,)):
        raise SotwError(f"{path}: {now}")
    # The next writer is hindered by nothing that was left.
    _drain(path, here)
    if not {"One", "Two"} <= {*state(path)[2]}:  # type: ignore[misc]
        raise SotwError(f"{path}: a pick is lost")


def crowd(folder: Path, seconds: float) -> tuple[int, list[str]]:
    """Two writers and ten readers at once; how often somebody read, and what was harmed."""
    path = folder / "crowd" / "sotw.duckdb"
    path.parent.mkdir()
    in_child(lambda: prepared(path.parent) and None)
    until = time.monotonic() + seconds
    counter = folder / "reads"

    def read() -> None:
        times = 0
        while time.monotonic() < until:
            plays, lost, _ = state(path)
            if plays != (("ana", 50), ("ben", 50)) or lost != ((0,),):
                raise ValueError(plays)
            times += 1
        with counter.open("a") as file:
            file.write(f"{times}\n")

    def write(number: int) -> None:
        for pick in range(_NOTED):
            picks.run_pick(path, "Okto", f"Pick {number} {pick}", "ana")
            _drain(path, path.parent)

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
    harm = [f"somebody of the crowd ended with {code}" for code in codes if code]
    wanted = {f"Pick {n} {pick}" for n in range(_WRITERS) for pick in range(_NOTED)}
    if in_child(lambda: None if wanted <= {*state(path)[2]} else os._exit(1)):  # type: ignore[misc]
        harm.append("a pick of two writers is lost")
    reads = sum(map(int, counter.read_text().split())) if counter.exists() else 0
    return reads, harm


def full_disks(folder: Path) -> tuple[int, list[str]]:
    """Commands on a disk of a few megabytes, in a name space of our own; null where none may be."""
    mount = folder / "disk"
    mount.mkdir()
    call = ["unshare", "-rm", sys.executable, __file__, "--full", str(mount)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=300)
    except (OSError, subprocess.TimeoutExpired):
        return 0, []
    if "disks" not in done.stdout:
        print(f"no disk could be filled here: {done.stderr.strip().splitlines()[-1:]}")
        return 0, []
    *harm, last = done.stdout.strip().splitlines()
    return int(last.split()[0]), harm


def _on_full_disks(mount: Path) -> None:
    tried = 0
    for megabytes in (0, 1, 2, 4):
        for name, command in COMMANDS.items():
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "x", mount], check=True)
            in_child(lambda: prepared(mount) and None)
            used = sum(file.stat().st_blocks * 512 for file in mount.iterdir())
            size = f"remount,size={used + megabytes * 1_000_000}"
            subprocess.run(["mount", "-o", size, mount], check=True)
            path = mount / "sotw.duckdb"

            def work(command=command, path=path) -> None:
                # The check before a draft is for others; here the disk fills under way.
                shutil.disk_usage = lambda _: shutil._ntuple_diskusage(10**12, 0, 10**12)
                command(path, mount)

            code = in_child(work)
            subprocess.run(["mount", "-o", "remount,size=400m", mount], check=True)
            if code == 2 or in_child(lambda path=path, n=name: _check(path, n, mount)):
                print(f"{name} with {megabytes} MB left: ended with {code}, or harmed the file")
            subprocess.run(["umount", mount], check=True)
            tried += 1
    print(f"{tried} full disks")


def spoilt_files(wanted: int, seed: int, minutes: float) -> tuple[int, int]:
    """Spoilt exports of every family; how many, and how many were taken badly."""
    families = list(every_kind.FAMILIES)
    each = -(-wanted // len(families))
    done = failed = 0
    until = time.monotonic() + minutes * 60
    for family in families:
        left = max(0.0, (until - time.monotonic()) / 60)
        cases, bad = fuzz_ingest.fuzz(
            family, left, Path(tempfile.gettempdir()) / "sotw-fuzz-found", most=each, first=seed
        )
        done, failed = done + cases, failed + bad
    return done, failed


def main() -> None:
    """Attack; print figures; exit code 1 where anything was harmed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--files", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--full", type=Path)
    asked = parser.parse_args()
    # What is built anew is tested elsewhere; here the file matters.
    forget.build = lambda *_, **__: []  # type: ignore[assignment]
    if asked.full:
        _on_full_disks(asked.full)
        return
    planned = _SHORT if asked.short else _LONG
    wanted_kills = planned[0] if asked.kills is None else asked.kills
    wanted_files = planned[1] if asked.files is None else asked.files
    minutes = asked.minutes or (0.25 if asked.short else 60)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sotw-faults-") as name:
        folder = Path(name)
        died, harm = kills(wanted_kills, asked.seed, folder)
        print(f"kills: {died} commands died, {len(harm)} did harm", flush=True)
        reads, more = crowd(folder, 2 if asked.short else 20)
        print(f"crowd: {_WRITERS} writers, {_READERS} readers, {reads} reads, {len(more)} harmed")
        harm += more
        if not asked.short:
            disks, more = full_disks(folder)
            print(f"full disks: {disks}, {len(more)} did harm", flush=True)
            harm += more
    files, failed = spoilt_files(wanted_files, asked.seed, minutes)
    print(f"spoilt files: {files:,}, {failed} taken badly")
    cpu = sum(sum(resource.getrusage(who)[:2]) for who in (0, resource.RUSAGE_CHILDREN))
    print(f"{time.monotonic() - started:.0f} s, {cpu:.0f} s of CPU, seed {asked.seed}")
    print("\n".join(harm))
    sys.exit(bool(harm or failed))


if __name__ == "__main__":
    main()
