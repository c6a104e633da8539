"""The service: builds, weeks, picks, errors of one shape."""

from __future__ import annotations

import json
import shutil
import threading

import pytest
import serving
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app as commands
from sotw.actions import load_and_build
from sotw.errors import SettingsError
from sotw.serve import config as configuring
from sotw.settings import Settings
from sotw.warehouse import inbox

ANA = {"listener": "ana"}


@pytest.fixture(scope="module")
def api(served):
    return serving.client(served)


@pytest.fixture
def own(served, tmp_path):
    """A copy to write to."""
    return shutil.copy(served, tmp_path / "sotw.duckdb")


def test_health_says_which_build_and_how_fresh(api, own):
    found = api.get("/health").json()
    assert found["status"] == "ok"
    assert found["trained"] == ["week_favorite"]
    assert found["last_day"] == "2024-06-22"
    inbox.append(own, {"kind": "pick", "listener": "ana"})
    about = serving.client(own).get("/health").json()
    assert (about["waiting"], about["is_fresh"]) == (1, False)


def test_without_a_warehouse_it_is_well_and_says_what_to_do(tmp_path):
    api = serving.client(tmp_path / "sotw.duckdb")
    assert api.get("/health").json()["status"] == "empty"
    found = api.get("/weeks")
    assert found.status_code == 503
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["do"] == "Run `sotw build` or `sotw ingest FILE`."
    assert str(tmp_path) not in found.text


def test_a_new_build_is_seen_at_once_and_an_old_reader_keeps_its_own(own):
    api = serving.client(own)
    first = api.get("/weeks", params=ANA)
    tag = first.headers["etag"]
    same = {"If-None-Match": tag}
    again = api.get("/weeks", params=ANA, headers=same)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    state = api.app.state.sotw
    with state.reading() as (old, con):
        with warehouse.writing(own) as draft:
            draft.execute("update core.dim_weeks set listened_plays = 7777")
        later = api.get("/weeks", params=ANA, headers=same)
        assert later.status_code == 200
        assert later.json()["items"][0]["plays"] == 7777
        query = "select max(listened_plays) < 7777 from core.dim_weeks"
        assert con.execute(query).fetchall() == [(True,)]
    assert old.readers == 0
    assert [one.name for one in own.parent.glob(".*reading*")] == []


def test_weeks_end_with_next_null(api):
    address, seen = "/weeks?listener=ana&limit=10", []
    while address:
        found = api.get(address).json()
        seen += [week["week_ending"] for week in found["items"]]
        address = found["next"]
    assert len(seen) == len(set(seen)) == serving.WEEKS
    assert seen == sorted(seen, reverse=True)


def test_a_ranking_is_what_the_command_prints(api, served):
    asked = ["predict", "--listener", "ana", "--json", "--warehouse", str(served)]
    said = json.loads(CliRunner().invoke(commands, asked).stdout)
    found = api.get(f"/weeks/{said['week_ending']}/ranking", params=ANA).json()
    assert found["expects"].startswith("Song of the week")
    assert [one["track_name"] for one in found["items"]] == [
        one["track_name"] for one in said["candidates"]
    ]
    two = api.get(f"/weeks/{said['week_ending']}/ranking?listener=ana&limit=2").json()
    assert [one["rank"] for one in api.get(two["next"]).json()["items"]] == [3, 4]


def test_a_pick_waits_in_the_inbox_and_the_next_build_has_it_once(own):
    api = serving.client(own)
    week = "2024-06-22"
    with warehouse.writing(own):  # somebody writes meanwhile
        said = api.post(f"/weeks/{week}/pick", params=ANA, json={"song": "Band - Song 2"})
    assert said.status_code == 201, said.text
    assert said.json()["week_ending"] == week
    assert inbox.waiting(own) == 1
    load_and_build.run_build(own, serving.SETTINGS, only=["core.fct_week_labels"])
    assert inbox.waiting(own) == 0
    found = api.get("/weeks?listener=ana&limit=1").json()["items"][0]
    assert (found["picked_artist"], found["picked_track"]) == ("Band", "Song 2")


