"""Files: `shelf.store(...)`, `shelf.path_of(...)`. Kept by hash, served only to who may see them."""
