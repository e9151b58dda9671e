"""The command line: one file a command; nothing heavy is imported outside a command's body."""
