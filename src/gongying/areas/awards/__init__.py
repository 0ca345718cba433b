"""Awards: innovation, strategic contribution and the like: nominated, judged blind, published.

Owns rounds, jurors, nominations, conflicts of interest, marks and results. Tells awards.round_opened, awards.round_closed,
awards.prizes_awarded, awards.round_cancelled. A juror sees neither names nor what others say before the round is closed; one
person closes it, another publishes; what was published is never edited.
"""
