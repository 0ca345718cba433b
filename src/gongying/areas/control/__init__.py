"""Oversight: the audit log, the seal, background jobs and messages. Reads only; owns nothing."""
