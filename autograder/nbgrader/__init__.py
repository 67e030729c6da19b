"""Where nbgrader meets the autograder: exporters and preprocessors of ours.

``nbgrader_config.py`` names these classes; nothing of nbgrader is changed.
"""
