"""Double entry: every rebate, fund and credit is an account; limits are kept by the database."""
