"""Channel data: what distributors report of their own sales and stock, how it is checked, and how far it may be believed.

Owns declarations of stock with their adjustments, the differences they leave, objections, spot counts, trust grades and
reminders. Tells channel.sales_reported, channel.declaration_submitted, channel.declaration_accepted,
channel.declaration_returned, channel.objection_opened, channel.objection_ruled, channel.sample_drawn,
channel.sample_counted, channel.graded. What is reported lands in the books of trade and stock; nothing of it is ever
changed there. It never decides about money: a grade travels with the figure, whoever uses the figure decides.
"""
