"""Connections: keys for programs that call, and endpoints that are told facts. Their tables and their work are services of the
house (core/keys, core/hooks); this area is what people do with them.

Tells connections.key_made, key_rotated, key_revoked, endpoint_made, endpoint_changed, endpoint_removed, messages_replayed. It never
shows a secret twice, and never lets a key make keys.
"""