def test_a_pick_nobody_heard_is_refused_with_the_nearest(own):
    api = serving.client(own)
    found = api.post("/weeks/2024-06-22/pick", params=ANA, json={"song": "Band - Sung 2"})
    assert found.status_code == 422
    assert "The nearest: Band - Song 2" in found.json()["detail"]
    assert inbox.waiting(own) == 0


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "field"),
    [
        ("GET", "/nowhere", None, 404, None),
        ("GET", "/weeks?listener=zoe", None, 404, None),
        ("GET", "/weeks?limit=0", None, 422, "limit"),
        ("GET", "/weeks?before=soon", None, 422, "before"),
        ("GET", "/weeks/2024-13-01/ranking", None, 422, "date"),
        ("DELETE", "/weeks", None, 405, None),
        ("GET", "/runs/none", None, 404, None),
        ("POST", "/weeks/2024-06-22/pick", b"{", 422, "body"),
        ("POST", "/weeks/2024-06-22/pick", b"{}", 422, "song"),
        ("POST", "/weeks/2024-06-22/pick", b'{"song": "a\\u0000 - b"}', 422, "song"),
        ("POST", "/weeks/2024-06-22/pick", b'{"song": "a - b", "x": 1}', 422, "x"),
        ("POST", "/weeks/2024-06-22/pick", b'{"song": "' + b"a" * 1_000_000, 413, None),
    ],
)
def test_every_error_has_the_one_shape_and_says_what_to_do(
    api, method, address, body, status, field
):
    headers = {"Content-Type": "application/json"}
    found = api.request(method, address, content=body, headers=headers)
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    said = found.json()
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    assert said["do"]
    assert [one["field"] for one in said["errors"]] == ([field] if field else [])


def test_what_went_wrong_unforeseen_is_told_without_its_words(api, monkeypatch):
    def burst(*_):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("sotw.serve.routes.weeks.weeks.weeks", burst)
    found = api.get("/weeks", params=ANA)
    assert found.status_code == 500
    assert "secret" not in found.text
    assert found.json()["do"]


def test_metrics_count_by_route_and_hold_nothing_that_was_asked(api):
    api.get("/weeks?listener=somebody")
    text = api.get("/metrics").text
    assert 'route="/weeks"' in text
    assert "somebody" not in text
    assert "sotw_request_seconds_bucket" in text


def test_docs_come_from_here_and_the_description_has_every_route(api):
    page = api.get("/docs")
    assert "//" not in page.text.replace("<!--", "").replace("// ", "")
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert api.get("/docs/files/swagger-ui-bundle.js").status_code == 200
    assert api.get("/docs/files/..%2Fcore.py").status_code == 404
    described = api.get("/openapi.json").json()
    assert {"/health", "/weeks", "/weeks/{date}/ranking", "/runs"} <= set(described["paths"])


def test_readers_while_builds_are_published_see_no_error(own):
    api, codes, over = serving.client(own), set(), threading.Event()

    def ask():
        while not over.is_set():
            codes.add(api.get("/weeks?listener=ana&limit=3").status_code)

    readers = [threading.Thread(target=ask) for _ in range(5)]
    for one in readers:
        one.start()
    for number in range(4):
        with warehouse.writing(own) as draft:
            draft.execute("update core.dim_weeks set listened_plays = ?", [number])
    over.set()
    for one in readers:
        one.join()
    assert codes == {200}
    assert api.get("/weeks", params=ANA).json()["items"][0]["plays"] == 3


def test_another_address_needs_a_token_of_some_length(tmp_path, monkeypatch):
    path = tmp_path / "sotw.duckdb"
    for name in ("SOTW_TOKEN", "SOTW_TOKENS", "SOTW_RATE"):
        monkeypatch.delenv(name, raising=False)
    assert not configuring.configured(path, Settings(), "127.0.0.1").tokens
    with pytest.raises(SettingsError, match="set SOTW_TOKEN"):
        configuring.configured(path, Settings(), "0.0.0.0")
    monkeypatch.setenv("SOTW_TOKEN", "short")
    with pytest.raises(SettingsError, match="16 or more"):
        configuring.configured(path, Settings(), "0.0.0.0")
    monkeypatch.setenv("SOTW_TOKEN", "t" * 20)
    monkeypatch.setenv("SOTW_TOKENS", f"ana={'a' * 20}, ben={'b' * 20}")
    found = configuring.configured(path, Settings(), "0.0.0.0").tokens
    assert found == {"t" * 20: None, "a" * 20: "ana", "b" * 20: "ben"}
    monkeypatch.setenv("SOTW_RATE", "often")
    with pytest.raises(SettingsError, match="'often' is not allowed"):
        configuring.configured(path, Settings(), "127.0.0.1")


def test_an_env_file_is_read_as_docker_reads_it(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# of the service\n\nSOTW_TOKEN = abc=d\nSOTW_RATE='9/minute'\n")
    assert configuring.read_env_file(file) == {"SOTW_TOKEN": "abc=d", "SOTW_RATE": "9/minute"}
    file.write_text("SOTW_TOKEN\nhidden")
    with pytest.raises(SettingsError, match=r"line 1 is not NAME=VALUE") as caught:
        configuring.read_env_file(file)
    assert "hidden" not in str(caught.value)
