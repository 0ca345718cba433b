"""Papers and sheets: what leaves the house as PDF and Excel."""
