"""Certificates of servers that tests start; they are trusted by whoever is given the file."""

from __future__ import annotations

import subprocess
from pathlib import Path

_ASKED = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"


def certify(folder: Path, name: str, kind: str = "DNS") -> None:
    """Writes the files `key` and `crt` of a server by that name, or address (`kind` IP); needs openssl."""
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={kind}:{name}"]
    files = ["-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run(["openssl", *_ASKED.split(), *named, *files], check=True, capture_output=True, timeout=30)
