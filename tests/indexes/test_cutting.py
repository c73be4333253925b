import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexes.cutting import Cut

TEXT = st.text(st.sampled_from("电池组散热装置的abc1.5，\n "), max_size=30)


def listed(cut: Cut) -> list[list[str]]:
    """The words of each text; an empty one ends a run."""
    words = [*cut.words, ""]
    return [[words[number] for number in part] for part in np.split(cut.ids, cut.starts[1:-1])]


def test_words_are_numbered_by_their_first_appearance() -> None:
    cut = Cut.of(["电池的散热，PLC", "", "散热"])
    assert cut.words == ("电池", "的", "散热", "PLC")
    assert cut.ids.tolist() == [0, 1, 2, -1, 3, -1, 2, -1]
    assert cut.starts.tolist() == [0, 6, 6, 8]
    assert listed(cut)[2] == ["散热", ""]


@given(st.lists(st.lists(TEXT)))
def test_parts_are_joined_as_if_cut_at_once(parts: list[list[str]]) -> None:
    whole, joined = Cut.of([text for part in parts for text in part]), Cut.joined(map(Cut.of, parts))
    assert joined.words == whole.words
    for name in ("ids", "starts"):
        found, expected = getattr(joined, name), getattr(whole, name)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype
