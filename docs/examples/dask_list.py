"""A match list made by Dask: each part is one task for any worker, then the parts are merged.

    python docs/examples/dask_list.py 分片 对接清单.xlsx --parts 8 --event 2026年秋季路演

With `--scheduler tcp://HOST:8786` the tasks go to a cluster whose workers see the same workspace (MATCHER_HOME) and the
same folder of parts, such as on a network drive; without it, worker processes are started here. A task that was lost is
run again by Dask; parts that are there already are made again only with `--again`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from dask.distributed import Client, LocalCluster, as_completed

MATCHER = [sys.executable, "-c", "from api.cli import main; main()"]


def make_part(folder: str, part: str, options: list[str]) -> str:
    """One part by the command line; raises RuntimeError with what the command said."""
    command = [*MATCHER, "list", "--shard", part, "--out", folder, *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{part}: {done.stderr.strip()}")
    return part


def main() -> None:
    """Make the parts side by side, then the list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the parts are kept")
    parser.add_argument("out", type=Path, help="the list")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--scheduler", default="", help="address of a running Dask scheduler")
    parser.add_argument("--workers", type=int, default=2, help="processes here, without a scheduler")
    parser.add_argument("--again", action="store_true", help="make parts that are there already, too")
    asked, options = parser.parse_known_args()  # what else is given goes to `matcher list`
    parts = [f"{number}/{asked.parts}" for number in range(1, asked.parts + 1)]
    there = {
        f"{int(file.name[:6])}/{asked.parts}" for file in asked.folder.glob(f"*-of-{asked.parts:06d}.shard")
    }
    todo = [part for part in parts if asked.again or part not in there]
    with _client(asked.scheduler, asked.workers) as client:
        tasks = [
            client.submit(make_part, str(asked.folder), part, options, pure=False, retries=2) for part in todo
        ]
        for task in as_completed(tasks):
            print(f"{task.result()} done", flush=True)
    merge = [*MATCHER, "list-merge", str(asked.folder), "--out", str(asked.out)]
    sys.exit(subprocess.run(merge, check=False).returncode)


def _client(scheduler: str, workers: int) -> Client:
    if scheduler:
        return Client(scheduler)
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    return Client(cluster)


if __name__ == "__main__":
    main()
