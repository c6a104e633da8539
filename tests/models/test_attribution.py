"""Whose session it is (SYSTEMS B.3): every component, the score, the rule, and when it is off."""

from __future__ import annotations

import csv

import histories
import pyarrow as pa
import pytest

from sotw import warehouse
from sotw.actions.prepare import write_settings
from sotw.errors import SettingsError
from sotw.settings import AttributionSettings, ListenerSettings, Settings, load_settings

COLUMNS = (
    "listener_id | home_country | primary_platforms | driving_hints | hour_from | hour_to | "
    "affinity_top_n | affinity_min_ratio | min_session_score | is_country_required | "
    "weight_country | weight_platform | weight_hour | weight_affinity | weight_driving | "
    "min_kept_plays"
)


def settings(
    least: int = 5000, *, top: int = 60, required: bool = True, hours: str = "6 | 1"
) -> str:
    lists = ",ios,osx, | ,not_applicable,tizen,cast,"
    more = f"{hours} | {top} | 0.2 | 2.6 | {required} | 1.2 | 1.2 | 0.7 | 1.1 | 0.6 | {least}"
    return f"{COLUMNS}\n1 | US | {lists} | {more}"


SESSIONS = """
    listener_id | session_number | dominant_country | dominant_platform | dominant_platform_family | start_hour | plays
    1           | 1              | US               | iOS 14 (x)        | ios                      | 23         | 3000
    1           | 2              | US               | ios               | ios                      | 3          | 10
    1           | 3              | PT               | osx               | osx                      | 6          | 900
    1           | 4              | US               | tizen             | tv                       | 1          | 2000
    1           | 5              | US               | Android OS 9      | android                  | 5          | 50
    2           | 1              | PT               | unknown           | unknown                  | 5          | 50
"""
AFFINITIES = """
    listener_id | session_number | artist_affinity_ratio
    1           | 1              | 0.2
    1           | 2              | 0.199999
    1           | 3              | 1
    1           | 4              | 0.5
    1           | 5              | 0
"""
GIVEN = {"core.fct_sessions": SESSIONS, "core.fct_session_affinities": AFFINITIES}


def test_every_component_adds_its_weight(check_model):
    check_model(
        "core.fct_session_attribution",
        given={**GIVEN, "staging.stg_attribution_settings": settings()},
        expect="""
            listener_id | session_number | is_country_match | is_platform_match | is_hour_match | is_artist_affinity_match | has_driving_hint | attribution_score | is_kept | is_filter_on | is_primary
            1           | 1              | true             | true              | true          | true                     | false            | 4.2               | true    | true         | true
            1           | 2              | true             | true              | false         | false                    | false            | 2.4               | false   | true         | false
            1           | 3              | false            | true              | true          | true                     | false            | 3.0               | false   | true         | false
            1           | 4              | true             | false             | true          | true                     | true             | 3.6               | true    | true         | true
            1           | 5              | true             | false             | false         | false                    | false            | 1.2               | false   | true         | false
            2           | 1              | -                | -                 | -             | -                        | -                | -                 | -       | false        | true
        """,
    )


def test_with_too_few_plays_kept_every_session_is_the_listeners_and_says_so(check_model):
    check_model(
        "core.fct_session_attribution",
        given={**GIVEN, "staging.stg_attribution_settings": settings(5001)},
        expect="""
            listener_id | session_number | is_kept | is_filter_on | is_primary
            1           | 1              | true    | false        | true
            1           | 2              | false   | false        | true
            1           | 3              | false   | false        | true
            1           | 4              | true    | false        | true
            1           | 5              | false   | false        | true
            2           | 1              | -       | false        | true
        """,
    )


def test_another_country_is_kept_by_its_score_where_none_is_required(check_model):
    check_model(
        "core.fct_session_attribution",
        given={
            **GIVEN,
            "staging.stg_attribution_settings": settings(1, required=False, hours="5 | 6"),
        },
        expect="""
            listener_id | session_number | is_hour_match | attribution_score | is_kept
            1           | 1              | false         | 3.5               | true
            1           | 2              | false         | 2.4               | false
            1           | 3              | true          | 3.0               | true
            1           | 4              | false         | 2.9               | true
            1           | 5              | true          | 1.9               | false
            2           | 1              | -             | -                 | -
        """,
    )


def given_plays(rows: list[tuple[int, int, str, str]]) -> str:
    head = "listener_id | play_number | artist_id | country | platform | platform_family"
    lines = [
        f"1 | {number} | {artist} | {country} | {platform} | {platform}"
        for number, artist, country, platform in rows
    ]
    return "\n".join([head, *lines])


