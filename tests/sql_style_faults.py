"""A file in the style, and for each rule the ways to break it that it must name."""

from __future__ import annotations

from sql_files import SqlFile, from_text

GOOD = """-- What a track did in a week.
--
-- grain: track_id, week_ending

with

weekly as (

    -- Counted by day first.
    select
        track_id,
        week_ending,
        sum(plays) over prev_4_weeks as prev_4w_plays,
        row_number() over most_played_first as plays_rank,
    from core.fct_weekly_plays
    window
        prev_4_weeks as (
            partition by track_id
            order by week_number
            range between 4 preceding and 1 preceding
        ),
        most_played_first as (partition by week_ending order by plays desc, track_id)

)

select
    weekly.track_id,
    weekly.week_ending,
    -- No row: known to be 0.
    coalesce(weekly.prev_4w_plays, 0) as prev_4w_plays, -- plays in four weeks
    weekly.plays_rank // 2 as half_rank,
    dim_tracks.artist_id,
from weekly
inner join core.dim_tracks using (track_id)
left join core.dim_artists
    on dim_tracks.artist_id = dim_artists.artist_id
where weekly.plays_rank < (select max(limit_rank) from core.dim_limits)
"""


def changed(old: str, new: str, name: str = "core/fct_example.sql") -> SqlFile:
    assert GOOD.count(old) == 1, old
    return from_text(GOOD.replace(old, new), name)


def last_select(column: str) -> SqlFile:
    return changed("    weekly.plays_rank // 2 as half_rank,\n", f"    {column} as half_rank,\n")


def step(body: str, name: str = "weeks") -> SqlFile:
    return changed("with\n\nweekly as (", f"with\n\n{name} as (\n\n{body}\n\n),\n\nweekly as (")


def windowed(function: str, order: str) -> SqlFile:
    ranked = "row_number() over most_played_first"
    text = GOOD.replace(ranked, function).replace("order by plays desc, track_id", order)
    return from_text(text)


TRAINING = "marts/training_example.sql"
SPARSE = "range between 4 preceding and 1 preceding"

