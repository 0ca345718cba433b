"""What follows from levels, stars and awards: the distributors are told, so is who must approve, and funds are filled."""
