"""Chinese for what the exercises' checks say."""

ZH: dict[str, str] = {}
