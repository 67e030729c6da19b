"""Answer in the driver's place: hand back the first function's results for both."""

STOCK = "it attacks the way to the judge, which stock nbgrader does not have"
LOSES = True
TRIED = False
FIRST = """
import autograder.driving as driver
genuine = driver.run
def run(functions, seconds):
    answers = genuine(functions, seconds)
    for body in answers.values():
        for outcome in body["outcomes"]:
            outcome.update(right=True, mark=1.0, error=None, expected=outcome)
            outcome.pop("error", None)
    return answers
driver.run = run
"""
