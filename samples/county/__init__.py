"""The sample county: an invented but lifelike county of the real towns, made from a seed, of any size."""

import random
from pathlib import Path

from samples.county import (
    aid,
    assets,
    contracts,
    equity,
    events,
    funds,
    oversight,
    payments,
    people,
    places,
    plan,
    planted_audits,
    planted_money,
    planted_records,
    projects,
    scale,
)
from samples.county import lists as lists_of_offices
from samples.county.model import County
from samples.county.writer import write_book

SEED = 20220520
NATURAL = 14667  # household payments of the county of that seed as it is


def build(seed: int = SEED, payments_wanted: int | None = None, *, clean: bool = False) -> County:
    """The county with everything that is wrong in it on purpose, and as many household payments as are wanted.

    A clean one is planned as the documents ask, and nothing is planted in it.
    """

    def rng(part: str) -> random.Random:
        return random.Random(f"{seed} {part}")

    villages = places.villages(rng("places"))
    county = County(
        villages, people.households(rng("people"), villages), plan.without_faults() if clean else plan.AS_PLANTED
    )
    lists = aid.pay_lists(rng("aid"), county)
    oversight.declare_villages(county)
    aid.declare_benefits(county)
    funds.add_funds(county)
    projects.add_projects(rng("projects"), county)
    if not clean:
        planted_records.projects(county)
    funds.allocate_all(county, funds.shares_of(county, lists))
    events.before_payment(county)
    if not clean:
        planted_money.before_payment(county)
    payments.pay_all(rng("payments"), county, lists)
    events.after_payment(county)
    contracts.settle_on_acceptance(county, "" if clean else contracts.EARLY)
    if not clean:
        planted_money.after_payment(county)
        planted_audits.before_declared(county)
    if payments_wanted is not None:
        scale.add(county, payments_wanted - NATURAL)
    projects.declare_projects(county)
    equity.grant_all(rng("equity"), county)
    formed = assets.add_assets(rng("assets"), county)
    assets.earn_all(rng("income"), county, formed)
    oversight.add_notices(rng("notices"), county, formed)
    oversight.add_inspections(county)
    contracts.declare(county, formed, clean=clean)
    planted_records.policy(county, clean=clean)
    if not clean:
        _plant_records(county, formed)
    lists_of_offices.complete(county)
    return county


def _plant_records(county: County, formed: list[assets.Asset]) -> None:
    """What is wrong in the registers; the money is as it will be."""
    planted_money.corrections(county)
    planted_records.lists(county)
    planted_records.people(county)
    planted_records.grants(county)
    planted_records.income(county, formed)
    planted_records.assets(county, formed)
    planted_records.notices(county)
    planted_records.files(county)
    planted_audits.plant(county, formed)
    planted_records.remedies(county)
    planted_records.seals(county)


def write(
    folder: Path, *, payments: int | None = None, seed: int = SEED, postings: bool = False, clean: bool = False
) -> County:
    """Write the sample county into an empty folder and return what it was made from.

    `payments` asks for that many household payments (lines of pay lists), at least NATURAL; with `postings` each of
    them is a posting of its own instead of a line of a roll; with `clean` nothing is wrong in it. ValueError where
    there are fewer or too many payments.
    """
    county = build(seed, payments, clean=clean)
    write_book(county, folder, postings)
    return county
