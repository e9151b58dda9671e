"""Sentence embeddings: vectors by which like cases are found."""
