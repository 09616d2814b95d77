"""Suppression proven by trying subtraction: exact linear algebra over everything that is shown."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.publish.privacy import BARE, CLEAR, COVERED, household_figures, masked, public_totals

Path = tuple[str, ...]


def rank(rows: list[list[int]]) -> int:
    """Rank over the rationals."""
    matrix = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((i for i in range(found, len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        for i in range(found + 1, len(matrix)):
            if factor := matrix[i][column] / matrix[found][column]:
                matrix[i] = [a - factor * b for a, b in zip(matrix[i], matrix[found], strict=True)]
        found += 1
    return found


def had_by_subtraction(figures: list[set[tuple[str, str]]], households: set[str], few: int) -> set[tuple[str, ...]]:
    """Groups of at most `few` households of whom some figure alone follows from the published sums of atoms.

    An atom is (what, household); the atoms of public money belong to the household "". A combination of figures that
    vanishes outside the group and not inside it exists exactly where leaving the group's columns out lowers the rank.
    """
    atoms = sorted(set().union(*figures)) if figures else []
    rows = [[int(atom in figure) for atom in atoms] for figure in figures]
    whole = rank(rows)
    found = set()
    for size in range(1, few + 1):
        for group in combinations(sorted(households), size):
            outside = [[v for v, atom in zip(row, atoms, strict=True) if atom[1] not in group] for row in rows]
            if (rank(outside) if outside and outside[0] else 0) < whole:
                found.add(group)
    return found


PATHS = st.tuples(st.sampled_from("AB"), st.sampled_from("12"), st.sampled_from("xyz"))
LEAVES = st.dictionaries(PATHS, st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=5), max_size=8)


def shown_sums(leaves: dict[Path, frozenset[str]], shown: set[Path], kind: str) -> list[set[tuple[str, str]]]:
    return [
        {
            (f"{kind}{'/'.join(path)}", one)
            for path, people in leaves.items()
            if path[: len(node)] == node
            for one in people
        }
        for node in sorted(shown)
    ]


@settings(max_examples=60, deadline=None)
@given(LEAVES)
def test_no_figure_of_fewer_than_three_households_by_subtraction(leaves: dict[Path, frozenset[str]]) -> None:
    shown = household_figures(leaves, 3)
    assert not had_by_subtraction([f for f in shown_sums(leaves, shown, "") if f], set("abcdefg"), 2)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        PATHS,
        st.tuples(
            st.frozensets(st.sampled_from("abcdef"), max_size=4),
            st.frozensets(st.sampled_from("abcdef"), max_size=4),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_public_totals_give_nothing_away_beside_the_figures_of_households(
    items: dict[Path, tuple[frozenset[str], frozenset[str], bool]],
) -> None:
    """Two kinds of household money and other money per project; totals, both kinds, and what is shown beside them."""
    wages = {path: people for path, (people, _, _) in items.items() if people}
    aid = {path: people for path, (_, people, _) in items.items() if people}
    shown_wages, shown_aid = household_figures(wages, 3), household_figures(aid, 3)
    states = {}
    for path, (labour, subsidy, other) in items.items():
        hidden = (labour and path not in shown_wages) or (subsidy and path not in shown_aid)
        states[path] = COVERED if other else BARE if hidden else CLEAR
    totals = public_totals(states)
    figures = shown_sums(wages, shown_wages, "w") + shown_sums(aid, shown_aid, "a")
    atoms = {
        path: {(f"w{'/'.join(path)}", one) for one in labour}
        | {(f"a{'/'.join(path)}", one) for one in subsidy}
        | ({(f"o{'/'.join(path)}", "")} if other else set())
        for path, (labour, subsidy, other) in items.items()
    }
    figures += [
        set().union(*(of for path, of in atoms.items() if path[: len(node)] == node)) for node in sorted(totals)
    ]
    assert not had_by_subtraction([figure for figure in figures if figure], set("abcdef"), 2)


def test_the_attack_finds_what_a_careless_publisher_gives_away() -> None:
    careless = {(): set("abcd"), ("A",): set("ab"), ("B",): set("cd")}
    figures = [{("", one) for one in people} for people in careless.values()]
    assert ("a", "b") in had_by_subtraction(figures, set("abcd"), 2)
    primary_only = [{("", one) for one in "abcde"}, {("", one) for one in "cde"}]
    assert ("a", "b") in had_by_subtraction(primary_only, set("abcde"), 2)


@pytest.mark.parametrize(
    ("leaves", "shown"),
    [
        ({("v", "x"): "abc"}, {(), ("v",), ("v", "x")}),
        ({("v", "x"): "ab"}, set()),
        ({("v", "x"): "ab", ("v", "y"): "cde"}, {(), ("v",)}),  # y is withheld with x
        ({("v", "x"): "ab", ("v", "y"): "cde", ("v", "z"): "abcdef"}, {(), ("v",), ("v", "z")}),
        ({("v", "x"): "ab", ("w", "y"): "cde", ("w", "z"): "cdef"}, {(), ("w", "z")}),
        ({("v", "x"): "ab", ("v", "y"): "a", ("v", "z"): "c"}, {(), ("v",)}),
    ],
)
def test_suppression_withholds_no_more_than_it_must(leaves: dict[Path, str], shown: set[Path]) -> None:
    assert household_figures(leaves, 3) == shown


def test_a_bare_total_is_covered_by_a_neighbour() -> None:
    assert public_totals({("v", "x"): BARE, ("v", "y"): COVERED, ("v", "z"): CLEAR}) == {(), ("v",), ("v", "z")}
    assert public_totals({("v", "x"): BARE, ("v", "z"): CLEAR}) == set()


@pytest.mark.parametrize(
    ("name", "as_shown"), [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧**三"), ("李", "李*"), ("", "*")]
)
def test_names_are_masked(name: str, as_shown: str) -> None:
    assert masked(name) == as_shown
