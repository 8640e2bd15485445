"""Read the command line, call, print: one file for each group of commands."""
