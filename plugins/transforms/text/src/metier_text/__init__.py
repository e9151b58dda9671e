"""Texts cut into chunks, judged by the heuristics of web corpora, and labels brought into balance."""
