"""Questions to documents: passages are found, read, and cited; and questions matched to an FAQ."""
