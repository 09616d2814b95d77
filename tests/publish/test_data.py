"""What is published, as others read it: frictionless, the schema of fiscal packages, a feed reader, an unpacked zip."""

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from reports.publish.making import Request
from reports.publish.publish import publish
from tests.publish.county import county, write_county

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    book = read(write_county(folder / "book", county(2)), date(2022, 12, 31))
    assert (
        publish(book, {folder / "web": Request(2022, date(2023, 1, 5), date(2023, 1, 16), papers=False)})[0].leaks == []
    )
    return folder / "web"


@pytest.mark.parametrize("package", ["datapackage.json", "fiscal/datapackage.json"])
def test_frictionless_finds_nothing_wrong(package: str, site: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(site / package), type="package")
    assert report.valid, report.flatten(["name", "type", "message"])[:10]
    assert len(report.tasks) == len(json.loads((site / package).read_text("utf-8"))["resources"])


def test_the_fiscal_package_keeps_to_its_schema(site: Path) -> None:
    datapackage = pytest.importorskip("datapackage")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(datapackage.__file__).parent / "profiles/fiscal-data-package.json").read_text("utf-8"))
    package = json.loads((site / "fiscal/datapackage.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(package)
    columns = {one["name"]: {field["name"] for field in one["schema"]["fields"]} for one in package["resources"]}
    model = package["model"]
    for source in (
        *model["measures"].values(),
        *(one for dimension in model["dimensions"].values() for one in dimension["attributes"].values()),
    ):
        assert source["source"] in columns[source["resource"]]
    del package["model"]["measures"]
    assert list(jsonschema.Draft4Validator(schema).iter_errors(package))


def test_the_zip_holds_the_same_files_and_a_dictionary_of_every_column(site: Path) -> None:
    with zipfile.ZipFile(site / "data.zip") as packed:
        for name in packed.namelist():
            assert packed.read(name) == (site / name).read_bytes(), name
        names = set(packed.namelist())
    described = list(csv.DictReader(io.StringIO((site / "data/dictionary.csv").read_text("utf-8-sig"))))
    for resource in json.loads((site / "datapackage.json").read_text("utf-8"))["resources"]:
        assert resource["path"] in names
        of_file = [one for one in described if one["文件"] == resource["path"]]
        assert [one["列"] for one in of_file] == [one["name"] for one in resource["schema"]["fields"]]
        assert all(one["含义"] and one["类型"] for one in of_file)
        assert all(one["相加"] for one in of_file if one["类型"].startswith("金额"))
    packed_tables = {name for name in names if name.endswith(".csv")} - {"data/dictionary.csv"}
    assert {one["文件"] for one in described} == packed_tables


def test_the_feed_leads_to_pages_of_the_site(site: Path) -> None:
    root = ET.fromstring((site / "feed.xml").read_bytes())
    entries = root.findall(f"{ATOM}entry")
    assert root.find(f"{ATOM}id") is not None
    assert entries
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert (site / link.attrib["href"]).is_file()
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
