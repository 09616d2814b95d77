"""The parts of a workbook and their names: `xl/workbook.xml` by custom only, with either stroke, in any letters.

Excel goes by the relations, not by the names. The fast reader goes by both, so a workbook of other names is packed anew
under the usual ones before it is read.
"""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from importers.reading.container import Refused, Unreadable, directory

_WORKBOOK = "xl/workbook.xml"
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True)
class Package:
    """A workbook's bytes, the part of each sheet, and whether its dates count from 1904."""

    data: bytes
    sheets: dict[str, str]  # title -> name of the part
    date1904: bool


def format_of(data: bytes) -> str:
    """Which kind of workbook a zip is: "xlsx", "xlsb" or "ods". Raises Refused for any other zip."""
    names = {_plain(part.filename) for part in directory(data)}
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if "_rels/.rels" in names or _WORKBOOK in names:
        return "xlsx"
    raise Refused("文件是压缩包，不是 Excel 工作簿：里面有表格的，请先解压，再逐个导入")


def opened(data: bytes) -> Package:
    """The workbook under the usual names. Raises Refused where its directory cannot be followed."""
    parts = {_plain(part.filename): part.filename for part in directory(data)}
    home = _home(data, parts)
    usual = home == _WORKBOOK and all("\\" not in name for name in parts.values())
    if not usual:
        data = _packed_anew(data, parts, home)
        parts = {_plain(part.filename): part.filename for part in directory(data)}
    targets = _targets(data, parts)
    sheets, date1904 = {}, False
    for element in _parsed(data, parts[_WORKBOOK]).iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            sheets[element.get("name", "")] = parts.get(targets.get(relation, ""), "")
        elif tag == "workbookPr":
            date1904 = element.get("date1904") in ("1", "true")
    return Package(data, sheets, date1904)


def without_dimensions(package: Package) -> Package:
    """The workbook without what its sheets say of their own size: some programs write what no reader understands."""
    parts = dict(_contents(package.data))
    for name in set(package.sheets.values()) & parts.keys():
        parts[name] = _DIMENSION.sub(b"", parts[name], count=1)
    return Package(_zip(parts), package.sheets, package.date1904)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _home(data: bytes, parts: dict[str, str]) -> str:
    """The part that is the workbook, as the package's relations say, else by its usual name."""
    if "_rels/.rels" in parts:
        for link in _parsed(data, parts["_rels/.rels"]).iter(_RELATION):
            target = _plain(posixpath.normpath(link.get("Target", "")))
            if link.get("Type", "").endswith("/officeDocument") and target in parts:
                return target
    if _WORKBOOK in parts:
        return _WORKBOOK
    raise Unreadable("文件是压缩包，但不是 Excel 工作簿（找不到工作簿的正文）：请用 Excel 或 WPS 打开，另存为 .xlsx")


def _targets(data: bytes, parts: dict[str, str]) -> dict[str, str]:
    """Relation of the workbook -> the part that it names."""
    if "xl/_rels/workbook.xml.rels" not in parts:
        raise Refused("工作簿的目录无法读取：请用 Excel 或 WPS 打开，另存为 .xlsx")
    links = _parsed(data, parts["xl/_rels/workbook.xml.rels"])
    return {link.get("Id", ""): _plain(_joined("xl", link)) for link in links}


def _joined(folder: str, link: Element) -> str:
    """Where a relation of a part in a folder leads, from the root of the package."""
    return posixpath.normpath(posixpath.join("/", folder, link.get("Target", "").replace("\\", "/")))


def _packed_anew(data: bytes, parts: dict[str, str], home: str) -> bytes:
    """The same parts with plain strokes, the workbook under its usual name."""
    folder, name = posixpath.split(home)
    relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    usual = {home: _WORKBOOK, relations: "xl/_rels/workbook.xml.rels"}
    contents = {}
    for written, content in _contents(data):
        plain = _plain(written)
        if plain == relations:
            content = _absolute(content, folder)
        elif plain in ("_rels/.rels", "[content_types].xml"):
            content = content.replace(home.encode(), _WORKBOOK.encode())
        contents[usual.get(plain, written.replace("\\", "/").lstrip("/"))] = content
    return _zip(contents)


def _absolute(relations: bytes, folder: str) -> bytes:
    """Relations whose targets do not depend on where the workbook lies."""
    root = _tree(relations)
    for link in root:
        if link.get("TargetMode") != "External":
            link.set("Target", _joined(folder, link))
    written: bytes = ElementTree.tostring(root)
    return written


def _contents(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(part.filename, archive.read(part)) for part in archive.infolist() if not part.filename.endswith(("/", "\\"))]


def _zip(contents: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _parsed(data: bytes, part: str) -> Element:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _tree(archive.read(part))
    except (KeyError, ValueError, zipfile.BadZipFile, OSError):
        raise Refused("工作簿的目录无法读取：请用 Excel 或 WPS 打开，另存为 .xlsx") from None


def _tree(content: bytes) -> Element:
    try:
        tree: Element = ElementTree.fromstring(content)
    except DefusedXmlException:
        raise Refused("工作簿的目录含有文档类型声明（实体炸弹），不予读取") from None
    except (ParseError, ValueError):
        raise Refused("工作簿的目录无法读取（不是正常的 XML）") from None
    return tree
