"""Files and text that do no harm: what is read, what is written, what is printed."""
