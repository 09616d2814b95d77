"""Checks across counties and totals, in DuckDB over the Parquet tables that the counties handed over."""

from pathlib import Path
from typing import Any

import duckdb

from ledgers.tables.directives import LEVELS
from reports.counties import parquet

# The level above books what it sent by document, level and task; so does the county. Sums, as both may do so in parts.
_RECONCILED = """
WITH sent AS (SELECT county, doc_no, level, task, sum(amount)::BIGINT AS amount FROM sent GROUP BY ALL),
booked AS (SELECT county, doc_no, level, task, sum(arrived)::BIGINT AS amount FROM funds GROUP BY ALL),
both_sides AS (
    SELECT coalesce(s.county, b.county) AS county, coalesce(s.doc_no, b.doc_no) AS doc_no,
           coalesce(s.level, b.level) AS level, coalesce(s.task, b.task) AS task,
           s.amount AS sent, b.amount AS booked
    FROM sent s FULL JOIN booked b USING (county, doc_no, level, task)
    WHERE s.amount IS NOT NULL OR b.doc_no IN (SELECT doc_no FROM sent)
       OR (b.level IN (SELECT level FROM sent) AND b.county IN (SELECT county FROM sent))
)
SELECT county, doc_no, level, task, sent, booked,
    CASE WHEN county NOT IN (SELECT county FROM counties WHERE state = 'judged') THEN '该县未纳入汇总'
         WHEN sent = booked THEN '一致'
         WHEN sent IS NOT NULL AND booked IS NOT NULL THEN '金额不符'
         WHEN sent IS NULL AND NOT EXISTS (SELECT 1 FROM sent s WHERE s.county = e.county AND s.doc_no = e.doc_no)
             THEN '上级没有下达记录'
         WHEN sent IS NULL THEN '县级记成这一级次、任务'
         WHEN NOT EXISTS (SELECT 1 FROM booked b WHERE b.county = e.county AND b.doc_no = e.doc_no) THEN '县级没有入账'
         WHEN EXISTS (SELECT 1 FROM booked b WHERE b.county = e.county AND b.doc_no = e.doc_no AND b.task = e.task)
             THEN '级次不符'
         WHEN EXISTS (SELECT 1 FROM booked b WHERE b.county = e.county AND b.doc_no = e.doc_no AND b.level = e.level)
             THEN '任务不符'
         ELSE '级次、任务不符' END AS result
FROM both_sides e
"""
_WORST_FIRST = "SELECT * FROM ({query}) ORDER BY (result = '一致'), county, doc_no, level, task"

# Firms are handed over under one form of their name (full-width forms and spaces folded).
_FIRMS = """
SELECT firm, county, count(*) AS grants, string_agg("grant", '、' ORDER BY "grant") AS ids,
       sum(subsidy)::BIGINT AS subsidy, sum(quantified)::BIGINT AS quantified
FROM equity WHERE firm IN (SELECT firm FROM equity WHERE firm <> '' GROUP BY firm HAVING count(DISTINCT county) > 1)
GROUP BY firm, county ORDER BY firm, county
"""

_MEETING = """
SELECT token::VARCHAR AS token, list(county ORDER BY county) AS counties FROM tokens GROUP BY token
HAVING count(DISTINCT county) > 1 ORDER BY token
"""

# Yearly ratios against their thresholds: the margin by which a county clears its mark, worst first.
_LEAGUE = """
SELECT rule, subject AS year, coalesce(part, '') AS part, county, status, value, op, threshold, numerator, denominator, unit,
       CASE WHEN op = '<=' THEN threshold - value ELSE value - threshold END AS margin,
       value - lag(value) OVER (PARTITION BY rule, county, part ORDER BY subject) AS change
FROM findings WHERE kind = 'year' AND value IS NOT NULL AND threshold IS NOT NULL
ORDER BY rule, year DESC, margin, county, part
"""

_RULES = """
SELECT rule, any_value(severity) AS severity, {sums},
       count(DISTINCT county) FILTER (status = 'fail') AS counties
FROM counts GROUP BY rule ORDER BY fail DESC, rule
"""

_FUNDS = """
SELECT county, year, level, sum(registered)::BIGINT AS registered, sum(arrived)::BIGINT AS arrived,
       sum(allocated)::BIGINT AS allocated, sum(paid)::BIGINT AS paid, sum(labour)::BIGINT AS labour
FROM funds GROUP BY ALL ORDER BY county, year, level
"""

_OVERLAPS = """
WITH months AS (
    SELECT *, day(last_day((period || '-01')::DATE)) AS long,
           sum(days::DECIMAL(9,1)) OVER (PARTITION BY number) AS together
    FROM matches WHERE kind = '务工')
SELECT * FROM months ORDER BY (together <= long), number, county
"""

_LEVELS = """
SELECT year, level, count(DISTINCT county) AS counties, sum(registered)::BIGINT AS registered,
       sum(arrived)::BIGINT AS arrived, sum(allocated)::BIGINT AS allocated, sum(paid)::BIGINT AS paid,
       sum(labour)::BIGINT AS labour
FROM funds GROUP BY year, level ORDER BY year, coalesce(nullif(list_position([{levels}], level), 0), 99), level
"""

_TWICE = "SELECT * FROM matches WHERE kind = '补助' ORDER BY number, county"

STATUSES = ("fail", "undetermined", "pending", "waived", "pass", "na")
QUERIES = {
    "counties": "SELECT * FROM counties ORDER BY (state = 'judged'), fail DESC, county",
    "problems": "SELECT * FROM problems ORDER BY county, file, line, message",
    "league": _LEAGUE,
    "rules": _RULES.format(
        sums=", ".join(f"coalesce(sum(findings) FILTER (status = '{s}'), 0)::BIGINT AS {s}" for s in STATUSES)
    ),
    "funds": _FUNDS,
    "levels": _LEVELS.format(levels=", ".join(f"'{level}'" for level in LEVELS)),
    "twice": _TWICE,
    "overlaps": _OVERLAPS,
    "firms": _FIRMS,
    "reconciled": _WORST_FIRST.format(query=_RECONCILED),
}
TABLES = ("counties", "problems", "counts", "findings", "funds", "equity", "matches", "sent")


def database(tables: dict[str, Path]) -> duckdb.DuckDBPyConnection:
    """The consolidated tables, opened for queries."""
    opened = parquet.connect()
    for name in TABLES:
        opened.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet.from_files([tables[f'{name}.parquet']])}")
    return opened


def rows(opened: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dicts."""
    found = opened.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def meeting(opened: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Tokens that two counties or more handed over -> these counties; the database holds the table `tokens`."""
    return {row["token"]: list(dict.fromkeys(row["counties"])) for row in rows(opened, _MEETING)}
