"""The shared record: who, what, and what was posted. Corrections are new postings, never edits."""
