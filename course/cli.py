"""The `vae` command: which commands there are."""

import typer

from course.commands import anomalies, autoencoder, data, exercises
from course.commands.demo import demo
from course.commands.doctor import doctor
from course.commands.evaluate import evaluate
from course.commands.explore import explore
from course.commands.learn import learn
from course.commands.monitor import monitor
from course.commands.papers import compare, papers, reproduce
from course.commands.pictures import curves, interpolate, manifold, reconstruct, sample, scatter, traverse
from course.commands.train import train
from course.errors import PoliteGroup

HELP = """Variational autoencoders, built three times: NumPy by hand, PyTorch with autograd, and the papers.

Start with `vae learn`, or with `vae demo`."""

EXERCISES = "Exercises"
PAPERS = "Papers"

app = typer.Typer(cls=PoliteGroup, help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
for command in (
    learn,
    demo,
    train,
    evaluate,
    sample,
    reconstruct,
    interpolate,
    traverse,
    manifold,
    scatter,
    curves,
    explore,
):
    app.command()(command)
for command in (monitor, doctor):
    app.command()(command)
for command in (exercises.start, exercises.check, exercises.hint, exercises.progress, exercises.solution):
    app.command(rich_help_panel=EXERCISES)(command)
for command in (exercises.reset, exercises.watch):
    app.command(rich_help_panel=EXERCISES)(command)
app.command("next", rich_help_panel=EXERCISES)(exercises.next_)
for command in (papers, compare):
    app.command(rich_help_panel=PAPERS)(command)
app.command(rich_help_panel=PAPERS, add_help_option=False, context_settings={"ignore_unknown_options": True})(
    reproduce  # its options are the fields of a paper's protocol
)
app.add_typer(data.app, name="data")
app.add_typer(anomalies.app, name="anomalies")
app.add_typer(autoencoder.app, name="autoencoder", rich_help_panel=PAPERS)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
