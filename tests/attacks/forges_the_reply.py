"""Replace the channel by which the shell hands results to the grader."""

LOSES = True
TRIED = False
FIRST = """
ip = get_ipython()
shown = {"status": "ok", "data": {"text/plain": "'e30='"}, "metadata": {}}
ip.user_expressions = lambda expressions: {name: shown for name in expressions}
"""
