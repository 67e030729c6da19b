"""The program's commands: ``python -m autograder COMMAND``, a module each."""

import gc
import importlib

import click

from autograder.errors import ADVICE, OF_THE_MACHINE, CourseError
from autograder.names import plain

# Imported when they are called: grading need not wait for what draws reports.
COMMANDS = (
    "attempts",
    "bundle",
    "demo",
    "doctor",
    "extend",
    "feedback",
    "gates",
    "grade",
    "grade-file",
    "grades",
    "gradescope",
    "hand-back",
    "lab",
    "lessons",
    "mutate",
    "new-course",
    "normalize",
    "quality",
    "release",
    "report",
    "serve",
    "show",
    "status",
    "translations",
    "wheel",
    "written",
)


class _Commands(click.Group):
    """Ends with one plain line where a command lacks something."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        name = name.replace("-", "_")
        module = importlib.import_module(f"autograder.cli.{name}")
        # Where the module uses a function of the command's name.
        found = getattr(module, f"{name}_command", None) or getattr(module, name)
        return found if isinstance(found, click.Command) else None

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple:
        found = super().resolve_command(context, args)
        if not gc.isenabled():  # all is imported
            gc.freeze()
            gc.set_threshold(20_000, 20, 20)
            gc.enable()
        return found

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CourseError as error:
            lines = str(error).split("\n")
            raise click.ClickException("\n".join(map(plain, lines))) from None
        except OSError as error:
            if error.errno not in OF_THE_MACHINE:
                raise
            where = f"{error.filename}: " if error.filename else ""
            said = plain(f"{where}{error.strerror}")
            raise click.ClickException(f"{said}: {ADVICE}") from None


@click.group(cls=_Commands)
def main() -> None:
    """Grade notebooks, and see that what grades them is sound."""
