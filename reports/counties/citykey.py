"""The city's key, under which counties make the tokens by which people are matched: read from a file of its owner's."""

from pathlib import Path

KEY_BYTES = 32


class BadKey(Exception):  # noqa: N818
    """The city's key cannot be used."""


def city_key(path: Path) -> bytes:
    """The city's key: 64 hexadecimal digits in a file that only its owner can read. Raises BadKey."""
    if path.stat().st_mode & 0o077:
        raise BadKey(f"市级密钥 {path.name} 应只有本人可以读写：chmod 600 {path.name}")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, UnicodeDecodeError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKey(f"市级密钥 {path.name} 应为 64 位十六进制数字（openssl rand -hex 32 可以生成）")
    return key
