"""Keys with which programs call: `tokens` makes and reads them, `access` turns one into an actor, `limits` counts calls."""
