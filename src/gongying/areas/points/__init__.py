"""Points: what distributors earn by written rules, use for rewards, and lose when a lot expires.

Owns awards, lots and their movements, redemptions, vouchers, clearings and adjustments. Tells points.award_submitted,
points.awarded, points.award_voided, points.redeemed, points.redemption_fulfilled, points.redemption_cancelled,
points.transferred, points.clearing_announced, points.cleared, points.clearing_called_off, points.adjustment_decided. It never
clears without notice, never pays twice, never lets a balance fall below nothing, and creates no reward itself: a flow does.
"""
