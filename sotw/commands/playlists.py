"""The command about lists of songs: show one, write one, or look how good it would have been."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sotw import text_table
from sotw.commands import (
    JsonOption,
    ListenerOption,
    WarehouseOption,
    app,
    listener_of,
    print_json,
    refuse_unknown,
)
from sotw.settings import load_settings, warehouse_path

_SHOWN = 20
_SUFFIXES = {".csv": "csv", ".m3u": "m3u", ".m3u8": "m3u", ".jspf": "jspf", ".json": "jspf"}
_REPLAYED = "resume"


@app.command()
def playlist(
    name: Annotated[
        str,
        typer.Argument(
            metavar="LIST", help='resume, favorites, cold-start, or words: "high energy morning".'
        ),
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="csv, m3u or jspf; else as --output ends.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The file; a list written before is replaced.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Of resume: how good it would have been, not the list.")
    ] = False,
    days: Annotated[
        int | None, typer.Option("--days", help="With --replay: days looked ahead; else 28.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Songs likely to be heard to their end: to hear again, of favourite artists, or to try."""
    from sotw import warehouse as files
    from sotw.playlists import words
    from sotw.playlists import write as playlists

    refuse_unknown("format", form, playlists.FORMATS, "--format")
    if days is not None and not replay:
        raise typer.BadParameter("--days is for --replay. Name both, or neither.")
    if as_json and form and not output:
        raise typer.BadParameter("--json is a form of its own: leave out --format.")
    path = warehouse_path(warehouse)
    if not path.exists():
        refuse_unknown("list", name, playlists.TITLES, "LIST")
    whose = listener_of(listener, load_settings(), path)
    if replay:
        if name != _REPLAYED or form or output:
            raise typer.BadParameter(
                "--replay is for `sotw playlist resume`, and prints: leave out --format, --output."
            )
        _replay(path, whose, days, as_json=as_json)
        return
    with files.reading(path) as con:
        is_named = name in playlists.TITLES
        found = (playlists.read if is_named else words.for_words)(con, name, whose)
    if name == "favorites" and not found.has_favorites:
        print(
            "Note: sotw.toml names no favorite_artists that were played, so none is preferred.",
            file=sys.stderr,
        )
    if output:
        chosen = form or _SUFFIXES.get(output.suffix.lower(), "csv")
        playlists.write(found, chosen, output)
        lacking = sum(playlists.uri(song) is None for song in found.songs)
        if as_json:
            made = {"file": str(output), "format": chosen, "songs": len(found.songs)}
            print_json({**made, "without_spotify_id": lacking})
            return
        print(f"{len(found.songs)} songs written as {chosen}: {output}")
        if lacking:
            print(f"Of {lacking} no source states the id in Spotify; they have names only.")
    elif as_json:
        print_json(found)
    elif form:
        print(playlists.FORMATS[form](found), end="")
    else:
        _print(found.title, [dict(song) for song in found.songs])


def _print(title: str, songs: list[dict[str, object]]) -> None:
    score = next(name for name in ("score", "cold_start_score") if name in songs[0])
    columns = ["list_rank", "artist_name", "track_name", "plays", score, "reason"]
    # A name may have line breaks, and a row is a line.
    shown = [
        song | {name: " ".join(str(song[name]).split()) for name in ("artist_name", "track_name")}
        for song in songs[:_SHOWN]
    ]
    print(f"{title}\n\n{text_table.table(shown, columns)}")
    if len(songs) > _SHOWN:
        print(f"\nand {len(songs) - _SHOWN} more; --output FILE writes all.")


def _replay(path: Path, listener: str, days: int | None, *, as_json: bool) -> None:
    from sotw import warehouse as files
    from sotw.playlists import replay as playlist_replay

    with files.reading(path) as con:
        found = playlist_replay.replay(
            con, listener, days=playlist_replay.DAYS if days is None else days
        )
    if as_json:
        print_json(found)
        return
    silent = f"; {found.silent} more without any are left out" if found.silent else ""
    print(
        f"The resume list of {found.listener} made at {found.instants} instants, "
        f"{found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}, from the plays before each: what was "
        f"completed in the {found.days} days after{silent}.\n"
        f"{found.candidates:,.0f} songs to choose from, {found.relevant:,.1f} of them completed, "
        f"on average. Mean over the instants [95 % interval].\n"
    )
    lines, columns = playlist_replay.rows(found)
    print(text_table.table(lines, columns) + "\n")
    print(
        "precision: of the first songs, the share completed in those days; ndcg: upper places "
        "weigh\nmore; completed_share: of the plays these songs had in those days, the share "
        "completed.\n"
    )
    print("\n".join(playlist_replay.verdicts(found)))
