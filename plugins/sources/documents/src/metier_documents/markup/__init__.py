"""From the elements of HTML to blocks of text."""
