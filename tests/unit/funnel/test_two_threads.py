"""Two threads: nothing is lost, order is kept, an error comes out."""

import threading

import pytest

from twoside.funnel.two_threads import TwoThreads


@pytest.mark.parametrize("parts", [0, 1, 2, 50])
def test_every_part_is_done_once_and_answers_are_in_order(parts):
    done = []

    def work(part):
        done.append(part)
        return part * part

    answers = TwoThreads().each(work, range(parts))
    assert answers == [part * part for part in range(parts)]
    assert sorted(done) == list(range(parts))


def test_two_parts_run_at_the_same_time():
    meet = threading.Barrier(2, timeout=20)  # one thread alone would wait for ever
    TwoThreads().each(lambda _: meet.wait(), [0, 1])


@pytest.mark.parametrize("bad", range(4))
def test_an_error_comes_out_and_the_threads_can_be_used_again(bad):
    threads = TwoThreads()

    def work(part):
        if part == bad:
            raise ValueError(part)
        return part

    with pytest.raises(ValueError, match=str(bad)):
        threads.each(work, range(4))
    assert threads.each(abs, [-1, 2, -3]) == [1, 2, 3]
