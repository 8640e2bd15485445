"""Read files, write files and print text in such a way that nothing is harmed."""
