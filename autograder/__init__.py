"""What graders run: stubs, cases, judge, feedback. Knows no neural networks."""
