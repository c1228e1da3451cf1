"""The claims that one computation decides, and those that none does, a file for each subject."""
