"""One file per ranking signal."""
