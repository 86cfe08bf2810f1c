"""What a metric may be: a number, a text, a table, an image, or the document of a diagram."""
