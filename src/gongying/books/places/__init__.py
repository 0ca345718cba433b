"""Sites where goods are, and territories as legal objects: who may sell what, where, through which channel, from when to when, alone or not."""
