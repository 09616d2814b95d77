"""The real towns of the county, and a hundred invented villages in them."""

import csv
import random
from importlib import resources

from samples.county.model import Village
from samples.county.names import village_name

COUNT = 100
INDUSTRIES = ("种植业基地", "加工业", "养殖业基地", "休闲农业与乡村旅游", "林草基地建设")
WHOLE_COUNTY = "县级"


def towns() -> list[tuple[str, str]]:
    """(three digits, name) of the 27 towns, in the order of their codes."""
    text = resources.files("samples.county").joinpath("towns.csv").read_text("utf-8")
    return [(row["code9"][-3:], row["name"]) for row in csv.DictReader(text.splitlines())]


def villages(rng: random.Random) -> list[Village]:
    """A hundred villages: sixty 脱贫村, forty with a weak collective, a third of them priority areas."""
    result: list[Village] = []
    all_towns = towns()
    running: dict[str, int] = {}
    for index in range(COUNT):
        code, town = all_towns[index * len(all_towns) // COUNT]
        running[code] = running.get(code, 0) + 1
        result.append(
            Village(
                id=f"V{code}{running[code]:03d}",
                town=town,
                name=village_name(index),
                kind="脱贫村" if index % 10 in (0, 1, 3, 4, 6, 8) else "一般村",
                weak=index % 5 in (0, 2),
                priority=index % 3 == 0,
                households=rng.randrange(150, 420) if index % 8 else rng.randrange(38, 56),
                industry=INDUSTRIES[index % 5],
                small=index % 8 == 0,
            )
        )
    return result
