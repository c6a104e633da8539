"""Commands about rules: add, list, remove, diff, propose, review; and compare-rules."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sotw import text_table
from sotw.commands import JsonOption, WarehouseOption, app, print_json, refuse_unknown
from sotw.rules.rule import COUNTINGS, PURPOSES, Wanted, described
from sotw.settings import warehouse_path

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.rules.diff import Change, Diff
    from sotw.rules.proposals import Proposal
    from sotw.rules.rule import Rule

rules = typer.Typer(
    no_args_is_help=True,
    help="Say what names mean, what does not count and how plays are counted; all can be undone.",
)
adding = typer.Typer(
    no_args_is_help=True,
    help="Add a rule; it is for the whole history, and the next build applies it.",
)
app.add_typer(rules, name="rules")
rules.add_typer(adding, name="add")

ArtistOption = Annotated[str | None, typer.Option("--artist", help="As in your plays.")]
TrackOption = Annotated[str | None, typer.Option("--track", help="Title; name --artist too.")]
WhoseOption = Annotated[
    str | None, typer.Option("--listener", help="Only for their plays; else for everybody's.")
]
FromOption = Annotated[
    dt.datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="First local day of the plays it is for."),
]
UntilOption = Annotated[
    dt.datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="Last local day of the plays it is for."),
]
PlayOption = Annotated[int, typer.Option("--play", help="Its play_id in marts.plays.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print what it would change; write nothing.")
]


@adding.command()
def alias(
    artist: Annotated[str, typer.Option("--artist", help="As in your plays.")],
    track: TrackOption = None,
    to_artist: Annotated[
        str | None, typer.Option("--to", "--to-artist", help="The artist that is meant.")
    ] = None,
    to_track: Annotated[str | None, typer.Option(help="The title that is meant.")] = None,
    first: FromOption = None,
    last: UntilOption = None,
    listener: WhoseOption = None,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """A name is to be read as another one, which is shown: --artist 'Ke$ha' --to Kesha."""
    if to_artist is None and to_track is None:
        raise typer.BadParameter("an alias says what is meant: name it with --to, or --to-track.")
    wanted = Wanted(
        "alias",
        artist=artist,
        track=track,
        to_artist=to_artist,
        to_track=to_track,
        from_date=_day(first),
        to_date=_day(last),
        listener=listener,
    )
    _add(warehouse, wanted, dry_run=dry_run, as_json=as_json)


@adding.command()
def separate(
    artist: Annotated[str, typer.Option("--artist", help="As in your plays.")],
    track: TrackOption = None,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """An artist or track is none of those with a like name or the same id."""
    wanted = Wanted("separate", artist=artist, track=track)
    _add(warehouse, wanted, dry_run=dry_run, as_json=as_json)


@adding.command()
def fix(
    play: PlayOption,
    to_artist: Annotated[str | None, typer.Option("--to", "--to-artist", help="Whose.")] = None,
    to_track: Annotated[str | None, typer.Option(help="Its title.")] = None,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """One play was of another song: --play 1000000042 --to 'Nina Simone' --to-track Sinnerman."""
    wanted = Wanted("fix", play=play, to_artist=to_artist, to_track=to_track)
    _add(warehouse, wanted, dry_run=dry_run, as_json=as_json)


@adding.command()
def exclude(
    artist: ArtistOption = None,
    album: Annotated[str | None, typer.Option(help="Title; with --artist if need be.")] = None,
    track: TrackOption = None,
    playlist: Annotated[str | None, typer.Option(help="Every song on it.")] = None,
    play: Annotated[int | None, typer.Option(help="One play: its play_id in marts.plays.")] = None,
    first: FromOption = None,
    last: UntilOption = None,
    purpose: Annotated[str, typer.Option(help=f"{', '.join(PURPOSES)}.")] = "all",
    listener: WhoseOption = None,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plays of an artist, album, track, playlist or some days, or one play, do not count."""
    refuse_unknown("purpose", purpose, PURPOSES, "--purpose")
    one_thing = (album, track) if playlist is None else (artist or album or track, playlist)
    if None not in one_thing:
        raise typer.BadParameter(
            "a rule is about one thing: name an artist, album, track or playlist."
        )
    others = (artist, album, track, playlist, first, last)
    if play is not None and any((*others, listener)):
        raise typer.BadParameter("one play is all that the rule is about: name it alone.")
    if play is None and not any(others):
        raise typer.BadParameter("name an artist, album, track, playlist, play, or days: --from.")
    wanted = Wanted(
        "exclude",
        artist=artist,
        album=album,
        track=track,
        playlist=playlist,
        purpose=purpose,
        from_date=_day(first),
        to_date=_day(last),
        listener=listener,
        play=play,
    )
    _add(warehouse, wanted, dry_run=dry_run, as_json=as_json)


