"""``python -m autograder demo``: a class that is made up, graded from nothing."""

import sys
from pathlib import Path

import click

from autograder.cli.console import console, shown
from autograder.cli.feedback import make_feedback
from autograder.cli.grade import grade_assignment
from autograder.cli.grades import show_grades
from autograder.names import counted, quoted
from autograder.nbgrader.course import Course
from autograder.quality.demonstration import hand_in, real_learners


@click.command()
@click.argument("assignment", required=False)
@click.option("--edition", help="Also a class that works in this edition.")
@click.option("--beside-others", is_flag=True, help="Where others handed in, too.")
def demo(assignment: str | None, edition: str | None, beside_others: bool) -> None:
    """Fill submitted/ with a demonstration class, grade it and show the table."""
    others = [edition] if edition else []
    course = Course(Path.cwd(), others)
    names = course.chosen(assignment)
    real = real_learners(course)
    if real and not beside_others:
        raise click.ClickException(
            f"submitted/ has work of {counted(len(real), 'learner')}, such as "
            f"{quoted(real[0])}: a made-up class would stand among them in the "
            "gradebook, the report and the exports. Run this in a clone of the course; "
            "`python -m autograder grade` grades those who handed in"
        )
    problems = []
    for name in names:
        console.print(f"{name}: generating")
        course.generate(name)
        learners = hand_in(course, name)
        learners += [who for other in others for who in hand_in(course, name, other)]
        for work in grade_assignment(console, course, name, students=tuple(learners)):
            if work.error:
                problems.append(shown(f"{work.student}, {name}: {work.error}"))
        made = make_feedback(console, course, name, students=tuple(learners))
        problems += [f"{learner}, {name}: {why}" for learner, why in made.items()]
    for name in names:
        show_grades(course, name)
    for problem in problems:
        console.print(problem)
    console.print("graded notebooks: autograded/LEARNER/ASSIGNMENT/")
    console.print("pages for learners: feedback/LEARNER/ASSIGNMENT/NOTEBOOK.html")
    sys.exit(1 if problems else 0)
