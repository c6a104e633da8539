"""What somebody may try with the service, a test each."""

from __future__ import annotations

import itertools

import pytest
import serving

from sotw.serve.guard import Tokens, digest

ALL, ANA, BEN = "t" * 20, "a" * 20, "b" * 20
TOKENS = {ALL: None, ANA: "ana", BEN: "ben"}


def bearing(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def guarded(served):
    return serving.client(served, host="http://music.example", tokens=TOKENS)


@pytest.fixture(scope="module")
def local(served):
    return serving.client(served)


def test_without_a_token_nothing_but_that_it_is_well(guarded):
    for address in ("/weeks", "/runs", "/metrics", "/docs", "/openapi.json", "/nowhere"):
        found = guarded.get(address)
        assert found.status_code == 401, address
        assert found.headers["www-authenticate"] == "Bearer"
    assert set(guarded.get("/health").json()) >= {"status", "build"}
    assert guarded.get("/health").json()["last_day"] is None
    assert guarded.get("/weeks", headers=bearing("wrong" * 5)).status_code == 401
    assert guarded.get("/weeks?listener=ana", headers=bearing(ALL)).status_code == 200
    token = {"Authorization": f"Token {ANA}"}
    assert guarded.get("/weeks", headers=token).status_code == 200


def test_a_listener_sees_nothing_of_another(guarded):
    mine = guarded.get("/weeks", headers=bearing(ANA))
    assert len(mine.json()["items"]) == serving.WEEKS
    for other in ("ben", "nobody at all"):
        found = guarded.get("/weeks", params={"listener": other}, headers=bearing(ANA))
        assert found.status_code == 403
        assert found.json()["detail"] == "The token is of another listener."
    assert "Secret" not in guarded.get("/weeks", headers=bearing(ANA)).text
    body = {"song": "Secret - Of Ben"}
    found = guarded.post("/weeks/2024-02-01/pick?listener=ben", json=body, headers=bearing(ANA))
    assert found.status_code == 403
    run = guarded.get("/runs", headers=bearing(ALL)).json()["items"][0]["run_id"]
    assert guarded.get(f"/runs/{run}", headers=bearing(ANA)).json()["metrics"]
    assert guarded.get(f"/runs/{run}", headers=bearing(BEN)).json()["metrics"] == []


def test_every_token_is_compared_whichever_it_is(monkeypatch):
    compared = []
    monkeypatch.setattr(
        "sotw.serve.guard.hmac.compare_digest", lambda a, b: compared.append(a) or a == b
    )
    tokens = Tokens(TOKENS)
    for given in (ALL, BEN, "nobody's"):
        compared.clear()
        who = tokens.who(given)
        assert compared == [digest(one) for one in TOKENS]
        assert (who is None) == (given == "nobody's")


def test_guessing_tokens_is_slowed_down(served):
    api = serving.client(served, tokens=TOKENS)
    codes = [api.get("/runs", headers=bearing(f"guess {n}")).status_code for n in range(35)]
    assert codes[:30] == [401] * 30
    assert codes[30:] == [429] * 5


def test_more_requests_than_allowed_wait(served):
    api = serving.client(served, rate="3/minute")
    found = [api.get("/runs") for _ in range(5)]
    assert [one.status_code for one in found] == [200, 200, 200, 429, 429]
    assert found[0].headers["x-ratelimit-remaining"] == "2"
    assert 1 <= int(found[3].headers["retry-after"]) <= 60
    assert api.get("/health").status_code == 200


def test_a_name_of_somebody_else_that_leads_here_is_refused(local):
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        found = local.get("/weeks?listener=ana", headers={"Host": host})
        assert found.status_code == 403, host
    for host in ("127.0.0.1:8021", "localhost", "[::1]:8021"):
        assert local.get("/runs", headers={"Host": host}).status_code == 200, host


def test_a_page_of_another_site_may_not_write_and_is_told_nothing(local):
    headers = {"Origin": "https://evil.example"}
    body = {"song": "Band - Song 1"}
    found = local.post("/weeks/2024-06-22/pick?listener=ana", json=body, headers=headers)
    assert found.status_code == 403
    read = local.get("/weeks?listener=ana", headers=headers)
    assert not [name for name in read.headers if name.startswith("access-control")]
    asked = headers | {"Access-Control-Request-Method": "POST"}
    assert local.options("/weeks", headers=asked).status_code == 405


HOSTILE = (
    "../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "ana' or '1'='1",
    "ana'; drop table raw.plays; --",
    "{{ 7919 * 7919 }}{% include 'score/ranking.sql' %}",
    "${7919*7919}",
    "read_csv('/etc/passwd')",
    "\u202eana",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_sent_is_never_a_path_a_query_or_a_template(local, served, text):
    before = served.stat().st_mtime_ns
    for found in (
        local.get("/weeks", params={"listener": text}),
        local.get(f"/runs/{text}"),
        local.get("/runs", params={"before": text}),
        local.get(f"/weeks/{text}/ranking"),
        local.post("/weeks/2024-06-22/pick?listener=ana", json={"song": f"{text} - {text}"}),
    ):
        assert found.status_code in (200, 404, 405, 422), (text, found.text)
        assert "root:" not in found.text
        assert "62710561" not in found.text
    assert served.stat().st_mtime_ns == before
    assert local.get("/weeks?listener=ana").status_code == 200


def test_a_query_could_open_no_other_file(local):
    with local.app.state.sotw.reading() as (_, con):
        for query in (
            "from read_text('/etc/hostname')",
            "attach '/tmp/x.db'",
            "copy (select 1) to '/tmp/x.csv'",
            "set enable_external_access = true",
            "create table core.x as select 1",
        ):
            with pytest.raises(Exception, match=r"(?i)disabled|locked|read-only|cannot"):
                con.execute(query)


def test_a_body_without_end_is_cut_off(local):
    read = itertools.count()

    def endless():
        while next(read) < 40:
            yield b"x" * 100_000

    found = local.post("/weeks/2024-06-22/pick", content=endless())
    assert found.status_code == 413


def test_deep_json_is_refused_as_any_other(local):
    body = b'{"song": ' + b"[" * 200_000
    found = local.post(
        "/weeks/2024-06-22/pick", content=body, headers={"Content-Type": "application/json"}
    )
    assert found.status_code in (400, 422)
    assert found.headers["content-type"] == "application/problem+json"
