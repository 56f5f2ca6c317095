"""What every shim must do, by subject."""
