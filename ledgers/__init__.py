"""The book, and books as text: the policy that ships with the product, a blank book, and the sample county."""

from pathlib import Path

__version__ = "0.1.0"
POLICY = Path(__file__).parent / "policies"
BLANK = Path(__file__).parent / "blank"
XIUSHAN = Path(__file__).parent / "xiushan"

# What `--policy NAME` stands for: a file of POLICY, what it is called, and the wider ones that it stands on.
_POLICIES = (
    ("national", "全国", ()),
    ("chongqing", "重庆市", ("national",)),
    ("xiushan", "秀山自治县", ("national", "chongqing")),
)
POLICY_SETS: dict[str, tuple[str, ...]] = {name: (*wider, name) for name, _, wider in _POLICIES}
POLICY_TITLES = {name: title for name, title, _ in _POLICIES}


def policy_files(name: str) -> list[Path]:
    """The shipped policy files of a set, in the order in which a book includes them; KeyError for an unknown set."""
    return [POLICY / f"{part}.beancount" for part in POLICY_SETS[name]]
