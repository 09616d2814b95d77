"""Writing what a command made: the whole file or none, and a Chinese word when it cannot be."""

import errno
import sys
from pathlib import Path

import click

from ledgers.files.writing import put_file


def deliver(content: bytes, output: str | None) -> None:
    """To the file, which is complete or untouched, or to the screen when none is named."""
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        put_file(Path(output), content)
    except OSError as error:
        raise click.ClickException(f"无法写入 {output}（{reason(error)}），没有改动任何文件") from None
    click.echo(f"已写入 {output}")


def reason(error: OSError) -> str:
    """Why a file cannot be written, in Chinese where we know the word."""
    known = {
        errno.ENOENT: "文件夹不存在",
        errno.ENOTDIR: "上级不是文件夹",
        errno.EISDIR: "同名的是文件夹",
        errno.EACCES: "没有权限",
        errno.EROFS: "只读的磁盘",
        errno.ENOSPC: "磁盘已满",
    }
    return known.get(error.errno or 0, str(error.strerror))