# (rule, a file that breaks it, a word of what the rule must say)
PLANTED = [
    ("lower_case", changed("from weekly\n", "FROM weekly\n"), "FROM weekly"),
    ("lower_case", last_select("Weekly.plays_rank"), "Weekly"),
    ("four_spaces", changed("    weekly.track_id,", "  weekly.track_id,"), "weekly.track_id"),
    ("four_spaces", changed("    weekly.track_id,", "\tweekly.track_id,"), "weekly.track_id"),
    ("hundred_columns", changed("-- Counted by day first.", "-- " + "x" * 96), "103 characters"),
    ("no_trailing_blanks", changed("from weekly\n", "from weekly \n"), "trailing"),
    ("no_trailing_blanks", from_text(GOOD + "\n"), "one newline"),
    ("no_trailing_blanks", from_text(GOOD.rstrip()), "one newline"),
    (
        "one_column_a_line",
        changed("    weekly.track_id,\n    weekly.week", "    weekly.track_id, weekly.week"),
        "weekly.week_ending",
    ),
    (
        "one_column_a_line",
        changed("select\n    weekly.track", "select weekly.track"),
        "weekly.track",
    ),
    ("one_column_a_line", step("    select distinct track_id,\n    from core.x"), "track_id"),
    ("trailing_commas", changed("artist_id,\nfrom", "artist_id\nfrom"), "artist_id"),
    ("trailing_commas", changed("plays_rank,\n    from", "plays_rank\n    from"), "plays_rank"),
    ("trailing_commas", step("    select\n        max(a) as b\n    from core.x"), "after 'b'"),
    ("with_on_its_own_line", changed("with\n\nweekly as", "with weekly as"), "with weekly as"),
    ("with_on_its_own_line", changed("with\n\nweekly", "with\nweekly"), "with"),
    ("with_on_its_own_line", changed("weekly as (\n\n", "weekly as (\n"), "after 'weekly as ('"),
    ("with_on_its_own_line", changed("track_id)\n\n)\n", "track_id)\n)\n"), "before ')'"),
    (
        "eighty_lines_or_a_reason",
        changed("    -- Counted", "\n" * 50 + "    -- Counted"),
        "87 lines",
    ),
    (
        "template_comments_in_macros_only",
        changed("    -- Counted by day first.", "    {# Counted by day first. #}"),
        "{#",
    ),
    (
        "template_comments_in_macros_only",
        from_text("{% if weeks %}\nselect 1\n{% endif %}\n"),
        "{% if",
    ),
    ("opens_with_a_sentence", changed("in a week.", "in a week"), "in a week"),
    ("opens_with_a_sentence", changed("-- What a", "-- what a"), "what a"),
    ("opens_with_a_sentence", from_text(GOOD.split("\n", 1)[1]), "no sentence"),
    ("named_after_its_layer", from_text(GOOD, "core/weekly_plays.sql"), "weekly_plays"),
    ("named_after_its_layer", from_text(GOOD, "core/dim_track.sql"), "dim_track"),
    ("named_after_its_layer", from_text(GOOD, "staging/plays.sql"), "plays"),
    ("named_after_its_layer", from_text(GOOD, "features/momentum.sql"), "momentum"),
    ("named_after_its_layer", from_text(GOOD, "marts/fct_plays.sql"), "fct_plays"),
    *(
        ("steps_named_after_their_rows", step("    select 1 as a,", name), name)
        for name in ("final", "joined", "t1", "a", "cte", "step2", "temp")
    ),
    (
        "no_subquery_in_from",
        step("    select\n        a,\n    from (select a from core.x where a > 1)"),
        "select a",
    ),
    (
        "no_subquery_in_from",
        changed("inner join core.dim_tracks using", "inner join (from core.x) as dim_tracks using"),
        "core.x",
    ),
    ("no_import_steps", step("    select *\n    from core.dim_weeks"), "'weeks' only copies"),
    (
        "no_import_steps",
        step("    select\n        track_id,\n    from core.dim_weeks"),
        "'weeks' only copies",
    ),
    ("tables_have_schemas", changed("from core.fct_weekly_plays", "from fct_weekly_plays"), "fct_"),
    ("tables_have_schemas", changed("join core.dim_tracks u", "join dim_tracks u"), "dim_tracks"),
    (
        "no_table_aliases",
        changed("from core.fct_weekly_plays", "from core.fct_weekly_plays as played"),
        "'played'",
    ),
    ("no_table_aliases", changed("from weekly\n", "from weekly as w\n"), "'w'"),
    (
        "no_table_aliases",
        step("    select\n        a.x,\n    from core.x as a\n    cross join core.x as b"),
        "'b' names no role",
    ),
    ("says_as", changed("// 2 as half_rank", "// 2 half_rank"), "half_rank"),
    ("last_select_lists_its_columns", changed("    dim_tracks.artist_id,\n", "    *,\n"), "*"),
    (
        "last_select_lists_its_columns",
        changed("    dim_tracks.artist_id,\n", "    dim_tracks.*,\n", "marts/charts.sql"),
        "dim_tracks.*",
    ),
    (
        "last_select_lists_its_columns",
        from_text("select\n    a,\nfrom core.x\nunion all\nselect *\nfrom core.y\n"),
        "*",
    ),
    (
        "last_select_has_keys_first",
        changed("    weekly.track_id,\n    weekly.week_ending,\n", "    weekly.week_ending,\n"),
        "begins with week_ending, prev_4w_plays",
    ),
    ("joins_say_their_kind", changed("inner join", "join"), "dim_tracks"),
    (
        "joins_say_their_kind",
        changed("from weekly\n", "from weekly, core.dim_weeks\n"),
        "dim_weeks",
    ),
    (
        "joins_use_equal_names",
        changed("using (track_id)", "on weekly.track_id = dim_tracks.track_id"),
        "write using",
    ),
    (
        "joins_left_to_right",
        changed(
            "dim_tracks.artist_id = dim_artists.artist_id",
            "dim_artists.artist_id = dim_tracks.artist_id",
        ),
        "turn it round",
    ),
    ("groups_by_names", step("    select\n        a,\n    from core.x\n    group by 1"), "1"),
    ("groups_by_names", step("    select\n        a,\n    from core.x\n    group by all"), "all"),
    ("filters_instead_of_cases", last_select("sum(case when a then 1 else 0 end)"), "sum(case"),
    (
        "unions_keep_all_and_name_columns",
        step("    select a,\n    from core.x\n    union\n    select a,\n    from core.y"),
        "write union all",
    ),
    (
        "unions_keep_all_and_name_columns",
        step("    select *\n    from core.x\n    union all\n    select *\n    from core.y"),
        "name the columns",
    ),
    ("windows_are_named", last_select("sum(plays) over (partition by week_ending)"), "sum(plays)"),
    ("windows_are_named", last_select("count(*) over ()"), "count(*)"),
    ("windows_are_named", windowed("rank() over (order by b)", "order by b"), "rank()"),
    ("rows_only_over_weeks", changed(SPARSE, SPARSE.replace("range", "rows")), "use range"),
    (
        "rankings_end_in_a_key",
        changed("order by plays desc, track_id", "order by plays desc"),
        "ends in plays",
    ),
    (
        "rankings_end_in_a_key",
        changed(
            "partition by week_ending order by plays desc, track_id", "partition by week_ending"
        ),
        "no order",
    ),
    (
        "rankings_end_in_a_key",
        windowed("lag(plays) over most_played_first", "order by plays + 1"),
        "plays + 1",
    ),
    (
        "rankings_end_in_a_key",
        windowed("first_value(a) over most_played_first", "order by plays"),
        "first_value",
    ),
    *(
        ("no_clock_no_chance", last_select(clock), "changes from run to run")
        for clock in (
            "current_date",
            "current_timestamp",
            "now()",
            "today()",
            "get_current_timestamp()",
            "transaction_timestamp()",
            "random()",
            "uuid()",
            "gen_random_uuid()",
            "localtimestamp",
        )
    ),
    (
        "no_clock_no_chance",
        changed("from core.fct_weekly_plays", "from core.fct_weekly_plays tablesample 10%"),
        "changes",
    ),
    ("no_limit_no_order", from_text(GOOD + "limit 3\n"), "limit"),
    ("no_limit_no_order", from_text(GOOD + "order by track_id\n"), "order by"),
    ("no_limit_no_order", from_text(GOOD + "offset 3\n"), "offset"),
    (
        "coalesce_says_why",
        changed(
            "    -- No row: known to be 0.\n"
            "    coalesce(weekly.prev_4w_plays, 0) as prev_4w_plays, -- plays in four weeks",
            "    coalesce(weekly.prev_4w_plays, 0) as prev_4w_plays,",
        ),
        "coalesce",
    ),
    (
        "coalesce_says_why",
        changed(
            "    dim_tracks.artist_id,",
            "    coalesce(dim_tracks.artist_id, 0) as artist_id,",
        ),
        "artist_id",
    ),
    ("divides_by_macro", last_select("cast(plays as double) / 7e0"), "7e0"),
    ("features_end_in_a_unit", from_text(GOOD, "features/feat_a.sql"), "'artist_id' has no unit"),
    ("staging_only_cleans", from_text(GOOD, "staging/stg_plays.sql"), "join in core"),
    (
        "staging_only_cleans",
        from_text("select\n    count(*) as plays,\nfrom raw.plays\n", "staging/stg_plays.sql"),
        "aggregate in core",
    ),
]
