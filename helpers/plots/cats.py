"""The drawn cats: mistakes, stress, and a cat of your own.

=================================================== ============================
`factor_name(value)`                                a factor or a value of it
`factor_words(factors, i)`                          how an image was drawn
`plot_mistakes(images, probability, ...)`         the most confident mistakes
`plot_stress(right, factors)`                       accuracy by stressed factor
`plot_probability(classifiers, factor)`             probability along one factor
`draw_your_own_cat(predict_probability, prepare)`   sliders over all factors
=================================================== ============================

A classifier is given by two functions: `prepare` turns images of shape (m, 64,
64, 3) into columns, as ``load_cat_inputs().prepare`` does, and
`predict_probability` turns columns into probabilities of shape (1, m).
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ipywidgets import (
    HTML,
    Checkbox,
    Dropdown,
    FloatSlider,
    HBox,
    Image,
    IntSlider,
    Layout,
    VBox,
    Widget,
)
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image as Pillow

from helpers.drawings import Factors, draw
from helpers.drawings.animals import ANIMALS
from helpers.drawings.choices import (
    BACKGROUNDS,
    COATS,
    EXTRAS,
    EYES,
    MARKINGS,
    MOODS,
    RANGES,
)
from helpers.drawings.things import THINGS
from helpers.plots.images import gallery, plot_accuracy_by_group
from helpers.plots.sliders import Sliders
from helpers.plots.style import INK, describe, new_figure, series, styled
from helpers.strings import clauses, labelled, text

__all__ = [
    "draw_your_own_cat",
    "factor_name",
    "factor_words",
    "plot_mistakes",
    "plot_probability",
    "plot_stress",
]

Probability = Callable[[np.ndarray], np.ndarray]
Prepare = Callable[[np.ndarray], np.ndarray]

# How far the sliders go, in 60 steps: to the stress range and beyond. The usual
# value is always one of the steps.
_REACH = {
    "shift_x": (-0.3, 0.3),
    "shift_y": (-0.3, 0.3),
    "angle": (-90.0, 90.0),
    "scale": (0.5, 1.7),
    "light": (-1.0, 1.0),
    "contrast": (0.0, 1.2),
    "occlusion": (0.0, 0.7),
    "body": (0.0, 1.0),
}
_NAMED = {
    "kind": (*ANIMALS, *THINGS, "nothing"),
    "coat": tuple(COATS),
    "marking": MARKINGS,
    "eyes": tuple(EYES),
    "mood": MOODS,
    "extra": EXTRAS,
    "background": BACKGROUNDS,
}
# From here on a measured factor is worth a word: the fraction of the ordinary
# range, counted from its middle.
_NOTABLE = 0.75


def factor_words(factors: Mapping[str, Sequence | np.ndarray], i: int) -> list[str]:
    """Say in words how an image was drawn: its kind, then what stands out.

    Parameters
    ----------
    factors : dict of str to sequence of length m
        The factors of a set, as ``load_cats().factors["test"]``.
    i : int
        Which image.

    Returns
    -------
    list of str
        As in ``["fox", "negative", "angle 9°"]``.

    Examples
    --------
    >>> factors = {"kind": ["fox"], "negative": [True], "angle": [9.2]}
    >>> factor_words(factors, 0)
    ['fox', 'negative', 'angle 9°']
    """
    words = [factor_name(factors["kind"][i])]
    if "negative" in factors and factors["negative"][i]:
        words.append(text("plots.cats.negative"))
    for name in ("mood", "extra"):
        if name in factors and str(factors[name][i]) not in ("awake", "nothing"):
            words.append(factor_name(factors[name][i]))
    far = []
    for name, (low, high) in RANGES.items():
        if name not in factors:
            continue
        value = float(factors[name][i])
        half = (high - low) / 2
        away = abs(value - (low + high) / 2) / half if half else float(value > 0) * 9
        if away > _NOTABLE:
            far.append((away, _measure_words(name, value)))
    return words + [shown for _, shown in sorted(far, reverse=True)]


def factor_name(value: object) -> str:
    """Return a factor, or one of its values, in the learner's language.

    What has no other name is returned as it is.

    Examples
    --------
    >>> factor_name("coat"), factor_name(True), factor_name(9)
    ('coat', 'yes', '9')
    """
    try:
        return text(f"plots.cats.value.{value}")
    except KeyError:
        return str(value)


def _measure_words(name: str, value: float) -> str:
    sides = {"shift_x": ("left", "right"), "shift_y": ("up", "down")}
    if name in sides:
        key, value = sides[name][int(value > 0)], 100 * abs(value)
    elif name == "light":
        key = "from_right" if value > 0 else "from_left"
    else:
        key, value = name, 100 * value if name == "occlusion" else value
    return text(f"plots.cats.words.{key}", value=value)


@styled
def plot_mistakes(
    images: ArrayLike,
    probability: ArrayLike,
    labels: ArrayLike,
    *,
    factors: Mapping[str, Sequence | np.ndarray] | None = None,
    title: str = "",
) -> Figure:
    """Show the most confident mistakes and how those images were drawn.

    Parameters
    ----------
    images : array_like of shape (m, height, width, 3)
        What was classified, as it looks.
    probability : array_like of shape (1, m)
        The probability of a cat that a classifier gave.
    labels : array_like of shape (1, m)
        1 for a cat.
    factors : dict of str to array_like of shape (m,), optional
        How the images were drawn.

    Returns
    -------
    Figure
        The worst mistake first; above each its probability and its factors.

    Examples
    --------
    >>> images = np.zeros((3, 8, 8, 3))
    >>> figure = plot_mistakes(images, [[0.9, 0.2, 0.6]], [[0, 1, 1]])
    >>> len(figure.axes)
    2
    """
    probability, labels = np.ravel(probability), np.ravel(labels)
    wrong = np.flatnonzero((probability > 0.5) != (labels > 0.5))
    worst = wrong[np.argsort(-np.abs(probability[wrong] - 0.5), kind="stable")]
    titles = []
    for i in worst[:16]:
        chance = text("plots.cats.chance", value=probability[i])
        words = factor_words(factors, i)[:3] if factors else []
        titles.append("\n".join([chance, *words]))
    lines = max((words.count("\n") for words in titles), default=0)
    titles = [words + "\n" * (lines - words.count("\n")) for words in titles]
    told = {"shown": len(titles), "wrong": len(wrong), "m": len(labels)}
    description = text("plots.cats.mistakes", **told)
    chosen = np.asarray(images)[worst[:16]]
    return gallery(chosen, titles, columns=8, title=title, description=description)


def plot_stress(
    right: ArrayLike | Mapping[str, Sequence | np.ndarray],
    factors: Mapping[str, Sequence | np.ndarray],
    *,
    usual: float | None = None,
) -> Figure:
    """Draw the accuracy on the images in which one factor goes far beyond.

    Parameters
    ----------
    right : array_like of shape (1, m), or dict of str to such
        Whether each prediction for the stress set was right; of several
        classifiers by name.
    factors : dict of str to ndarray of shape (m,)
        ``load_cats().factors["stress"]``.
    usual : float, optional
        The accuracy on the test set, for comparison.

    Returns
    -------
    Figure
        One row a factor, with Wilson intervals (95 %).

    Examples
    --------
    >>> figure = plot_stress([[1, 0, 1]], {"stress": ["angle", "angle", "light"]})
    >>> figure.description.endswith("light 100 % (21 to 100 %, n = 1).")
    True
    """
    groups = [factor_name(name) for name in factors["stress"]]
    return plot_accuracy_by_group(
        right, groups, title=text("plots.cats.stress_title"), usual=usual
    )


@styled
def plot_probability(
    classifiers: Probability | Mapping[str, Probability],
    prepare: Prepare,
    factor: str = "angle",
) -> Figure:
    """Draw the probability of a cat while one factor of a drawing changes.

    Parameters
    ----------
    classifiers : callable, or dict of str to callable
        Columns of shape (n_x, m) to probabilities of shape (1, m); several by
        name.
    prepare : callable
        Images of shape (m, 64, 64, 3) to columns.
    factor : str, default "angle"
        A measured factor of `helpers.drawings.Factors`, such as "shift_x" or
        "occlusion".

    Returns
    -------
    Figure
        The curve, the images of nine of its values above it, and the range of
        the training images in grey.

    Examples
    --------
    >>> half = lambda X: np.full((1, X.shape[1]), 0.5)
    >>> columns = lambda images: images.reshape(len(images), -1).T
    >>> figure = plot_probability(half, columns, "scale")
    >>> len(figure.axes)
    10
    """
    factors = Factors()
    several = classifiers if isinstance(classifiers, Mapping) else {"": classifiers}
    values = np.linspace(*_REACH[factor], 41)
    changes: list[dict[str, Any]] = [{factor: float(value)} for value in values]
    images = np.stack([draw(replace(factors, **change)) for change in changes])
    columns = prepare(images)
    shown = np.unique(np.linspace(0, len(values) - 1, 9).round().astype(int))
    figure, _ = new_figure(height=4.2)
    figure.clear()
    grid = figure.add_gridspec(2, len(shown), height_ratios=(1, 3.2))
    for place, i in enumerate(shown):
        panel = figure.add_subplot(grid[0, place])
        panel.imshow(images[i], interpolation="nearest")
        panel.set_title(f"{values[i]:.3g}", loc="center", fontsize=8, pad=2)
        panel.set_axis_off()
    panel = figure.add_subplot(grid[1, :])
    ordinary = RANGES[factor]
    if ordinary[0] < ordinary[1]:
        panel.axvspan(*ordinary, color="#e4e4e4", label=text("plots.cats.ordinary"))
    parts = []
    for number, (label, classifier) in enumerate(several.items()):
        chances = np.ravel(classifier(columns))
        panel.plot(values, chances, label=label or None, **series(number))
        low, high = int(np.argmin(chances)), int(np.argmax(chances))
        told: dict[str, Any] = {"low": chances[low], "low_at": f"{values[low]:.3g}"}
        told |= {"high": chances[high], "high_at": f"{values[high]:.3g}"}
        told["label"] = labelled(label, "") if label else ""
        parts.append(text("plots.cats.between", **told))
    panel.axhline(0.5, color=INK, linewidth=0.8, linestyle=":")
    name = text(f"plots.cats.{factor}")
    panel.set(xlabel=name, ylabel=text("plots.cats.probability"), ylim=(-0.03, 1.03))
    handles, labels = panel.get_legend_handles_labels()
    if labels:
        # Below the axes: a curve may pass through any corner.
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    figure.suptitle(text("plots.cats.along_title"))
    told = {"first": f"{values[0]:.3g}", "last": f"{values[-1]:.3g}"}
    told |= {"kind": factor_name(factors.kind), "factor": name}
    return describe(figure, text("plots.cats.along", parts=clauses(parts), **told))


def draw_your_own_cat(predict_probability: Probability, prepare: Prepare) -> VBox:
    """Show sliders over all factors, the drawing, and what a classifier says.

    Parameters
    ----------
    predict_probability : callable
        Columns of shape (n_x, m) to probabilities of shape (1, m).
    prepare : callable
        Images of shape (m, 64, 64, 3) to columns.

    Returns
    -------
    VBox
        Shows itself as the last expression of a cell. Its attribute ``controls``
        holds the sliders and menus by factor, ``probability`` what the
        classifier says of the present drawing.

    Examples
    --------
    >>> half = lambda X: np.full((1, X.shape[1]), 0.5)
    >>> box = draw_your_own_cat(half, lambda P: P.reshape(len(P), -1).T)
    >>> box.controls["angle"].value = 30.0
    >>> box.probability
    0.5
    """
    controls = _controls(Factors())
    image = Image(format="png", layout=Layout(width="256px", height="256px"))
    verdict = HTML()
    menus = [controls[name] for name in (*_NAMED, "negative", "seed")]
    sliders = [controls[name] for name in _REACH]
    box = Sliders([HBox([VBox([image, verdict]), VBox(menus), VBox(sliders)])])
    box.controls = controls

    def redraw(_: object = None) -> None:
        chosen = Factors(**{name: part.value for name, part in controls.items()})
        drawn = draw(chosen)
        box.probability = float(np.ravel(predict_probability(prepare(drawn[None])))[0])
        large = Pillow.fromarray(drawn).resize((256, 256), Pillow.Resampling.NEAREST)
        buffer = io.BytesIO()
        large.save(buffer, format="png")
        image.value = buffer.getvalue()
        verdict.value = _verdict(box.probability)

    for part in controls.values():
        part.observe(redraw, names="value")
    redraw()
    return box


def _controls(start: Factors) -> dict[str, Widget]:
    style = {"description_width": "130px"}
    controls: dict[str, Widget] = {
        name: Dropdown(
            options=[(factor_name(option), option) for option in options],
            value=getattr(start, name),
            description=text(f"plots.cats.{name}"),
            style=style,
        )
        for name, options in _NAMED.items()
    }
    controls["negative"] = Checkbox(
        value=start.negative, description=text("plots.cats.negative"), indent=True
    )
    look: dict[str, Any] = {"description": text("plots.cats.seed"), "style": style}
    most = max(99, start.seed)
    controls["seed"] = IntSlider(value=start.seed, min=0, max=most, **look)
    for name, (low, high) in _REACH.items():
        look = {"description": text(f"plots.cats.{name}"), "style": style}
        look |= {"readout_format": ".2f", "step": (high - low) / 60}
        value = getattr(start, name)
        controls[name] = FloatSlider(value=value, min=low, max=high, **look)
    return controls


def _verdict(probability: float) -> str:
    words = text("plots.cats.verdict", value=probability)
    width = round(100 * min(max(probability, 0.0), 1.0))
    return (
        f'<div style="background: white; color: {INK}; padding: 4px">'
        f"<b>{words}</b>"
        f'<div style="border: 1px solid {INK}; width: 240px; height: 14px">'
        f'<div style="background: #0072B2; width: {width}%; height: 100%"></div>'
        "</div></div>"
    )
