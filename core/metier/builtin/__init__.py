"""What metier itself brings, registered through the same hooks as everyone else's."""
