"""The page of `sotw report week_favorite`: complete, true to its data, and safe to open."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import importlib.util
import json
import re
import subprocess
import sys

import histories
import numpy as np
import pandas as pd
import pytest
import vl_convert
from report_pages import ARTIST, EDGES, LISTENER, Page, history, percent, said, trained

from sotw.errors import SotwError
from sotw.predictors.week_favorite import report
from sotw.predictors.week_favorite.report_favorites import LIFTS, bin_name
from sotw.report import plots

FEATURES = "marts.training_week_favorite"
# SYSTEMS A.12, with the evaluation of issue 3.
PARTS = {
    *("missing_values", "release_date_forms", "genres"),
    *("weekly_scrobbles", "plays_per_weekday", "top_artists", "top_tracks"),
    *("popularity", "durations"),
    *("favorite_share", "weekly_favorite_rate", "favorite_vs_other"),
    *("weekly_plays_favorite_vs_other", "weekday_shares", "correlations", "spearman"),
    *(f"lift_{feature}" for feature in LIFTS),
    *("coefficients", "metrics_test", "metrics_rolling", "calibration", "verdicts"),
    "differences_test",
}
TABLES_ALONE = {"missing_values", "release_date_forms", "favorite_share", "differences_test"}
OF_THE_LABEL = PARTS - {
    *("missing_values", "release_date_forms", "genres", "weekly_scrobbles", "plays_per_weekday"),
    *("top_artists", "top_tracks", "popularity", "durations", "spearman"),
}


@pytest.fixture(scope="module")
def warehouses(all_models):
    """Of the same listener: with picks, and as a demo without picks."""
    found = {}
    for kind in ("pick", "proxy"):
        con = histories.built(history(picks=kind == "pick", is_demo=kind == "proxy"), all_models)
        trained(con, all_models, kind)
        found[kind] = con
    yield found
    for con in found.values():
        con.close()


@pytest.fixture(scope="module")
def pages(warehouses, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {kind: Page(report.write_report(con, folder / kind)) for kind, con in warehouses.items()}


@pytest.fixture(scope="module")
def page(pages):
    return pages["pick"]


@pytest.fixture(scope="module")
def rows(warehouses):
    """The candidates of labelled weeks, read without any of the report's SQL."""
    frame = warehouses["pick"].sql(f"from {FEATURES} where cutoff_policy = 'decision'").df()
    labelled = warehouses["pick"].sql("from core.fct_week_labels where label_kind = 'pick'").df()
    frame["is_favorite"] = frame["is_week_favorite"]
    in_week = frame["week_ending"].isin(labelled["week_ending"]) & frame["is_complete_week"]
    return frame[in_week]


# --- complete --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pick", "proxy"])
def test_every_artefact_is_there_with_a_heading_and_a_sentence(pages, kind):
    page = pages[kind]
    assert set(page.titles) == set(page.sentences) == PARTS
    assert all(page.titles.values())
    assert all(re.search(r"\.$", sentence) for sentence in page.sentences.values())


def test_every_part_has_a_plot_or_a_table_and_what_has_neither_says_what_to_do(page):
    shown = set(page.plots) | set(page.tables)
    assert set(page.plots) >= PARTS - TABLES_ALONE - {"metrics_rolling"}
    assert PARTS - shown == {"metrics_rolling"}
    assert "No metrics of the favourite on rolling weeks" in said(page, "metrics_rolling")
    assert "sotw evaluate" in said(page, "metrics_rolling")


def test_every_plot_compiles_and_has_data(page):
    for key, plot in page.plots.items():
        assert vl_convert.vegalite_to_vega(plot)["data"], key
        assert all(plot["datasets"].values()), key


# --- true ------------------------------------------------------------------------------------


def test_plays_of_favourites_and_of_others_are_as_pandas_counts_them(page, rows):
    own = rows[rows["is_favorite"]].set_index("week_ending")["week_plays"]
    others = rows[~rows["is_favorite"]].groupby("week_ending")["week_plays"]
    weeks = own.index
    silent = rows["week_ending"].nunique() - len(weeks)
    assert silent > 0, "the history must hold a favourite not played before the cut-off"
    assert said(page, "favorite_vs_other") == (
        f"Favourites were played {own.mean():.1f} times in their week, the most played other song "
        f"{others.max()[weeks].mean():.1f} times and the average other song "
        f"{others.mean()[weeks].mean():.1f} times (n = {len(weeks)} weeks; in {silent} more "
        f"week{'s' * (silent > 1)} it was not played before the cut-off)."
    )
    first = (own > others.max()[weeks]).sum()
    assert f"more than every other in {first} (" in said(page, "weekly_plays_favorite_vs_other")