def sessions_of(count: int, size: int) -> str:
    head = "listener_id | play_number | session_number"
    return "\n".join([head, *(f"1 | {n} | {(n - 1) // size + 1}" for n in range(1, count + 1))])


def test_below_500_plays_at_home_the_artists_are_those_of_everywhere(check_model):
    # 499 plays at home of artist 7, then 500 elsewhere of artist 8.
    for at_home, ratios in ((499, ("0", "1")), (500, ("1", "0"))):
        rows = [(n, 7, "US", "ios") for n in range(1, at_home + 1)]
        rows += [(n, 8, "PT", "ios") for n in range(at_home + 1, 1001)]
        rows += [(n, 8, "PT", "ios") for n in range(1001, 2001)]
        halves = "\n".join(
            ["listener_id | play_number | session_number"]
            + [f"1 | {n} | {1 if n <= at_home else 2}" for n in range(1, 2001)]
        )
        check_model(
            "core.fct_session_affinities",
            given={
                "core.fct_outcomes": given_plays(rows),
                "core.fct_session_plays": halves,
                "staging.stg_attribution_settings": settings(top=1),
            },
            expect=f"""
                session_number | artist_affinity_ratio
                1              | {ratios[0]}
                2              | {ratios[1]}
            """,
        )


def test_of_artists_played_as_often_the_first_heard_is_the_listeners(check_model):
    rows = [(1, 5, "US", "ios"), (2, 9, "PT", "-"), (3, 4, "US", "ios"), (4, 4, "-", "osx")]
    rows += [(5, 5, "US", "ios"), (6, 9, "US", "ios")]
    check_model(
        "core.fct_session_affinities",
        given={
            "core.fct_outcomes": given_plays(rows),
            "core.fct_session_plays": sessions_of(6, 3),
            "staging.stg_attribution_settings": settings(top=2),
        },
        # Artists 5 and 9 were heard before 4.
        expect="""
            session_number | artist_affinity_ratio
            1              | 0.6666666667
            2              | 0.6666666667
        """,
    )


def test_all_published_sessions_have_the_score_and_are_kept_as_system_b_says(
    all_models, shared_data
):
    file = shared_data / "completion" / "user_attribution_report.csv"
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 11_004
    con = histories.empty()
    histories.materialize(con, all_models, is_audited=False)
    histories.load(
        con, {"listeners": [{"listener_id": 1, "listener": "me", "is_demo": False,
                             "created_at": warehouse.utc_now()}]}
    )  # fmt: skip
    mine = Settings(default=ListenerSettings(attribution=AttributionSettings()))
    write_settings(con, mine, warehouse.utc_now())
    sessions = {
        "listener_id": [1] * len(rows),
        "session_number": [int(row["session_id"]) for row in rows],
        "plays": [int(row["rows"]) for row in rows],
        "dominant_country": [row["dominant_country"] for row in rows],
        "dominant_platform": [row["dominant_platform"] for row in rows],
        # System B knows the texts only.
        "dominant_platform_family": [row["dominant_platform"] for row in rows],
        "start_hour": [int(row["start_hour"]) for row in rows],
    }
    ratios = [float(row["artist_affinity_ratio"]) for row in rows]
    keys = {name: sessions[name] for name in ("listener_id", "session_number")}
    for table, columns in (
        ("core.fct_sessions", sessions),
        ("core.fct_session_affinities", keys | {"artist_affinity_ratio": ratios}),
    ):
        con.register("given", pa.table(columns))
        con.execute(f"insert into {table} by name from given")
        con.unregister("given")
    (model,) = (one for one in all_models if one.name == "core.fct_session_attribution")
    got = {row["session_number"]: row for row in warehouse.rows(con, model.sql)}
    matches = {
        "country_match": "is_country_match",
        "platform_match": "is_platform_match",
        "hour_match": "is_hour_match",
        "artist_affinity_match": "is_artist_affinity_match",
        "driving_hint": "has_driving_hint",
        "keep_as_primary_user": "is_kept",
    }
    for row in rows:
        one = got[int(row["session_id"])]
        assert one["attribution_score"] == pytest.approx(float(row["attribution_score"]), abs=1e-9)
        assert {name: str(int(one[ours])) for name, ours in matches.items()} == {
            name: row[name] for name in matches
        }
        assert one["is_filter_on"]
        assert one["is_primary"] == one["is_kept"]
    kept = [row for row in rows if got[int(row["session_id"])]["is_kept"]]
    assert len(kept) == 8_740
    assert sum(int(row["rows"]) for row in kept) == 215_569
    assert sum(int(row["rows"]) for row in rows) == 240_001
    con.close()


