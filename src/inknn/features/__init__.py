"""What a digit is compared by."""
