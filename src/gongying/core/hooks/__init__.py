"""Facts told to other systems: `told` chooses what is told to whom, `signing` signs it, `wire` sends it to public addresses
only, `delivery` sends what is due, tries again and gives up. The layout is that of Standard Webhooks."""
