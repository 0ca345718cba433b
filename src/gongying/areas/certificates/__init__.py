"""Certificates: what a distributor or one of its people holds, how long it is good for, and who needs which.

Owns certificates with their evidence, what was decided on them, and the reminders before they expire. Tells
certificates.submitted, certificates.accepted, certificates.rejected, certificates.withdrawn.

Whoever enters one never accepts it. What was entered is never edited: a wrong one is withdrawn with a reason, and another is
entered. It decides nothing about money: whoever asks (a programme, by a gate) is told what was held on a day.
"""
