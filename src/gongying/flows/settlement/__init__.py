"""What follows from a settlement: the distributors are told, and the general ledger gets the entries of rebates. Also guards
batches that settlements rest on."""
