"""A real nginx in front of a service, as docs/examples/nginx.conf sets it up, with ports and files of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import certify
from tests.servers.service import free_port

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nginx.conf"
NAME = "duijie.example.gov.cn"
_NOBODY = 65534
_MAIN = """
daemon off;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/matcher.conf;
}}
"""


def unavailable() -> str:
    """Why there is no nginx on this machine, in one sentence; empty where there can be one."""
    missing = [name for name in ("nginx", "openssl") if shutil.which(name) is None]
    return f"needs {' and '.join(missing)}: apt-get install {' '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Nginx:
    """A proxy on 127.0.0.1 and where its files lie."""

    folder: Path
    tls: int
    """The port of https."""
    plain: int

    @property
    def origin(self) -> str:
        """What browsers call the service."""
        return f"https://{NAME}:{self.tls}"

    @property
    def certificate(self) -> Path:
        """Signed by itself; clients that trust it are sure of the name."""
        return self.folder / "crt"

    @contextmanager
    def running(self, service: str, secret: str) -> Iterator[None]:
        """The proxy in front of a service at host:port."""
        (self.folder / "secret").write_text(f"proxy_set_header X-Proxy-Secret {secret};\n", encoding="utf-8")
        (self.folder / "matcher.conf").write_text(self._filled_in(service), encoding="utf-8")
        (self.folder / "nginx.conf").write_text(_MAIN.format(folder=self.folder), encoding="utf-8")
        certify(self.folder, NAME)
        user = None
        if os.geteuid() == 0:
            user = _NOBODY
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, _NOBODY, _NOBODY)
        log = self.folder / "error.log"
        command = ["nginx", "-e", str(log), "-c", str(self.folder / "nginx.conf")]
        with subprocess.Popen(command, user=user, stderr=subprocess.DEVNULL) as process:
            try:
                until = time.monotonic() + 20
                while not (self.folder / "pid").is_file():
                    if process.poll() is not None or time.monotonic() > until:
                        raise RuntimeError(log.read_text(encoding="utf-8"))
                    time.sleep(0.02)
                yield
            finally:
                process.terminate()

    def _filled_in(self, service: str) -> str:
        """The documented file with what is this proxy's own."""
        text = EXAMPLE.read_text(encoding="utf-8")
        for stands, own in (
            ("server 10.0.0.8:8600;", f"server {service};"),
            ("listen 80 ", f"listen 127.0.0.1:{self.plain} "),
            ("listen 443 ", f"listen 127.0.0.1:{self.tls} "),
            (f"https://{NAME}$", f"{self.origin}$"),
            ("/var/log/nginx/matcher.log", f"{self.folder}/access.log"),
            ("include /etc/nginx/matcher-secret;", f"include {self.folder}/secret;"),
            ("/etc/nginx/matcher.", f"{self.folder}/"),
        ):
            assert stands in text, f"{EXAMPLE} has no {stands}"
            text = text.replace(stands, own)
        return text


@contextmanager
def nginx() -> Iterator[Nginx]:
    """A proxy that is not yet running, and gone afterwards with its files."""
    # Not below pytest's folder: nobody else may read there.
    with tempfile.TemporaryDirectory(prefix="matcher-nginx-") as folder:
        yield Nginx(Path(folder), free_port(), free_port())
