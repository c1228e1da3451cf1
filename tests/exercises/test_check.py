"""What `check` and `exercise` say and leave behind; the known answers of the exercises, from elsewhere."""

from __future__ import annotations

import json
import math
import re
from functools import partial

import numpy as np
import pytest
import torch

from nnbasics import EXERCISES, check, exercise
from nnbasics.cli import main
from nnbasics.exercises import compare
from nnbasics.exercises.check import all_cases
from nnbasics.exercises.compare import changed, difference, extent, show
from nnbasics.text import Text

T = partial(torch.tensor, dtype=torch.float64)


def softmax(x, dim):
    return torch.softmax(x, dim)


def test_there_are_enough_exercises_from_one_neuron_to_adam():
    assert len(EXERCISES) >= 20
    assert {"neuron", "softmax", "backward", "adam-step", "training-step", "train-model"} <= set(EXERCISES)
    sections = [exercise.section for exercise in EXERCISES.values()]
    assert sections == sorted(sections)
    assert set(sections) <= set(range(1, 11))


# the article's numbers, or numbers worked out by hand
LITERALS = [
    ("softmax", (T([0.2, 1.3, 3.75]), 0), [0.0258, 0.0774, 0.8968]),
    ("neuron", (T([1.0, 2.0, -1.0]), T([0.5, 0.25, 1.0]), T(0.5)), [0.5, 1 / (1 + math.exp(-0.5))]),
    ("count-parameters", ([3, 3, 2, 2],), [26]),
    ("broadcast-shape", ((2, 3), (3,)), [2, 3]),
    ("xavier-std", (5, 3, 1.0), [0.5]),
    ("kaiming-std", (5, 0.0), [math.sqrt(0.4)]),
    ("linear-collapse", (T([[2.0]]), T([1.0]), T([[3.0]]), T([0.5])), [6.0, 3.5]),
    ("cross-entropy-gradient", (T([[0.0, 0.0]]), torch.tensor([0])), [-0.5, 0.5]),
    ("sgd-step", (T([1.0]), T([0.5]), 0.1), [0.95]),
    ("momentum-step", (T([1.0]), T([0.5]), T([2.0]), 0.1, 0.9), [0.77, 2.3]),
    ("rmsprop-step", (T([1.0]), T([0.5]), T([4.0]), 0.1, 0.9, 0.0), [1 - 0.05 / math.sqrt(3.625), 3.625]),
    ("adam-step", (T([1.0]), T([-3.0]), T([0.0]), T([0.0]), 1, 0.1, 0.9, 0.999, 0.0), [1.1, -0.3, 0.009]),
    ("step-lr", (0.1, 7, 3, 0.5), [0.025]),
    ("multistep-lr", (0.1, 5, [2, 5, 6], 0.5), [0.025]),
    ("exponential-lr", (0.1, 2, 0.9), [0.081]),
    ("cosine-lr", (0.1, 5, 10, 0.01), [0.055]),
    ("mae", (T([2.0, 2.5, 5.0]), T([1.0, 2.0, 3.0])), [3.5 / 3, 1 / 3, 1 / 3, 1 / 3]),
    ("mse", (T([2.0, 2.5, 5.0]), T([1.0, 2.0, 3.0])), [1.75, 2 / 3, 1 / 3, 4 / 3]),
    ("smooth-l1", (T([2.0, 2.5, 5.0]), T([1.0, 2.0, 3.0]), 1.0), [2.125 / 3, 1 / 3, 1 / 6, 1 / 3]),
    ("bce-with-logits", (T([0.8, 0.0]), T([0.0, 1.0])), [(math.log(1 + math.exp(0.8)) + math.log(2)) / 2]),
    ("relu", (T([-2.0, 0.0, 3.0]),), [0, 0, 3, 0, 0, 1]),
    ("leaky-relu", (T([-2.0, 0.0, 3.0]), 0.1), [-0.2, 0, 3, 0.1, 0.1, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("id", "case", "expected"), LITERALS, ids=[id for id, *_ in LITERALS])
def test_what_counts_as_right_is_right(id, case, expected):
    answer = EXERCISES[id].reference(*case)
    parts = answer if isinstance(answer, tuple) else (answer,)
    flat = torch.cat([torch.as_tensor(part, dtype=torch.float64).flatten() for part in parts])
    assert flat.tolist() == pytest.approx(expected, abs=5e-5 if id == "softmax" else 1e-12)


@pytest.mark.parametrize("id", ["xavier-std", "kaiming-std"])
def test_the_standard_deviations_are_those_that_torch_draws_with(id):
    def generator():
        return torch.Generator().manual_seed(0)

    plain = torch.randn(20, 30, generator=generator(), dtype=torch.float64)
    weight = torch.empty(20, 30, dtype=torch.float64)
    if id == "xavier-std":
        torch.nn.init.xavier_normal_(weight, gain=1.5, generator=generator())
        std = EXERCISES[id].reference(30, 20, 1.5)
    else:
        torch.nn.init.kaiming_normal_(weight, a=0.3, generator=generator())
        std = EXERCISES[id].reference(30, 0.3)
    assert torch.allclose(weight, std * plain, rtol=1e-6)


def test_the_counterexample_is_the_smallest_that_fails():
    cases = all_cases(EXERCISES["softmax"], torch.Generator().manual_seed(0))
    sizes = [extent(case) for case in cases]
    assert sizes == sorted(sizes)
    assert len(cases) == len(EXERCISES["softmax"].fixed()) + 12

    def wrong_from_six_on(x, dim):
        return torch.softmax(x, dim) if x.numel() < 6 else x

    first = next(case for case in cases if case["x"].numel() >= 6)
    report = check("softmax", wrong_from_six_on)
    assert report.counterexample.input == f"x = {show(first['x'])}, dim = {first['dim']}"
    assert report.score == pytest.approx(sum(case["x"].numel() < 6 for case in cases) / len(cases))
    assert "by hand" in report.hint


def test_the_same_seed_gives_the_same_report_and_another_one_other_cases():
    reports = [check("softmax", lambda x, dim: x, seed=seed).to_dict() for seed in (0, 0, 1)]
    assert reports[0] == reports[1] != reports[2]


def test_a_report_as_text_and_as_data():
    report = check("softmax", lambda x, dim: torch.exp(x) / torch.exp(x).sum(dim, keepdim=True), lang="en")
    assert str(report).splitlines() == [
        "softmax: not yet, 16 of 19 cases",
        "  input:     x = [1000.0, 0.0], dim = -1",
        "  expected:  [1.0, 0.0]",
        "  got:       [nan, 0.0]",
        f"  hint:      {report.hint}",
    ]
    data = json.loads(json.dumps(report.to_dict()))
    assert data["counterexample"] == {
        "input": "x = [1000.0, 0.0], dim = -1",
        "expected": "[1.0, 0.0]",
        "got": "[nan, 0.0]",
    }
    assert (data["id"], data["passed"], data["score"]) == ("softmax", False, 16 / 19)
    chinese = check("softmax", softmax, lang="zh")
    assert repr(chinese) == "softmax：通过，19 组输入全部正确"
    assert chinese.to_dict() == {"id": "softmax", "passed": True, "score": 1.0, "counterexample": None, "hint": None}


def helper(x):
    return x.no_such_method()


def test_an_error_is_shown_with_the_students_line():
    def calls_a_helper(x, dim):
        return helper(x)

    def deep_in_torch(x, dim):
        return torch.softmax(x, dim + 7)

    got = check("softmax", calls_a_helper).counterexample.got
    assert got.startswith("AttributeError: ")
    assert got.endswith(f"(line {helper.__code__.co_firstlineno + 1}: return x.no_such_method())")
    report = check("softmax", deep_in_torch)
    assert report.counterexample.got.endswith("return torch.softmax(x, dim + 7))")
    assert report.counterexample.got.startswith("IndexError: Dimension out of range")
    assert report.hint.startswith("Your code raised IndexError.")
    assert "nnbasics" not in report.counterexample.got
    no_source = eval("lambda x, dim: 1 / 0")
    assert check("softmax", no_source).counterexample.got == "ZeroDivisionError: division by zero (line 1)"
    in_c = check("softmax", torch.nn.functional.one_hot)
    assert not in_c.passed


def test_an_interrupt_passes():
    def interrupted(x, dim):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("softmax", interrupted)


def test_a_changed_input_is_shown():
    def shifts(x, dim):
        x -= x.max()
        return torch.softmax(x, dim)

    report = check("softmax", shifts)
    assert report.hint.startswith("x was changed in place.")
    assert re.fullmatch(r"\[1\.0\], and x is now \[0\.0\]", report.counterexample.got)

    def through_numpy(x, dim):
        array = x.numpy()
        array[:] = 0
        return torch.softmax(x, dim)

    assert "changed in place" in check("softmax", through_numpy).hint


def test_what_a_student_does_to_the_world_stays_within_the_check():
    def draws(x, dim):
        torch.rand(3)
        torch.set_num_threads(1)
        return torch.softmax(x, dim)

    with torch.inference_mode():
        assert check("softmax", draws).passed
        assert check("backward", EXERCISES["backward"].reference).passed
    torch.set_default_dtype(torch.float64)
    try:
        for id in ("softmax", "relu", "training-step", "count-parameters", "adam-step"):
            assert check(id, EXERCISES[id].reference).passed
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_function_may_be_any_callable():
    class Softmax:
        def __call__(self, x, dim):
            return torch.softmax(x, dim)

    for function in (Softmax(), torch.softmax, partial(torch.softmax, dtype=None), lambda *case: torch.softmax(*case)):
        assert check("softmax", function).passed
    assert check("softmax", lambda x, dim, temperature=1.0: torch.softmax(x / temperature, dim)).passed
    refused = check("softmax", lambda x: x)
    assert refused.hint == "The function must take these arguments by position: softmax(x, dim)."
    assert (refused.counterexample, refused.score) == (None, 0.0)


BAD_CALLS = [
    (lambda: check("sofmax", softmax), ValueError, "Unknown exercise 'sofmax'. Did you mean 'softmax'?"),
    (lambda: check(softmax, softmax), TypeError, "exercise must be a name (str), got <function"),
    (lambda: check("softmax", 3), TypeError, "function must be callable, as lambda x, dim: ... is, got 3."),
    (lambda: check("softmax", torch.ones(2)), TypeError, "function must be callable"),
    (lambda: check("softmax", softmax, lang="fr"), ValueError, "Unknown language 'fr'."),
    (lambda: check("softmax", softmax, seed=-1), ValueError, "seed must be an integer >= 0, got -1."),
    (lambda: check("softmax", softmax, seed=0.5), TypeError, "seed must be an integer, got 0.5 (float)."),
    (lambda: exercise("adam"), ValueError, "Unknown exercise 'adam'. Did you mean"),
    (lambda: exercise("softmax", lang=3), TypeError, "lang must be a str or None, got 3 (int)."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), BAD_CALLS, ids=[text[:40] for *_, text in BAD_CALLS])
def test_bad_calls(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(text)


ONE = T([1.0, 2.0])
COMPARISONS = [
    (ONE, [1.0, 2.0], None),
    (ONE, (1, 2), None),
    (ONE, np.array([1.0, 2.0]), None),
    (ONE, [T(1.0), T(2.0)], None),
    (ONE, ONE.clone().requires_grad_(), None),
    (ONE, ONE + 1e-11, None),
    (ONE, ONE + 1e-6, compare.WRONG_VALUE),
    (ONE, ONE.float(), compare.WRONG_DTYPE),
    (ONE, np.array([1, 2]), compare.WRONG_DTYPE),
    (ONE, ONE[None], compare.WRONG_SHAPE),
    (ONE, 1.0, compare.WRONG_SHAPE),
    (ONE, T([1.0, math.nan]), compare.NOT_FINITE),
    (T([math.nan, math.inf]), [math.nan, math.inf], None),
    (ONE, "1, 2", compare.WRONG_TYPE),
    (ONE, np.array(["1", "2"]), compare.WRONG_TYPE),
    (ONE, [[1.0], [2.0, 3.0]], compare.WRONG_TYPE),
    (ONE, ONE.to("meta"), compare.WRONG_TYPE),
    (ONE, ONE.to_sparse(), compare.WRONG_TYPE),
    (ONE, {"a": 1}, compare.WRONG_TYPE),
    (ONE, None, compare.NOTHING_RETURNED),
    (None, (1,), compare.WRONG_TYPE),
    (None, None, None),
    (0.5, 0.5, None),
    (0.5, np.float32(0.5), None),
    (0.5, torch.tensor(0.5), None),
    (0.5, torch.tensor(0.5, requires_grad=True), compare.CARRIES_GRAPH),
    (0.5, torch.tensor([0.5]), compare.WRONG_SHAPE),
    (0.5, True, compare.WRONG_TYPE),
    (0.5, math.inf, compare.NOT_FINITE),
    (1.0, 1, None),
    (26, 26, None),
    (26, np.int64(26), None),
    (26, torch.tensor(26), None),
    (26, 26.0, compare.NOT_AN_INTEGER),
    (26, 27, compare.WRONG_VALUE),
    (26, "26", compare.WRONG_TYPE),
    (1, True, compare.WRONG_TYPE),
    ((ONE, 1), [ONE, 1], None),
    ((ONE, 1), ONE, compare.WRONG_COUNT),
    ((ONE, 1), (ONE,), compare.WRONG_COUNT),
    ((ONE, 1), (ONE, 2), compare.WRONG_VALUE),
    ((), (), None),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "got", "problem"), COMPARISONS)
def test_an_answer_beside_the_right_one(expected, got, problem):
    assert difference(expected, got) is problem


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (T([[1.0, 0.5]]), "[[1.0, 0.5]]"),
        (torch.tensor([0.5]), "[0.5] (torch.float32)"),
        (torch.tensor([1, 2]), "[1, 2]"),
        (torch.zeros(0, 2, dtype=torch.float64), "[] (shape (0, 2))"),
        ((T(1.0), [2, 3], "a"), "(1.0, [2, 3], 'a')"),
        ((3,), "(3,)"),
        (np.float64(1e-9), "1e-09"),
        (math.nan, "nan"),
        (True, "True"),
        (None, "None"),
        (torch.zeros(1000, dtype=torch.float64), ("[" + "0.0, " * 60)[:299] + "…"),
    ],
)
def test_a_value_as_text(value, text):
    assert show(value) == text


