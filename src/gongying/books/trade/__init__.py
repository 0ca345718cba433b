"""Posted sales lines: sell-in, sell-through, sell-out and direct sales. Append-only."""
