"""To come."""

from __future__ import annotations

from ..claims import Claim

CLAIMS: list[Claim] = []
