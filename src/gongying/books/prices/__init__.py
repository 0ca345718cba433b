"""Price lists: dealer, list and retail prices by product, quantity and day, for the network, a region or one party."""
