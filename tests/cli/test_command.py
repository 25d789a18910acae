"""Lists with spaces, words at the wrong place, and help that is short at first."""

import re

import pytest
import typer

from poolbench.cli import study
from poolbench.cli.command import FIRST, LISTS, join_lists
from poolbench.config import PRESETS, StudyConfig
from poolbench.errors import UsageError

RUN = typer.main.get_command(study.commands).commands["run"]
OPTIONS = {name: param for param in RUN.params for name in param.opts}


@pytest.mark.parametrize(
    ("typed", "joined"),
    [
        ("--operators max avg", "--operators=max,avg"),
        ("--operators max, avg", "--operators=max,avg"),
        ("--operators max , avg", "--operators=max,avg"),
        ("--operators max,avg", "--operators=max,avg"),
        ("--operators=max avg", "--operators=max,avg"),
        ("--operators max lp --operators avg", "--operators=avg"),
        ("--operators max,avg, --folds 3", "--folds 3 --operators=max,avg"),
        ("--operators max avg --classes 0 33 43", "--operators=max,avg --classes=0,33,43"),
        ("--classes all-but:0 33", "--classes=all-but:0,33"),
        ("--download --backbones lab mlp", "--download --backbones=lab,mlp"),
        ("--vary width batch", "--vary=width,batch"),
        ("--recipes quick mine.toml", "--recipes=quick,mine.toml"),
    ],
)
def test_names_of_a_list_may_be_parted_by_spaces_and_commas(typed, joined):
    assert join_lists(typed.split(" "), OPTIONS) == (joined.split(" "), [])


def test_name_with_a_space_or_a_quoted_comma_stays_one_name():
    words = ["--classes", "maple tree", '"Pepper, bell"', "--recipes", "my recipe.toml"]
    joined, _ = join_lists(words, OPTIONS)
    assert joined == ['--classes=maple tree,"Pepper, bell"', "--recipes=my recipe.toml"]


def test_quoted_list_of_ids_is_parted_too():
    assert join_lists(["--operators", " max  avg,lp "], OPTIONS)[0] == ["--operators=max,avg,lp"]


def test_list_without_names_is_refused():
    with pytest.raises(UsageError, match="--operators needs at least one name, but --folds"):
        join_lists(["--operators", "--folds", "3"], OPTIONS)


def test_values_of_other_options_are_no_stray_words():
    words = ["--out", "photos", "--seed", "-3", "--dry-run", "--folds=3"]
    assert join_lists(words, OPTIONS) == (words, [])
    assert join_lists(["photos", "--seed", "1", "x"], OPTIONS)[1] == ["photos", "x"]


@pytest.mark.parametrize("typed", ["max lp", "max, lp", "max , lp"])
def test_run_understands_operators_with_spaces(poolbench_here, typed):
    command = ("run", "--operators", *typed.split(" "), "--dry-run", "--repeats", "1")
    done = poolbench_here(*command, "--backbones", "lab-example", "--precision", "float32")
    assert done.returncode == 0, done.stderr
    assert "Plan: 2 variants" in done.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("run", "photos", "--seed", "1"), "poolbench run --data photos --seed 1"),
        (("run", "cifar100"), "poolbench run --data cifar100"),
        (("classes", "cifar10"), "poolbench classes --data cifar10"),
        (("run", "my photos"), "poolbench run --data 'my photos'"),
    ],
)
def test_word_behind_no_option_is_answered_with_the_command_that_was_meant(
    poolbench_here, tmp_path, words, meant
):
    for name in ("photos", "my photos"):
        (tmp_path / name).mkdir()
    done = poolbench_here(*words)
    assert done.returncode == 2
    assert done.stderr.endswith(f"{meant}\n")


def test_word_that_means_nothing_is_refused(poolbench_here):
    done = poolbench_here("run", "frobnicate")
    assert done.returncode == 2
    assert "'frobnicate' does not belong to any option" in done.stderr


def read_options(page):
    return set(re.findall(r"^. (--[\w-]+)", page, re.M))


@pytest.mark.parametrize("words", [("--operater", "max"), ("--nonsense", "x", "--seed", "1")])
def test_unknown_option_is_named_and_not_what_follows_it(poolbench_here, words):
    done = poolbench_here("run", *words)
    assert done.returncode == 2
    assert f"poolbench run has no option {words[0]}." in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report",), "poolbench report needs RUN (a run: its folder"),
        (("push", "."), "poolbench push needs --to OWNER/NAME (the repository on the Hub)."),
        (
            ("report", ".", "b"),
            "'b' was not expected: besides options, poolbench report takes only RUN.",
        ),
        (("doctor", "x"), "'x' was not expected: poolbench doctor takes only options."),
        (("run", "--folds"), "--folds needs a value, but none follows it. Write --folds N."),
        (("run", "--folds", "many"), "--folds is 'many'; expected a whole number."),
        (("run", "--margin", "x"), "--margin is 'x'; expected a number, such as 0.5."),
        (("calibrate", "--workers", "0"), "--workers is 0; expected a whole number of at least 1."),
        (("serve", "--port", "70000"), "--port is 70000; expected a whole number from 0 to 65535."),
        (("run", "--download=yes"), "--download takes no value, but it was given 'yes'."),
        (("runs", "list"), "There is no command 'list'. Available: rm, diff."),
        (("runs", "rm", "--yse"), "poolbench runs rm has no option --yse. Did you mean --yes"),
    ],
)
def test_refusal_says_what_arrived_what_was_expected_and_what_to_do(
    poolbench_here, tmp_path, words, said
):
    (tmp_path / "data.json").write_text("{}")
    done = poolbench_here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_wins_over_a_stray_word(poolbench_here):
    assert "Usage: poolbench run" in poolbench_here("run", "photos", "--help").stdout


def test_help_shows_the_first_dozen_and_names_the_rest(poolbench_here):
    page = poolbench_here("run", "--help").stdout
    shown = read_options(page)
    assert len(shown - {"--help", "--help-all"}) == 12
    assert {"--data", "--operators", "--preset", "--help-all"} <= shown
    others = len(RUN.params) - len(shown - {"--help"})
    assert f"{others} more options: poolbench run --help-all" in page


@pytest.mark.parametrize("command", ["run", "pretrain"])
def test_help_all_shows_every_option(poolbench_here, command):
    known = typer.main.get_command(study.commands).commands[command]
    page = poolbench_here(command, "--help-all").stdout
    assert read_options(page) == {param.opts[0] for param in known.params} | {"--help"}
    assert "more options" not in page
    # The next time, in the same process, it is short again.
    assert read_options(poolbench_here(command, "--help").stdout) < read_options(page)


def test_names_of_options_that_are_treated_apart_exist():
    names = {param.name for param in RUN.params}
    assert set(LISTS) <= names
    pretrain = {p.name for p in typer.main.get_command(study.commands).commands["pretrain"].params}
    assert names | pretrain >= FIRST


def test_help_shows_defaults_and_what_a_preset_decides(poolbench_here):
    page = " ".join(re.sub(r"[│╭╮╰╯─]", " ", poolbench_here("run", "--help-all").stdout).split())
    fields = StudyConfig.model_fields
    assert f"Default: {fields['folds'].default}." in page
    assert f"Default: {','.join(fields['operators'].default)}." in page
    for preset, values in PRESETS.items():
        for name in ("backbones", "recipes"):
            if name in values:
                assert f"{values[name][0]} with --preset {preset}" in page
    assert "auto, at most 6 with --preset quick" in page