def test_the_share_of_favourites_is_as_pandas_counts_it(page, rows):
    plays = rows["week_plays"].sum()
    own = rows.loc[rows["is_favorite"], "week_plays"].sum()
    assert said(page, "favorite_share").startswith(f"{percent(own / plays)} of {plays:,} plays in ")
    weekly = rows.assign(own=rows["week_plays"] * rows["is_favorite"]).groupby("week_ending")
    share = weekly["own"].sum() / weekly["week_plays"].sum()
    assert f"In the median week {percent(share.median())} of" in said(page, "weekly_favorite_rate")
    assert f"at most {percent(share.max())} (week ending {share.idxmax():%Y-%m-%d}" in said(
        page, "weekly_favorite_rate"
    )


def test_correlations_with_the_label_are_as_pandas_has_them(page, rows):
    names = rows.columns.drop(["listener_id", "track_id", "cutoff_at", "week_ending"])
    numbers = rows[names].select_dtypes(["number", "bool"]).astype("float64")
    own = [name for name in numbers if name.endswith("_favorite")]
    numbers = numbers.drop(columns=[*own, "is_complete_week", "is_current_week"])
    varied = numbers.loc[:, numbers.nunique() > 1]
    r = varied.corrwith(rows["is_favorite"].astype("float64")).dropna()
    drawn = {row["name"]: row["r"] for row in page.drawn("correlations", "r")}
    assert len(drawn) == 20
    for name, value in drawn.items():
        assert value == pytest.approx(r[name]), name
    assert min(abs(value) for value in drawn.values()) >= r.abs().nlargest(20).min() - 1e-9
    top = r.abs().max()
    assert f"({len(rows):,} candidates, " in said(page, "correlations")
    assert f"r = {top:.2f}" in said(page, "correlations").replace("r = -", "r = ")


@pytest.mark.parametrize("feature", EDGES)
def test_lift_by_bins_is_as_pandas_cuts_them(page, rows, feature):
    bins = pd.cut(rows[feature].astype("float64"), EDGES[feature], right=False)
    names = [
        "unknown" if pd.isna(one) else bin_name(feature, one.left, one.right)
        for one in bins.astype("object")
    ]
    grouped = rows["is_favorite"].groupby(np.array(names, dtype=object))
    lift = grouped.mean() / rows["is_favorite"].mean()
    drawn = page.drawn(f"lift_{feature}", "lift")
    assert {row["name"]: row["lift"] for row in drawn} == pytest.approx(lift.to_dict())
    counts = grouped.agg(["sum", "size"])
    best = [row for row in drawn if row["candidates"] >= 30]
    top = max(best, key=lambda row: row["lift"])["name"]
    assert said(page, f"lift_{feature}").startswith(f"With {feature} {top}, a candidate is the")
    assert f"({counts.loc[top, 'sum']} of {counts.loc[top, 'size']:,})" in said(
        page, f"lift_{feature}"
    )


def test_weekdays_are_as_the_calendar_says(page, warehouses):
    plays = warehouses["pick"].sql("from core.fct_plays where is_counted").df()
    days = pd.to_datetime(plays["local_date"]).dt.day_name().value_counts(normalize=True)
    assert said(page, "plays_per_weekday") == (
        f"Most plays are on {days.idxmax()} ({percent(days.max())} of {len(plays):,}), fewest on "
        f"{days.idxmin()} ({percent(days.min())})."
    )


def test_the_weekly_line_is_as_pandas_counts_plays(page, warehouses):
    plays = warehouses["pick"].sql("from core.fct_plays where is_counted").df()
    plays = plays.groupby("week_ending").size()
    weeks = pd.date_range(plays.index.min(), plays.index.max(), freq="7D")
    weekly = plays.reindex(weeks, fill_value=0)
    silent = (weekly == 0).sum()
    assert silent > 0
    sentence = said(page, "weekly_scrobbles")
    assert sentence.startswith(f"{weekly.sum():,} plays in {len(weekly)} weeks: ")
    assert f"{weekly.median():,.0f} in the median week, {weekly.max()} in the fullest" in sentence
    assert f"; {silent} week" in sentence