@adding.command()
def count(
    counting: Annotated[str, typer.Argument(help=f"{', '.join(COUNTINGS)}.")],
    listener: WhoseOption = None,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plays are counted as another program counts them; see `sotw compare-rules`."""
    refuse_unknown("counting rule", counting, COUNTINGS, "COUNTING")
    wanted = Wanted("count", counting=counting, listener=listener)
    _add(warehouse, wanted, dry_run=dry_run, as_json=as_json)


def _day(option: dt.datetime | None) -> dt.date | None:
    return option.date() if option else None


def _add(warehouse: Path | None, wanted: Wanted, *, dry_run: bool, as_json: bool) -> None:
    from sotw.rules import diff as rules_diff
    from sotw.rules import write as ruling

    path = warehouse_path(warehouse)
    if dry_run:
        _print_diff(rules_diff.diff(path, wanted=wanted), as_json=as_json)
        return
    added = ruling.add(path, wanted)
    if as_json:
        print_json({"is_new": added.is_new, "rule": _as_row(added.rule)})
    elif added.is_new:
        print(f"Rule {added.rule.rule_id}: {described(added.rule)}.")
        print("`sotw rules diff` shows what it changes, `sotw build` applies it.")
    else:
        print(f"It is there: rule {added.rule.rule_id}: {described(added.rule)}.")


@rules.command(name="list")
def list_rules(
    has_all: Annotated[bool, typer.Option("--all", help="Also those taken back.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the rules that hold, with their ids."""
    from sotw import warehouse as files
    from sotw.rules import write as ruling

    with files.reading(warehouse_path(warehouse)) as con:
        found = ruling.listed(con, has_removed=has_all)
    if as_json:
        print_json([_as_row(one) for one in found])
        return
    for one in found:
        gone = f" (taken back {one.removed_at:%Y-%m-%d})" if one.removed_at else ""
        print(f"{one.rule_id:>4}  {described(one)}{gone}")
    if not found:
        print("No rules. `sotw rules add --help` says which there can be.")


@rules.command()
def remove(
    rule_id: Annotated[int, typer.Argument(help="See `sotw rules list`.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a rule back; nothing is deleted, and the next build is as if it had never been."""
    from sotw.rules import write as ruling

    removed = ruling.remove(warehouse_path(warehouse), rule_id)
    if as_json:
        print_json(_as_row(removed))
    else:
        print(f"Taken back: rule {rule_id}: {described(removed)}. `sotw build` applies it.")


def _as_row(one: Rule) -> dict[str, object]:
    keys = {name for name in one.__dataclass_fields__ if name.endswith("_key")}
    row = {name: getattr(one, name) for name in one.__dataclass_fields__ if name not in keys}
    return {**row, "text": described(one)}


@rules.command()
def diff(
    without: Annotated[
        list[int] | None,
        typer.Option("--without", help="As if this rule were taken back; may be repeated."),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the rules of now change against the last build; publishes nothing."""
    from sotw.rules import diff as rules_diff

    found = rules_diff.diff(warehouse_path(warehouse), without=without or ())
    _print_diff(found, as_json=as_json)


def _print_diff(found: Diff, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for doubt in found.doubts:
        print(f"Note: {doubt}", file=sys.stderr)
    changed = [one for one in found.years if one.is_change]
    if not changed and not found.artists:
        print("The rules change no count: the last build has the plays a build would make now.")
        return
    shown = [one for one in found.years if one.is_change or one.year is None]
    rows = [
        {"listener": one.listener, "year": str(one.year or "all"), **_arrows(one)} for one in shown
    ]
    print(text_table.table(rows, list(rows[0])))
    if same := len(found.years) - len(shown):
        print(f"{same} years have the counts they had.")
    if found.artists:
        rows = [{"artist": one.artist, **_arrows(one)} for one in found.artists]
        print("\nThe artists whose plays change most:")
        print(text_table.table(rows, list(rows[0])))


def _arrows(one: Change) -> dict[str, str]:
    """Each count before and after; one number where they agree."""
    return {
        name.replace("_", " "): f"{was:,}" if was == one.after[name] else f"{was:,} -> {now:,}"
        for name, was in one.before.items()
        for now in [one.after[name]]
    }


@app.command()
def compare_rules(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Show how many plays each program's counting rule counts, side by side."""
    from sotw import warehouse as files
    from sotw.checks import counting
    from sotw.rules import diff as rules_diff

    with files.reading(warehouse_path(warehouse)) as con:
        found = rules_diff.counting_rules(con)
        unknown = counting.unknown_lengths(con)
    if as_json:
        print_json(found)
        return
    names = {"tracks_count": "tracks", "artists_count": "artists", "is_in_use": "in use"}
    rows = [
        {names.get(name, name.replace("_", " ")): value for name, value in row.items()}
        for row in found
    ]
    print(text_table.table(rows, list(rows[0])) if rows else "No plays yet: import some.")
    for line in unknown:
        print(text_table.wrapped(line))
    print("Another rule is yours with `sotw rules add count NAME --listener YOU`.")


@rules.command()
def propose(
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for names that may be one artist or track; changes nothing (extra: match)."""
    from sotw.rules import proposals

    path = warehouse_path(warehouse)
    found = proposals.propose(path)
    if as_json:
        print_json({"new": found.new, "open": found.open})
        return
    print(f"{found.new:,} new proposals, {found.open:,} open. Next: `sotw rules review`.")


@rules.command()
def review(
    accept: Annotated[
        list[int] | None, typer.Option(help="Make this proposal a rule; may be repeated.")
    ] = None,
    reject: Annotated[
        list[int] | None, typer.Option(help="Never propose this again; may be repeated.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only these: artist or track.")] = None,
    min_score: Annotated[
        float, typer.Option(min=0, max=100, help="Only those at least so alike, of 100.")
    ] = 0,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide on proposed names: one by one on a terminal, else a list."""
    from sotw import warehouse as files
    from sotw.rules import proposals

    path = warehouse_path(warehouse)
    refuse_unknown("kind", kind, ("artist", "track"), "--kind")
    if accept or reject:
        _print_decided(proposals.decide(path, accept or (), reject or ()), as_json=as_json)
        return
    with files.reading(path) as con:
        every = proposals.open_proposals(con)
    found = [one for one in every if kind in (None, one.kind) and one.score >= min_score]
    if as_json:
        print_json(found)
    elif not found and every:
        print(f"None of the {len(every):,} open proposals is so; leave out --kind or --min-score.")
    elif not found:
        print("No open proposals. `sotw rules propose` looks for new ones.")
    elif sys.stdin.isatty() and sys.stdout.isatty():
        accepted, rejected = _asked(found)
        if accepted or rejected:
            _print_decided(proposals.decide(path, accepted, rejected), as_json=False)
    else:
        for one in found:
            print(proposals.described(one))
        print("Decide with --accept ID and --reject ID, or run this on a terminal.")


def _asked(found: list[Proposal]) -> tuple[list[int], list[int]]:
    """What a person says of each proposal; on an interrupt, of those asked so far."""
    from sotw.rules import proposals

    accepted: list[int] = []
    rejected: list[int] = []
    print("y: the same, n: never ask again, s: skip, q: stop and write what was decided.")
    for one in found:
        print(proposals.described(one))
        try:
            answer = typer.prompt("The same?", default="s").strip().lower()[:1]
        except (typer.Abort, EOFError):
            break
        if answer == "q":
            break
        if answer in ("y", "n"):
            (accepted if answer == "y" else rejected).append(one.proposal_id)
    return accepted, rejected


def _print_decided(decided: list[tuple[Proposal, list[Rule]]], *, as_json: bool) -> None:
    if as_json:
        ids = [[rule.rule_id for rule in made] for _, made in decided]
        print_json(
            [
                {"proposal_id": one.proposal_id, "is_accepted": bool(made), "rules": made_ids}
                for (one, made), made_ids in zip(decided, ids, strict=True)
            ]
        )
        return
    for one, made in decided:
        if not made:
            print(f"Proposal {one.proposal_id} is rejected and will not come again.")
        for rule in made:
            print(f"Proposal {one.proposal_id}: rule {rule.rule_id}: {described(rule)}.")
    if any(made for _, made in decided):
        print("`sotw rules diff` shows what it changes, `sotw build` applies it.")
