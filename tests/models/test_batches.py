import pytest

from models.batches import batches


def test_short_texts_come_first_and_blank_ones_never() -> None:
    assert list(batches(["电池装置", "", "轴承", "  \n", "阀"], 512)) == [[4, 2, 0]]


def test_a_batch_holds_no_more_than_it_may() -> None:
    assert list(batches(["电"] * 5, 512, most=2)) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(("characters", "longest", "sizes"), [
    (5_000, 512, [32, 8]),  # cut at 512 tokens: as many as short ones
    (512, 8_192, [32, 8]),
    (1_024, 8_192, [8, 8, 8, 8, 8]),
    (20_000, 8_192, [1] * 40),
])  # fmt: skip
def test_long_texts_are_fewer_at_once(characters: int, longest: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in batches(["电" * characters] * 40, longest)] == sizes


def test_one_long_text_does_not_widen_the_short_ones() -> None:
    assert list(batches(["电" * 8_192, "池", "电池"], 8_192)) == [[1, 2], [0]]
