"""A replay of a list begins where the model knows nothing of what comes."""

from __future__ import annotations

import datetime as dt

import heard
import pytest

from sotw.errors import SotwError
from sotw.playlists import replay


@pytest.fixture(scope="module")
def con(all_models):
    found = heard.built(heard.history(), all_models)
    yield found
    found.close()


def test_no_instant_is_before_the_end_of_a_play_that_the_model_was_fitted_on(con):
    before = replay.replay(con, heard.LISTENER).first
    query = "select min(reported_at) from ml.predictions where reported_at > ?"
    [(later,)] = con.execute(query, [before + dt.timedelta(days=5)]).fetchall()
    con.execute("begin")
    try:
        query = "update ml.predictions set split = 'train' where reported_at ="
        con.execute(f"{query} ?", [later])
        assert replay.replay(con, heard.LISTENER).first == later
        con.execute(f"{query} reported_at")
        with pytest.raises(SotwError, match="no play is scored that the model was not"):
            replay.replay(con, heard.LISTENER)
    finally:
        con.execute("rollback")
