"""One module a generated page; each has `page()`."""
