"""The HTTP door: the use cases as `/api/v1`, loopback only."""

from api.http.app import create_app

__all__ = ["create_app"]
