"""Which systems the program runs on: its writing and its confinement are those of Linux."""

from importlib.util import find_spec

_NEEDED = ("fcntl", "resource")


def unsupported() -> str:
    """Why it cannot run here, in a sentence; "" where it can."""
    if all(find_spec(name) for name in _NEEDED):
        return ""
    return "衔接账只能在 Linux 上运行：Windows 电脑请用浏览器打开服务器上的审核台，或在 WSL 里安装（docs/deploy.md）。"
