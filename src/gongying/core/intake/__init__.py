"""Reading what people send: Excel and CSV, in a child process with limits, row by row."""
