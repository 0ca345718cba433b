"""The machine door: every exposed verb is POST /api/<area>/<verb>, every noun GET /api/<area>/<noun>."""
