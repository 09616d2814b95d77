"""What the words around a table say: its year, its batch, its period, who paid."""

import re

from importers.reading.cells import squeezed

_TITLE_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_DAY = re.compile(r"20\d\d年\d{1,2}月\d{1,2}[日号]?|(?:日期|时间):20\d\d年(?:\d{1,2}月)?")
_PROVIDER = re.compile(
    r"(?:填报|报送|编制|制表|填表|编报|上报|填制)单位\s*(?:[(（]\s*(?:盖章|公章|章)\s*[)）])?\s*[:：]\s*([^\s\u3000:：,，;；(（]{2,40})"
)
_PAYS = r"(?:支付|发放|代发|垫付|列支|兑付|结清|扣付)(?!期间|月份|时间|日期|人|表|单位|情况)(?:[:：]?(否|无|不是))?"
_BY_CONTRACTOR = re.compile(
    rf"(?:施工|承包|承建|中标|劳务)(?:单位|企业|方|人|公司|商|队)[^。；;:：]{{0,14}}?{_PAYS}|(?<!拨付)工程(?:进度)?款[^。；;:：]{{0,8}}?{_PAYS}"
)
_PERIOD_IN_TITLE = re.compile(r"20\d\d年(?:度|\d{1,2}(?:[-至]\d{1,2})?月(?:份)?(?!\d)|第?[一二三四]季度)")


def title_year(title: str) -> int | None:
    """The year that a title names: 2022年…, 2022年度…; None when it names none. A day (量化日期：2022年6月16日) is no title."""
    match = _TITLE_YEAR.search(_DAY.sub("", squeezed(title)))
    return int(match.group(1)) if match else None


def title_batch(title: str) -> str:
    """第一批 of a title, "" when it names none."""
    match = re.search(r"第[一二三四五六七八九十\d]{1,3}批", squeezed(title))
    return match.group() if match else ""


def title_period(title: str) -> str:
    """2022年8月, 2022年第三季度 of a title, "" when it names none."""
    match = _PERIOD_IN_TITLE.search(squeezed(title))
    return match.group() if match else ""


def provider_of(texts: str) -> str:
    """The office that a sheet comes from (填报单位：…), "" where it names none."""
    match = _PROVIDER.search(texts)
    return match.group(1) if match else ""


def paid_by_contractor(texts: str) -> bool:
    """Whether what stands above and below a list of wages says that the contractor paid them."""
    found = [match for piece in re.split(r"[\n　。；;]|\s{2,}", texts) for match in _BY_CONTRACTOR.finditer(squeezed(piece))]
    return bool(found) and not any(match.group(1) or match.group(2) for match in found)