# --- the settings ----------------------------------------------------------------------------


def loaded(tmp_path, text: str) -> Settings:
    file = tmp_path / "sotw.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_the_table_alone_means_the_defaults_of_system_b(tmp_path):
    assert loaded(tmp_path, "").default.attribution is None
    assert loaded(tmp_path, "[attribution]").default.attribution == AttributionSettings()


def test_weights_are_merged_and_a_listener_goes_before_the_file(tmp_path):
    text = """
        favorite_artists = [" Lys ", "Orsa", "Lys"]
        [attribution]
        home_country = "PT"
        weights = { hour = 0.1 }
        [listeners.ana.attribution]
        preferred_hour_window = [8, 22]
        weights = { driving_hint = 2 }
    """
    found = loaded(tmp_path, text)
    assert found.of("ben").favorite_artists == ("Lys", "Orsa")
    assert found.of("ben").attribution == AttributionSettings(
        "PT", weights=(1.2, 1.2, 0.1, 1.1, 0.6)
    )
    assert found.of("ana").attribution == AttributionSettings(
        "PT", hours=(8, 22), weights=(1.2, 1.2, 0.1, 1.1, 2.0)
    )
    assert found.as_dict()["listeners"]["ana"]["attribution"]["weights"]["hour"] == 0.1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("attribution = 1", "attribution = 1 is not allowed"),
        ("[attribution]\nhome = 'US'", "unknown field 'attribution.home'"),
        ("favourite_playlists = ['x']", "did you mean 'favorite_playlists'?"),
        ("[atribution]\nhome_country = 'PT'", "did you mean 'attribution'?"),
        ("[listener.ana]", "listener = {'ana': {}}"),
        ("[listeners.ana]\ntimezone = 'UTC'", "did you mean 'listeners.ana.time_zone'?"),
        ("[attribution]\nhome_country = ''", "attribution.home_country = ''"),
        ("[attribution]\nprimary_platforms = ['a,b']", "attribution.primary_platforms"),
        ("[attribution]\npreferred_hour_window = [6, 24]", "attribution.preferred_hour_window"),
        ("[attribution]\npreferred_hour_window = [6]", "attribution.preferred_hour_window"),
        ("[attribution]\nartist_affinity_min_ratio = 1.5", "attribution.artist_affinity_min_ratio"),
        ("[attribution]\nmin_session_score = nan", "attribution.min_session_score = nan"),
        ("[attribution]\nrequire_country_match = 1", "attribution.require_country_match = 1"),
        ("[attribution]\nartist_affinity_top_n = true", "attribution.artist_affinity_top_n = True"),
        ("[attribution]\nweights = { hours = 1 }", "unknown field 'attribution.weights.hours'"),
        ("[attribution]\nweights = { hour = -1 }", "attribution.weights.hour = -1"),
        ("[listeners.ana.attribution]\nx = 1", "unknown field 'listeners.ana.attribution.x'"),
        ("favorite_artists = 'Lys'", "favorite_artists = 'Lys'"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path, text, named):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    assert named in str(caught.value)


def test_the_settings_are_where_the_models_read_them(empty_warehouse):
    con = empty_warehouse
    row = {"listener_id": 4, "listener": "ana", "is_demo": False}
    histories.load(con, {"listeners": [row | {"created_at": warehouse.utc_now()}]})
    one = ListenerSettings(
        favorite_artists=("Orsa", "LYS"),
        attribution=AttributionSettings("PT", ("ios",), (), (8, 22), requires_country=False),
    )
    for _ in range(2):
        write_settings(con, Settings(default=one), warehouse.utc_now())
    (found,) = warehouse.rows(con, "from raw.attribution_settings")
    assert found == {
        "listener_id": 4, "home_country": "PT", "primary_platforms": ",ios,", "driving_hints": "",
        "hour_from": 8, "hour_to": 22, "affinity_top_n": 60, "affinity_min_ratio": 0.2,
        "min_session_score": 2.6, "requires_country": False, "weight_country": 1.2,
        "weight_platform": 1.2, "weight_hour": 0.7, "weight_affinity": 1.1, "weight_driving": 0.6,
        "min_kept_plays": 5000,
    }  # fmt: skip
    assert warehouse.rows(con, "from raw.favorite_artists order by position") == [
        {"listener_id": 4, "position": 1, "artist": "Orsa", "artist_key": "orsa"},
        {"listener_id": 4, "position": 2, "artist": "LYS", "artist_key": "lys"},
    ]
