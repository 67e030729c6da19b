"""What learners get as a whole: the bundle, and copies to work in."""