def test_what_agrees_in_six_digits_is_shown_in_more():
    report = check("sigmoid", lambda x: torch.sigmoid(x) + 1e-7)
    assert report.counterexample.expected != report.counterexample.got


def test_a_change_in_a_list_or_a_tensor_is_seen():
    assert changed([1, 2], [1])
    assert changed(ONE, ONE + 1)
    assert not changed(T([math.nan]), T([math.nan]))


def texts() -> list[Text]:
    found = [text for text in vars(compare).values() if isinstance(text, Text)]
    for row in EXERCISES.values():
        found += [row.task, *(mistake.hint for mistake in row.mistakes)]
    from nnbasics.exercises import training

    return found + [text for text in vars(training).values() if isinstance(text, Text)]


@pytest.mark.parametrize("text", texts(), ids=lambda text: text.en[:40])
def test_every_text_is_there_in_both_languages(text):
    assert text.en.isascii()
    assert text.en.rstrip()[-1] in ".?"
    assert re.search("[\u4e00-\u9fff]", text.zh)
    assert not re.search("[\u4e00-\u9fff] ?[,;:!?]|[,;:!?][\u4e00-\u9fff]", text.zh)


@pytest.mark.parametrize("id", EXERCISES)
def test_a_task_shows_signature_task_and_how_to_check_it(id):
    for lang in ("en", "zh"):
        shown = exercise(id, lang=lang)
        lines = repr(shown).splitlines()
        assert lines[0] == f"def {shown.signature}:"
        assert lines[-1].endswith(f'nnbasics.check("{id}", {EXERCISES[id].function})')
        assert EXERCISES[id].task.say(lang) in str(shown)


def test_a_task_ends_with_an_example_that_is_computed():
    assert str(exercise("sgd-step", lang="en")).splitlines()[-3:] == [
        "Example:  param = [1.0], grad = [0.5], lr = 0.1",
        "Returns:  [0.95]",
        'Check:    nnbasics.check("sgd-step", sgd_step)',
    ]


def test_the_command_line_lists_shows_and_refuses(capsys):
    assert main(["exercises", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == list(EXERCISES)
    assert main(["exercises", "--list", "--json", "--lang", "zh"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["id"] == "neuron"
    assert rows[0]["signature"] == "neuron(x, weight, bias)"
    assert rows[0]["task"] == EXERCISES["neuron"].task.zh
    assert main(["exercises", "softmax", "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{exercise('softmax', lang='en')}\n"
    with pytest.raises(SystemExit) as stopped:
        main(["exercises", "sofmax"])
    assert stopped.value.code == 2
    assert "Did you mean 'softmax'?" in capsys.readouterr().err
