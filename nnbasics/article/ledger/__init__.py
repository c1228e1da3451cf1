"""The entries of the ledger, a file for each part of the article."""