def test_pairs_that_say_the_same_are_as_ranks_correlate(page, warehouses):
    frame = warehouses["pick"].sql(f"from {FEATURES} where cutoff_policy = 'decision'").df()
    cells = page.drawn("spearman", "value")
    whole = {row["one"] for row in cells if frame[row["one"]].notna().all()}
    ranks = frame[sorted(whole)].astype("float64").rank()
    rho = pd.DataFrame(np.corrcoef(ranks.T), index=sorted(whole), columns=sorted(whole))
    assert len(whole) > 10
    for row in cells:
        if {row["one"], row["other"]} <= whole:
            assert row["value"] == pytest.approx(rho.loc[row["one"], row["other"]])
    strong = {
        frozenset((row["one"], row["other"]))
        for row in cells
        if row["one"] != row["other"] and abs(row["value"]) >= 0.8
    }
    assert said(page, "spearman").startswith(f"{len(strong)} of ")


def test_missing_values_count_nulls_and_levels_of_not_known(page, warehouses):
    frame = warehouses["pick"].sql(f"from {FEATURES} where cutoff_policy = 'decision'").df()
    gaps = frame["gap_weeks"].isna().sum()
    types = (frame["artist_type"] == "unknown").sum()
    for name, count in (("gap_weeks", gaps), ("artist_type", types)):
        assert count > 0
        assert f"{name} {count:,} {percent(count / len(frame))}" in page.tables["missing_values"]


def test_release_dates_are_profiled_by_form_and_not_by_value(page):
    table = page.tables["release_date_forms"]
    for form in ("YYYY-MM-DD", "YYYY-MM", "YYYY", "aaaa"):
        assert form in table
    assert "soon" not in table


def test_calibration_and_verdicts_are_as_the_ledger_says(page, warehouses):
    ledger = warehouses["pick"].sql("from ml.ledger order by week_ending").df()
    labels = warehouses["pick"].sql("from core.fct_week_labels where label_kind = 'pick'").df()
    both = ledger.merge(labels, on="week_ending", suffixes=("", "_label"))
    right = both["track_id"] == both["track_id_label"]
    assert said(page, "verdicts").startswith(
        f"The first place was the favourite in {right.sum()} of {len(both)} weeks "
        f"({percent(right.mean())}), "
    )
    band = pd.cut(both["probability"], [0, 0.1, 0.2, 0.3, 0.4, 0.6, np.inf], right=False)
    by_band = {row["label"]: row["said"] for row in page.drawn("calibration", "label")}
    for place, inside in both.groupby(band, observed=True):
        label = f"{right[inside.index].sum()}/{len(inside)}"
        assert label in by_band, place
    assert f"was {percent(both['probability'].mean())} on average, and" in said(page, "calibration")


def test_metrics_of_all_models_are_shown_with_n_and_interval_and_the_default_is_named(page):
    assert said(page, "metrics_test") == (
        "On 20 weeks 'any_name' ranked the favourite first in 7 weeks, 35 % (95 % interval 10 % "
        "to 60 %); the best other, 'most_plays', 5 weeks, 25 % (10 % to 60 %)."
    )
    assert said(page, "differences_test") == (
        "With 95 % confidence 'any_name' ranks the favourite first more often than 'most_plays' "
        "and less often than no other, of 1 model compared (n = 20 weeks)."
    )
    assert "any_name most_plays 0.120 [0.100, 0.600]" in page.tables["differences_test"]
    table = page.tables["metrics_test"]
    assert "over" not in table
    for text in ("Hit@1", "NLL", "n = 20", "any_name (default)", "0.350", "[0.100, 0.600]"):
        assert text in table


def test_the_ten_largest_coefficients_are_drawn_without_the_intercept(page):
    drawn = page.drawn("coefficients", "name")
    assert [row["name"] for row in drawn[:3]] == ["week_plays", "is_first_week", "f11"]
    assert len(drawn) == 10
    assert "(of the week's candidates) more of it speaks for being the favourite by 1.25" in said(
        page, "coefficients"
    )


# --- named as what it is ----------------------------------------------------------------------


def test_a_proxy_is_called_so_in_every_title_and_sentence_about_it(pages):
    page = pages["proxy"]
    for key in OF_THE_LABEL:
        assert "proxy favourite" in page.titles[key].lower(), key
        assert "proxy favourite" in page.sentences[key].lower(), key
    bare = re.findall(r"(?<!proxy )favourites?\b", page.sentences["favorite_vs_other"].lower())
    assert bare == []
    assert "(proxy label)" in page.visible


def test_named_favourites_are_nowhere_called_a_proxy(page):
    assert "proxy" not in page.visible.lower()
    assert "(named favourites)" in page.visible


def test_a_demo_is_called_synthetic_before_anything_else(pages):
    text = pages["proxy"].text
    assert text.index("<strong>Synthetic demo history.") < text.index("<h1>")
    assert "Synthetic" not in pages["pick"].visible


