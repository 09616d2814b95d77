"""Rows out of tables."""

from typing import NamedTuple

import pytest

from ledgers.tables import schema


class Misspelt(NamedTuple):
    row: int
    id_: str


def test_a_table_without_rows_has_its_columns_all_the_same() -> None:
    funds = schema.frame_of_rows("funds", [])
    assert list(schema.records(schema.ROWS["funds"], funds)) == []
    with pytest.raises(KeyError, match="id_"):
        schema.records(Misspelt, funds)


def test_no_row_where_none_is_meant() -> None:
    funds = schema.frame_of_rows("funds", [{"id": "F1"}])
    assert [one.id for one in schema.records(schema.ROWS["funds"], funds, funds["id"] == "F1")] == ["F1"]
    assert list(schema.records(schema.ROWS["funds"], funds, funds["id"] == "F2")) == []
