"""In-app messages: `bell.tell(...)` writes them, `bell.unread(actor)` counts them."""
