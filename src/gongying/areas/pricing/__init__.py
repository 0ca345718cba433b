"""Pricing: who pays what and why, special prices on request, promotions from the draft to what they cost.

Owns requests for special prices and the replays of promotions. Tells pricing.special_requested, pricing.special_decided,
pricing.special_ended. An approved request becomes a price in the book of prices; promotions and level discounts are policies.
It never changes what a document of the past says.
"""
