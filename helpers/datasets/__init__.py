"""The data sets of the course, as arrays."""

from helpers.datasets.cat_runs import CatRun, load_cat_runs, load_cat_sweep
from helpers.datasets.cats import CatInputs, Cats, load_cat_inputs, load_cats
from helpers.datasets.digits import Digits, load_all_digits, load_digits
from helpers.datasets.files import DataFileError, data_folder
from helpers.datasets.football import load_football, load_football_sets
from helpers.datasets.images import average_down, flatten_images, load_image
from helpers.datasets.samples import Sample, sample
from helpers.datasets.toys import (
    load_blobs,
    load_circles,
    load_moons,
    load_no_structure,
    load_planar,
    load_quantiles,
)

__all__ = [
    "CatInputs",
    "CatRun",
    "Cats",
    "DataFileError",
    "Digits",
    "Sample",
    "average_down",
    "data_folder",
    "flatten_images",
    "load_all_digits",
    "load_blobs",
    "load_cat_inputs",
    "load_cat_runs",
    "load_cat_sweep",
    "load_cats",
    "load_circles",
    "load_digits",
    "load_football",
    "load_football_sets",
    "load_image",
    "load_moons",
    "load_no_structure",
    "load_planar",
    "load_quantiles",
    "sample",
]
