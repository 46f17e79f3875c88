"""What each command does. Kept apart from its declaration, so that no help text and no completion pays for it."""
