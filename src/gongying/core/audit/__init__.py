"""What the door keeps: used keys with their answers, and one line for every verb that was called."""
