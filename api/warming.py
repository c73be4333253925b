"""The first search of a process, made before anybody waits for it: it loads the model, the index and the compiled loops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from matcher import usecases
from matcher.errors import MatcherError
from matcher.matches import Grade
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.presets import PRESETS
from matcher.workspace import Workspace

_TEXT = "提高材料强度的制备方法\n现有产品强度不足、成本偏高，需要改进工艺和设备，并能检测质量。"
_log = logging.getLogger(__name__)


class Warming:
    """One search over a made-up text, its answer worded as anybody's."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self._now = now
        self._thread = threading.Thread(target=self._search, name="warming", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    @property
    def under_way(self) -> bool:
        """Whether a search would still have to wait for it."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Wait for its end: it reads the workspace."""
        if self._thread.is_alive():
            self._thread.join()

    def _search(self) -> None:
        at = self._now()
        # Whatever the text, something is found and worded.
        request = usecases.ListRequest(at.date(), at, floor=Grade.NOT_RECOMMENDED)
        try:
            list_rows(usecases.match_text(self._workspace, _TEXT, request), PRESETS[0])
        except MatcherError as error:
            # Whoever searches is told, and so is who asks for /ready.
            _log.warning("no first search: %s", error)
