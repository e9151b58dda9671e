"""Conversations: who says what, in turn."""
