"""Pages: the shell, the page door, filters for numbers. Every page is a view behind `pages.page(needs=…)`."""
