"""Data from a source to prepared splits on disk, with a report of everything that happened on the way."""
