"""The article's comparisons as experiments over many seeds: one file a question, numbers only."""
