"""Looking across areas: the overview, the distributor list and page, the distributor home."""
