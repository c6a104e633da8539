"""Where a table or a column comes from."""

from __future__ import annotations

import pytest

from sotw.errors import ModelError
from sotw.pipeline.lineage import trace


@pytest.mark.parametrize("rest", ["", ".momentum_4w_ratio"])
def test_a_table_may_be_named_without_its_schema(all_models, rest):
    full = trace(all_models, f"features.feat_momentum{rest}")
    assert full[0] == (0, f"features.feat_momentum{rest}")
    assert trace(all_models, f"feat_momentum{rest}") == full


@pytest.mark.parametrize("name", ["feat_momentun", "marts.no_such", "core"])
def test_an_unknown_table_is_named_as_it_was_written(all_models, name):
    with pytest.raises(ModelError) as caught:
        trace(all_models, name)
    assert str(caught.value).startswith(f"no table is called '{name}'.")


def test_an_unknown_column_is_answered_with_those_there_are(all_models):
    with pytest.raises(
        ModelError, match=r"core\.dim_weeks has no column 'weak'\. It has: listener_id"
    ):
        trace(all_models, "dim_weeks.weak")
