"""What follows from a tier review: the distributors whose level moved are told, and so is who must approve."""
