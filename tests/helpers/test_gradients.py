"""The gradient checker and the conversions it needs."""

import numpy as np
import pytest

from helpers.gradients import (
    central_differences,
    check_gradients,
    dictionary_to_vector,
    relative_difference,
    vector_to_dictionary,
)
from helpers.strings import screen_width, speaking

PARAMETERS = {
    "W1": np.arange(6.0).reshape(2, 3),
    "b1": np.array([[7.0], [8.0]]),
    "W2": np.array([[0.5, -0.5]]),
}


def weighted_cost(parameters):
    """Return a cost whose gradient is known: the sum of cubes."""
    return float(sum(np.sum(value**3) for value in parameters.values()))


def right_gradients():
    """Return the gradient of `weighted_cost` under the names of the course."""
    return {"d" + name: 3 * value**2 for name, value in PARAMETERS.items()}


def test_vector_and_dictionary_are_inverse():
    """Names, order, shapes and values survive the way to a vector and back."""
    vector, layout = dictionary_to_vector(PARAMETERS)
    back = vector_to_dictionary(vector, layout)

    assert vector.shape == (10, 1)
    assert list(back) == list(PARAMETERS)
    for name, value in PARAMETERS.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].shape == value.shape


def test_conversions_share_no_memory():
    """Writing into the result of either direction changes nothing else."""
    vector, layout = dictionary_to_vector(PARAMETERS)
    vector[...] = -1.0
    back = vector_to_dictionary(vector, layout)
    back["W1"][...] = 5.0

    assert PARAMETERS["W1"][0, 1] == 1.0
    assert (vector == -1.0).all()


def test_wrong_length_is_named():
    """A vector that does not fit its layout is refused, not cut."""
    with pytest.raises(ValueError, match=r"3 numbers.*asks for 4"):
        vector_to_dictionary(np.zeros(3), (("W", (2, 2)),))


def test_central_differences_leave_the_parameters_alone():
    """The slopes are right and the parameters are as they were."""
    before = {name: value.copy() for name, value in PARAMETERS.items()}
    slopes = central_differences(weighted_cost, PARAMETERS)

    for name, value in PARAMETERS.items():
        np.testing.assert_allclose(slopes[name], 3 * value**2, rtol=1e-7, atol=1e-8)
        np.testing.assert_array_equal(value, before[name])


def test_relative_difference_of_known_pairs():
    """Equal is 0, twice is 1/3, opposite is 1, both zero is 0."""
    a = np.array([3.0, -4.0])

    assert relative_difference(a, a) == 0
    assert relative_difference(2 * a, a) == pytest.approx(1 / 3)
    assert relative_difference(-a, a) == pytest.approx(1)
    assert relative_difference(0 * a, 0 * a) == 0


def test_relative_difference_matches_dictionaries_by_name():
    """Two dictionaries are compared name by name, whatever their order."""
    a = {"x": np.ones(2), "y": np.zeros(2)}
    b = {"y": np.zeros(2), "x": np.ones(2)}

    assert relative_difference(a, b) == 0


def test_right_gradients_are_called_right():
    """Every row and the whole get the verdict right."""
    report = check_gradients(weighted_cost, PARAMETERS, right_gradients())

    assert set(report.notes.values()) == {"right"}
    assert report.difference < 1e-9


def test_columns_of_the_table_stand_below_each_other_in_chinese():
    """A Chinese sign is as wide as two letters."""
    with speaking("zh_Hans"):
        report = check_gradients(weighted_cost, PARAMETERS, right_gradients())
        rows = str(report).splitlines()

    assert rows[0].startswith("参数") and rows[-1].startswith("全部")
    before = {screen_width(row[: row.rindex("  ")]) for row in rows}
    assert len(before) == 1


def test_only_the_wrong_gradient_is_called_wrong():
    """A mistake in one parameter leaves the verdict on the others alone."""
    gradients = right_gradients()
    gradients["dW2"] = 2 * gradients["dW2"]
    report = check_gradients(weighted_cost, PARAMETERS, gradients)

    assert report.notes == {"W1": "right", "b1": "right", "W2": "wrong"}
    assert report.differences["W2"] == pytest.approx(1 / 3)


def test_missing_and_misshapen_gradients_are_named():
    """A gradient without its shape is a finding, not a crash."""
    gradients = right_gradients()
    del gradients["dW1"]
    gradients["db1"] = gradients["db1"].reshape(-1)
    report = check_gradients(weighted_cost, PARAMETERS, gradients)

    assert "dW1" in report.notes["W1"]
    assert "(2,)" in report.notes["b1"] and "(2, 1)" in report.notes["b1"]
    assert np.isnan(report.difference)
    assert "<table>" in report._repr_html_()
