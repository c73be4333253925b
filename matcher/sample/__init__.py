"""河东省, a fictional province: its holders, patents, enterprises, needs and history, and the files an officer would have."""
