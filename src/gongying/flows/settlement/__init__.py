"""What follows from a settlement: the distributors are told. Also guards batches that settlements rest on."""
