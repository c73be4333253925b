"""Content on disk under its checksum, compressed: read back whole or not at all, and never as a pickle."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

from matcher.replacing import replacing


def seal(file: Path, content: bytes) -> None:
    """Write `content` in the place of `file`; the same content makes the same bytes."""
    checksum = hashlib.sha256(content).hexdigest().encode()
    with replacing(file) as temporary:
        temporary.write_bytes(gzip.compress(checksum + b"\n" + content, compresslevel=1, mtime=0))


def unseal(file: Path) -> bytes | None:
    """What was sealed; None where the file is missing, cut short, changed or something else."""
    try:
        checksum, _, content = gzip.decompress(file.read_bytes()).partition(b"\n")
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == checksum else None
