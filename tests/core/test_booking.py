"""Booking and validating only what needs it gives what Beancount's own loader gives."""

from pathlib import Path
from typing import Any

from beancount import loader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledgers.book import load

ACCOUNTS = ("Assets:甲", "Assets:乙", "Expenses:丙", "Income:丁")
UNITS = ("10.00 CNY", "-10.00 CNY", "2.5 CNY", "-2.5 CNY", "0.01 CNY", "", "10.00", "CNY", "-10 USD")
LOTS = (
    "3 GF {1.00 CNY}",
    "-3 GF {}",
    "-1 GF {1.00 CNY}",
    "2 GF @ 5.00 CNY",
    "10 CNY {1.00 CNY}",
    "3 GF {}",
    "10 USD @ CNY",
)
HEAD = "".join(f"2020-01-01 open {account}\n" for account in (*ACCOUNTS[:3], f"{ACCOUNTS[3]} CNY"))

postings = st.tuples(st.sampled_from((*ACCOUNTS, "Assets:戊")), st.sampled_from((*UNITS, *UNITS, *LOTS)))
balanced = st.sampled_from(("10.00", "2.5", "7")).flatmap(
    lambda amount: st.tuples(
        st.tuples(st.sampled_from(ACCOUNTS), st.just(f"{amount} CNY")),
        st.tuples(st.sampled_from(ACCOUNTS), st.just(f"-{amount} CNY")),
    )
)
transactions = st.lists(st.one_of(balanced, st.lists(postings, min_size=1, max_size=3)), max_size=6)


def _plain(entry: Any) -> Any:
    """Without the tolerances that Beancount's booking notes in passing."""
    return entry._replace(meta={key: value for key, value in entry.meta.items() if key != "__tolerances__"})


FILLED = [("Assets:甲", "10.00 CNY"), ("Assets:乙", "-10.00 CNY")]
UNNAMED = [("Assets:甲", "3"), ("Assets:乙", "-3")]  # the currency is that of the accounts' balances


@example([FILLED, UNNAMED], "STRICT")
@settings(max_examples=150, deadline=None)
@given(transactions, st.sampled_from(("STRICT", "FIFO", "NONE")))
def test_the_book_is_what_beancount_says(tmp_path_factory: Any, drawn: Any, method: str) -> None:
    main: Path = tmp_path_factory.mktemp("book") / "main.beancount"
    text = f'option "booking_method" "{method}"\n{HEAD}'
    for number, legs in enumerate(drawn):
        text += f'2020-02-{number + 1:02} * "凭证{number}"\n' + "".join(f"  {leg[0]}  {leg[1]}\n" for leg in legs)
    main.write_text(text, "utf-8")
    entries, errors, _ = load(main)
    expected, found, _ = loader.load_file(str(main))
    assert list(map(_plain, entries)) == list(map(_plain, expected))
    assert sorted(map(str, (e.message for e in errors))) == sorted(map(str, (e.message for e in found)))
    assert sorted((e.source["lineno"], type(e).__name__) for e in errors) == sorted(
        (e.source["lineno"], type(e).__name__) for e in found
    )
