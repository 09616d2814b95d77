"""Coverage-guided fuzzing of everything that is read from a book: `python -m tests.hostile.guided FOLDER [-runs=N …]`.

FOLDER is empty and becomes the book and the corpus. The first byte of an input says which file of a sound book the rest
replaces. A crash of the process or an exception that is no refusal in words ends the run.
"""

import shutil
import sys
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["xianjie"]):
    from ledgers.book import read
    from ledgers.files.problems import Untrusted
    from tests.seals.books import make

FILES = ("2022/08.beancount", "rolls/2022/08.csv", "registry/households.csv", "policy.beancount", "rolls/2022/12-shares.csv", "bank/V.csv")


def main() -> None:
    folder = Path(sys.argv.pop(1))
    book = make(folder / "book")
    sound = {name: (book / name).read_bytes() if (book / name).exists() else b"" for name in FILES}
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    (folder / "corpus").mkdir()
    for number, content in enumerate(sound.values()):
        (folder / "corpus" / str(number)).write_bytes(bytes([number]) + content)

    def one(data: bytes) -> None:
        name = FILES[data[0] % len(FILES)] if data else FILES[0]
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_bytes(data[1:])
        try:
            read(book, date(2022, 12, 31))
        except Untrusted as error:
            if "Traceback" in str(error):
                raise AssertionError("a traceback for an official") from error
        (book / name).write_bytes(sound[name])

    atheris.Setup([sys.argv[0], "-len_control=0", "-max_len=6000", str(folder / "corpus"), *sys.argv[1:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
