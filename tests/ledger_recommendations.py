"""To come."""

EXPECTED: dict[str, str] = {}
WORLDS: dict[str, dict[str, object]] = {}
