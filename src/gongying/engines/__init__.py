"""Pure Python maths: no Django, no clock, no input or output. Every result explains itself."""
