"""Text generation: what a model is to write for each prompt."""
