"""In the place of PyTorch Lightning, which takes a gigabyte: the logger of the articles alone."""
