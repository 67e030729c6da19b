"""The data sets of the course, as arrays."""

from helpers.datasets.cats import CatInputs, Cats, load_cat_inputs, load_cats
from helpers.datasets.files import DataFileError, data_folder
from helpers.datasets.pictures import average_down, flatten_pictures, load_image
from helpers.datasets.samples import Sample, sample

__all__ = [
    "CatInputs",
    "Cats",
    "DataFileError",
    "Sample",
    "average_down",
    "data_folder",
    "flatten_pictures",
    "load_cat_inputs",
    "load_cats",
    "load_image",
    "sample",
]
