"""Why records do not count, and of which nobody knows the length, in words."""

from __future__ import annotations

from sotw import warehouse
from sotw.checks import counting

PLAYS = """
    create table core.fct_plays as from (values
        (1, true, 'track', false, 200000), (1, false, 'track', false, 900),
        (1, false, 'podcast', false, 900), (1, false, 'track', true, 200000),
        (1, true, 'track', null, null), (2, true, 'track', null, 1)
    ) as rows (listener_id, is_counted, content_type, is_private, ms_played)
"""


def test_each_record_that_does_not_count_has_one_reason():
    con = warehouse.connect(":memory:")
    assert counting.not_counted(con) == []
    con.execute("create schema core")
    con.execute(PLAYS)
    con.execute(
        "create table core.dim_listeners as from (values (1, 'ana', 'default'), "
        "(2, 'ben', 'all')) as rows (listener_id, listener, counting)"
    )
    assert counting.not_counted(con) == [
        "ana: 3 of 5 records (60 %) do not count by the rule 'default': 1 ended too early, "
        "1 are no songs, 1 are of private sessions. `sotw compare-rules` shows other rules."
    ]
    assert counting.unknown_lengths(con) == [
        "ana: of 1 of 5 records no source says how long they lasted; rules that ask for it count "
        "them all."
    ]
