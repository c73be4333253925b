"""What others may read of this workspace as a feed of changes: transferable patents, and needs that are public."""
