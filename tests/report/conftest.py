"""A run directory as a study writes it, of made-up logits: real records, no training."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from poolbench.config import StudyConfig, dump_config
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.evaluation.overfit import compute_overfit, find_best_epoch
from poolbench.export.verify import Check, VerificationReport
from poolbench.records import (
    Account,
    Conditions,
    Cost,
    DataRecord,
    FinalRecord,
    LeaderboardRow,
    ShiftCurve,
    StudyRecord,
    StudyTiming,
    TrialRecord,
    TrialSpec,
    TrialTiming,
    VariantSpec,
)
from poolbench.report.build import build_report
from poolbench.results.collect import average_metrics, list_leaderboard_columns
from poolbench.rundir.formats import pack_arrays
from poolbench.rundir.store import HISTORY_COLUMNS, RunStore
from poolbench.training.recipes import QUICK
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.intervals import compute_interval
from poolbench.verdict.paired import Evidence

FOLDS = 2
OPERATORS = ("max", "avg", "stride", "blur", "lp", "mixed", "gated", "soft", "local-importance")
OPERATORS += ("stochastic", "wavelet", "detail-preserving")
CARDS = Path(__file__).parents[2] / "docs" / "operators"
# Of the rest of the catalogue, for those who compare all of it.
OPERATORS += tuple(
    card.stem for card in sorted(CARDS.glob("*.md")) if card.stem not in (*OPERATORS, "README")
)
CONDITIONS = Conditions(
    device="cpu",
    precision="float32",
    threads=1,
    rewrites=True,
    poolbench="0.1.0",
    torch="2.13.0",
    fingerprint="0123456789abcdef",
)


def make_verification(*, passed=True):
    """What ``poolbench verify`` writes."""
    checks = (
        Check(name="hash of model.onnx", passed=True, value=0),
        Check(
            name="logits, batches of 7",
            passed=passed,
            value=4e-6 if passed else 1.0,
            tolerance=1e-3,
        ),
    )
    return VerificationReport(
        passed=passed,
        checks=checks,
        pictures=64,
        torch_imported=False,
        onnxruntime="1.30.0",
        python="3.11.9",
        seconds=1.5,
    )


class SyntheticRun:
    """Writes one run; the k-th variant is a little worse and slower than the one before."""

    def __init__(self, path, *, variants, classes, repeats, epochs, protocol):
        self.rng = np.random.default_rng(0)
        self.path, self.classes, self.repeats, self.epochs = path, classes, repeats, epochs
        self.protocol = protocol
        self.folds = FOLDS if protocol == "cv" else 1
        recipe = QUICK.model_copy(update={"epochs": epochs})
        self.variants = [
            VariantSpec(operator=name, backbone="lab", recipe=recipe)
            for name in OPERATORS[:variants]
        ]
        self.pictures = 60 * len(classes)
        self.labels = np.arange(self.pictures) % len(classes)
        self.store = RunStore(path)

    def write(self, *, diverged=False, final=True):
        shape = (len(self.variants), self.repeats, self.pictures)
        correct = np.zeros(shape, dtype=bool)
        fold = np.stack([self.rng.permutation(self.pictures) % self.folds for _ in range(shape[1])])
        records, timings = {}, {}
        for place, variant in enumerate(self.variants):
            records[variant.id], timings[variant.id] = [], []
            for repeat in range(self.repeats):
                for part in range(self.folds):
                    index = np.flatnonzero(fold[repeat] == part)
                    broken = diverged and place == repeat == part == 0
                    record, timing, right = self.write_trial(
                        variant, place, repeat, part, index, broken
                    )
                    correct[place, repeat, index] = right
                    records[variant.id].append(record)
                    timings[variant.id].append(timing)
        verdict = decide(Evidence(correct, fold), self.make_question(records))
        rows = [
            self.make_row(variant.id, records, timings, correct[place], fold)
            for place, variant in enumerate(self.variants)
        ]
        rows.sort(key=lambda row: -row.accuracy)
        self.store.save_table(
            "leaderboard.csv",
            list_leaderboard_columns(),
            [tuple(getattr(row, name) for name in list_leaderboard_columns()) for row in rows],
        )
        self.store.save_model("verdict.json", verdict)
        self.store.save_model("timing.json", StudyTiming(train_ratios=(), account=ACCOUNT))
        self.write_rest(records, verdict.recommended, final)
        return self.path

    def make_question(self, records):
        return Question(
            [variant.id for variant in self.variants],
            {name: trials[0].cost for name, trials in records.items()},
            1.0,
            self.protocol,
            notes=("positions-differ",) if len(self.variants) > 1 else (),
        )

    def make_logits(self, labels, sharpness):
        logits = self.rng.normal(size=(len(labels), len(self.classes)))
        logits[np.arange(len(labels)), labels] += sharpness
        return logits.astype(np.float32)

    def write_trial(self, variant, place, repeat, part, index, broken):
        spec = TrialSpec(
            variant=variant,
            split="fold" if self.protocol == "cv" else "official",
            repeat=repeat,
            fold=part,
            folds=self.folds,
            seed=0,
            manifest_hash="ab" * 32,
            num_classes=len(self.classes),
            image_size=(32, 32),
            conditions=CONDITIONS,
        )
        truth = self.labels[index]
        logits = self.make_logits(truth, 2.6 - 0.25 * place)
        history = self.make_history(place, broken)
        losses = [row[HISTORY_COLUMNS.index("held_out_loss")] for row in history]
        losses = [loss for loss in losses if np.isfinite(loss)]
        held_out = compute_side_metrics(logits, truth, self.classes)
        train = compute_side_metrics(self.make_logits(self.labels, 3.5), self.labels, self.classes)
        steady = np.linspace(1.0, 0.9 - 0.02 * place, 5)
        record = TrialRecord(
            id=spec.id,
            spec=spec,
            train=train,
            held_out=held_out,
            overfit=compute_overfit(train.accuracy, held_out.accuracy, losses),
            best_epoch=find_best_epoch([held_out.accuracy] * self.epochs),
            shift=ShiftCurve(
                pixels=tuple(range(5)),
                accuracy=tuple(held_out.accuracy * steady),
                consistency=tuple(steady),
            ),
            cost=Cost(
                parameters=33_219,
                multiply_adds=21_343_232 - 1_000_000 * place,
                conv_multiply_adds=21_330_000 - 1_000_000 * place,
            ),
            diverged_at=17 if broken else None,
        )
        seconds = (1 + 0.4 * place) * float(self.rng.uniform(3.8, 4.2))
        timing = TrialTiming(
            train_seconds=seconds, wall_seconds=1.2 * seconds, peak_memory_bytes=412_000_000
        )
        arrays = {"predictions": {"index": index, "labels": truth, "logits": logits}}
        weights = {"weight": np.zeros((2, 2), dtype=np.float32)}
        self.store.save_trial(record, timing, history, arrays, weights)
        right = logits.argmax(axis=1) == truth
        return record, timing, np.zeros_like(right) if broken else right

    def make_history(self, place, broken):
        epoch = np.arange(1, (self.epochs // 2 if broken else self.epochs) + 1)
        part = epoch / self.epochs
        columns = {"epoch": epoch}
        for side, floor in (("train", 0.05), ("held_out", 0.35 + 0.04 * place)):
            rise = 0.25 * part**2 if side == "held_out" else 0
            loss = floor + 1.1 * np.exp(-5 * part) + rise + self.rng.normal(0, 0.02, len(epoch))
            accuracy = np.clip(1 - loss / 3, 0, 1)
            for name, values, reach in (("loss", loss, 0.15), ("accuracy", accuracy, 0.04)):
                columns[f"{side}_{name}"] = values
                columns[f"{side}_{name}_low"] = values - reach
                columns[f"{side}_{name}_high"] = np.minimum(
                    values + reach, 1 if name == "accuracy" else 9
                )
        table = np.stack([columns[name] for name in HISTORY_COLUMNS], axis=1).astype(float)
        if broken:
            table[-1, 1:] = np.nan
        return [tuple(row) for row in table]

    def make_row(self, name, records, timings, correct, fold):
        interval = compute_interval(correct.astype(float), fold, 0.95)
        return LeaderboardRow(
            variant=name,
            accuracy=interval.mean,
            accuracy_low=max(interval.low, 0.0),
            accuracy_high=min(interval.high, 1.0),
            trials=len(records[name]),
            **average_metrics(records[name], timings[name]),
        )

    def write_rest(self, records, recommended, final):
        store, count = self.store, len(self.classes)
        data = DataRecord(
            source="sample",
            classes=tuple(self.classes),
            image_size=(32, 32),
            fit="squash",
            manifest_hash="ab" * 32,
            pool_counts=(60,) * count,
            test_counts=(20,) * count,
            has_official_test=True,
            facts={"skipped": [], "duplicates_across_halves": 3, "test_share": "official"},
        )
        config = StudyConfig(
            operators=tuple(variant.operator for variant in self.variants),
            protocol=self.protocol,
            folds=FOLDS,
            repeats=self.repeats,
        )
        trials = tuple(trial.id for group in records.values() for trial in group)
        chosen = records[recommended][0]
        store.save_model("data.json", data)
        store.save_bytes("config.toml", dump_config(config).encode())
        store.save_json(
            "environment.json",
            {
                "poolbench": "0.1.0",
                "python": "3.11.9",
                "libraries": {"torch": "2.13.0", "numpy": "2.4.6"},
                "processor": "Made-up CPU @ 2.00GHz",
                "cores": 2,
                "fingerprint": CONDITIONS.fingerprint,
            },
        )
        store.save_model("study.json", StudyRecord(trials=trials, final=chosen.id))
        if not final:
            return
        labels = np.arange(20 * count) % count
        test = compute_side_metrics(self.make_logits(labels, 2.6), labels, self.classes)
        record = FinalRecord(trial=chosen.id, variant=recommended, test=test)
        store.save_model("best/final.json", record)
        store.save_bytes("best/model.onnx", b"\0" * 140_000)
        store.save_bytes("best/explain.npz", self.make_explanation(recommended))
        store.save_model("best/verification.json", make_verification())

    def make_explanation(self, recommended):
        rng, count, variants = np.random.default_rng(1), len(self.classes), len(self.variants)
        images = rng.integers(0, 256, (3, 8, 6, 3), dtype=np.uint8)
        labels = np.arange(3) % count
        moved = np.linspace(1, 0.5, 9) * np.ones((variants, 2, 1))
        k = np.linspace(-1, 1, 7)
        arrays = {"shift_pixels": np.arange(9), "shift_accuracy": 0.9 * moved}
        arrays |= {"shift_consistency": moved, "shift_counts": np.full(variants, 30)}
        arrays |= {"landscape_coefficients": k, "maps_image": images[0]}
        arrays["landscape_losses"] = (0.1 + k[:, None] ** 2 + 2 * k**2).astype(np.float32)
        arrays["landscape_losses"][0, 0] = np.inf
        for name in ("wrong", "disagreed", "cam"):
            arrays[f"{name}_images"], arrays[f"{name}_labels"] = images, labels
            arrays[f"{name}_names"] = np.array(["train/1", "train/<b>", "train/3"])
            arrays[f"{name}_predicted"] = (labels + 1) % count
        arrays["disagreed_predicted"] = rng.integers(0, count, (variants, 3))
        arrays["disagreed_predicted"][0, 0] = -1
        arrays["wrong_probability"] = np.array([0.99, 0.9, 0.8])
        arrays["cam_heat"] = rng.random((3, 8, 6)).astype(np.float16)
        entries = []
        for place, variant in enumerate(self.variants):
            arrays[f"maps_before_{place}"] = rng.normal(size=(4, 8, 6)).astype(np.float16)
            arrays[f"maps_after_{place}"] = rng.normal(size=(4, 4, 3)).astype(np.float16)
            entry = {"variant": variant.id, "before_size": [8, 6], "after_size": [4, 3]}
            entries.append(entry)
        facts = {
            "classes": list(self.classes),
            "variants": [variant.id for variant in self.variants],
            "recommended": recommended,
            "maps": {"name": "train/1", "label": 0, "entries": entries},
            "landscape": {"pictures": 40},
        }
        arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
        return pack_arrays(arrays)


ACCOUNT = Account(
    phases={
        **{"start": 2.1, "images": 0.6, "measure": 5.2, "train": 61.0, "final": 6.1},
        **{"hand-over": 8.3, "verify": 1.4, "report": 4.9, "other": 0.4},
    },
    workers=2,
    trials=31,
    steps=88.0,
    watching=7.5,
    judging=21.0,
    rest=4.0,
)


@pytest.fixture(scope="session")
def make_run(tmp_path_factory):
    """A function that writes a run and gives its path."""

    def make(*, diverged=False, final=True, **settings):
        given = {
            "variants": 3,
            "classes": ("apple", "forest", "lion"),
            "repeats": 2,
            "epochs": 40,
            "protocol": "cv",
            **settings,
        }
        run = SyntheticRun(tmp_path_factory.mktemp("run") / "study", **given)
        return run.write(diverged=diverged, final=final)

    return make


@pytest.fixture(scope="session")
def run_path(make_run):
    """Three variants, four trials of each; only to be read."""
    return make_run()


@pytest.fixture(scope="session")
def reported(make_once, run_path):
    """The same run with its report in English; only to be read."""

    def fill(folder):
        build_report(shutil.copytree(run_path, folder / "study"))

    return make_once("reported", fill) / "study"


@pytest.fixture(scope="session")
def fake_view():
    """A function that makes what the matrices of confusion need of a run, of any size."""

    def make(variants, names):
        rng, count = np.random.default_rng(0), len(names)
        shown = [
            SimpleNamespace(
                label=f"variant{k}", held_out_confusion=rng.integers(0, 90, (count, count))
            )
            for k in range(variants)
        ]
        data = SimpleNamespace(classes=tuple(names))
        return SimpleNamespace(data=data, classes=data.classes, lang="en", variants=shown)

    return make
