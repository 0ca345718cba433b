"""People: users, what their role may do, and which organisations' data they see."""