# --- safe ------------------------------------------------------------------------------------


def test_the_page_fetches_nothing(page):
    links = [value for _, name, value in page.attributes if name in ("src", "href", "data")]
    assert links
    assert all(link.startswith("#") for link in links)
    styles = "".join(re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL))
    assert not re.search(r"@import|url\(", styles)
    assert not re.search(r'"(url|\$schema)"', json.dumps(page.plots))
    [policy] = [value for _, name, value in page.attributes if "default-src" in value]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_the_policy_lets_only_the_scripts_of_the_page_run(page):
    [policy] = [value for _, name, value in page.attributes if "script-src" in value]
    run = [text for found, text in page.scripts if found.get("type") is None]
    assert len(run) == 2
    for text in run:
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy.split("script-src")[1]


def test_names_are_text_and_never_markup_or_the_end_of_a_script(page):
    assert ARTIST not in page.text
    assert "<b>" not in page.text
    assert len(page.scripts) == 3
    assert not set("<>&") & set(page.scripts[0][1])
    assert LISTENER in page.visible
    names = [row["name"] for row in page.drawn("top_artists", "name")]
    assert ARTIST in names


def test_a_reader_without_eyes_or_a_large_screen_is_served(page):
    assert ("html", "lang", "en") in page.attributes
    assert ("meta", "name", "viewport") in page.attributes
    assert page.tags.count("h1") == 1
    labels = [" ".join(text.split()) for _, name, text in page.attributes if name == "aria-label"]
    for key in page.plots:
        assert f"{page.titles[key]}. {page.sentences[key]}" in labels


# --- what can be lacking ----------------------------------------------------------------------


def test_a_history_without_labels_facts_or_a_model_says_what_to_do_and_draws_nothing_empty(
    all_models, tmp_path
):
    bare = history(picks=False)
    kept = {name: bare.raw[name] for name in ("listeners", "names")}
    first = min(row["played_at"] for row in bare.raw["plays"])
    kept["plays"] = [
        row for row in bare.raw["plays"] if row["played_at"] < first + dt.timedelta(days=20)
    ]
    con = histories.built(histories.History(kept, bare.settings, bare.as_of), all_models)
    page = Page(report.write_report(con, tmp_path / "new" / "folder"))
    assert set(page.titles) == PARTS - {"differences_test"}
    lacking = set(page.titles) - set(page.plots) - set(page.tables)
    assert {"popularity", "genres", "favorite_vs_other", "coefficients", "verdicts"} <= lacking
    for key in lacking:
        assert re.search(r"\bsotw (pick|ingest|train|evaluate)\b", page.sentences[key]), key
    assert con.execute("from duckdb_tables() where temporary").fetchall() == []
    con.close()


def test_without_the_extra_the_error_names_it(warehouses, tmp_path, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "altair" else real(name)
    )
    with pytest.raises(SotwError, match=r"needs altair, .*make install EXTRAS=plot"):
        report.write_report(warehouses["pick"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_importing_the_report_imports_no_plotting_library():
    code = (
        "import sys, sotw.report.page, sotw.report.listening;"
        "from sotw.predictors.week_favorite import report, report_favorites, report_model;"
        "assert not {'altair', 'vl_convert', 'pandas'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"listener": "nobody"}, r"no listener is called 'nobody'; there is me</script>"),
        ({"policy": "noon"}, r"'noon' is not in .*; there is calendar, decision"),
    ],
)
def test_an_unknown_listener_or_policy_is_refused_with_what_there_is(
    warehouses, tmp_path, chosen, message
):
    with pytest.raises(SotwError, match=message):
        report.write_report(warehouses["pick"], tmp_path, **chosen)


def test_before_a_build_and_into_a_file_the_error_says_what_to_do(
    empty_warehouse, warehouses, tmp_path
):
    with pytest.raises(SotwError, match="Run `sotw build`"):
        report.write_report(empty_warehouse, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SotwError, match=r"cannot be written.*--out"):
        report.write_report(warehouses["pick"], tmp_path / "file")


def test_a_line_ends_where_nothing_is_known_for_more_than_a_month():
    days = ("2024-01-06", "2024-01-13", "2024-03-02", "2024-03-09")
    rows = [{"week": day, "plays": 1, "song": song} for day in days for song in ("a", "b")]
    spec = plots.lines(rows, "plays", "plays", group="song")
    [drawn] = spec["datasets"].values()
    assert [row["stretch"] for row in drawn] == [0, 0, 0, 0, 1, 1, 1, 1]
