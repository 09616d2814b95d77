"""Publishing: make everything beside the target, look through the finished files, and only then put them in place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ledgers.book import Book
from ledgers.files.folders import Folder, NotFree
from ledgers.files.folders import making as folders
from ledgers.personal.names import Known
from reports.publish import making
from reports.publish.gate import Leak, scan
from reports.publish.making import MANIFEST, Made, Request

Step = Callable[[str], making.Progress]  # names a step, gives what reports its progress


__all__ = ["NotFree", "Published", "publish"]


@dataclass(frozen=True)
class Published:
    """What came of it: leaks (then nothing was published), what was made, why there are no PDFs ("" where there are)."""

    leaks: list[Leak]
    made: Made
    manifest: bytes
    without_pdf: str = ""


def quiet(step: str) -> making.Progress:
    return lambda done, total: None


def publish(book: Book, requests: dict[Path, Request], step: Step = quiet) -> list[Published]:
    """Publish into each folder, all of them or none. Raises Untrusted, NotFree, fonts.MissingGlyphs."""
    with folders(list(requests), MANIFEST) as temporary:
        mades, without = _with_papers([making.make(book, request) for request in requests.values()], requests.values())
        results = [_one(made, folder, without, step) for made, folder in zip(mades, temporary.values(), strict=True)]
        if not any(result.leaks for result in results):
            for folder in temporary.values():
                folder.put_in_place()
    return results


def _with_papers(mades: list[Made], requests: Iterable[Request]) -> tuple[list[Made], str]:
    """The same with one font for all papers, or why there are none."""
    if not all(request.papers for request in requests):
        return mades, ""
    from reports.publish.fonts import NoFont

    try:
        return making.with_font(mades), ""
    except NoFont as error:
        return mades, str(error)


def _one(made: Made, folder: Folder, without: str, step: Step) -> Published:
    what = "村务公开栏" if made.source.board else "网上公开"
    manifest = making.write(made, folder.add, step(f"生成{what}文件"))
    leaks = scan(folder.path, made.policy.allowed, names_to_guard(made), step(f"检查{what}文件有无个人信息"))
    return Published(leaks, made, manifest, without)


def names_to_guard(made: Made) -> Known:
    """Full names that no file may hold, but those that are also the name of a place, a unit or a thing."""
    common = {edition.name for edition in made.editions} | {edition.place[0] for edition in made.editions}
    common |= {edition.name.removeprefix(edition.place[0]) for edition in made.villages} | {made.county.office}
    return Known(made.names.full, common)
