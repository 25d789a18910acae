"""For an engineer with a folder of own pictures: one sub-folder for each class.

    python examples/own_pictures.py FOLDER [EPOCHS]

The pictures may be of any size and kind. A fifth of them is put aside and opened once, for the
final model alone.
"""

import sys

import poolbench


def main() -> None:
    """Compare three operators on a folder, and classify its pictures with the exported model."""
    folder = sys.argv[1]
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else None
    study = poolbench.compare(f"folder:{folder}", image_size=32, fit="crop", epochs=epochs)

    print(f"Report: {study.path / 'report.html'}")
    if study.final is None:
        print("Nothing was learned: there is no model, and the report says what to change.")
        return
    print(f"Verdict: {study.verdict.kind}; use {study.verdict.recommended}.")
    test = study.final.headline
    print(f"Test {test.metric}: {test.value:.4f} ({test.low:.4f} to {test.high:.4f}).")
    print(f"Model: {study.path / 'best' / 'model.onnx'} for {', '.join(study.best.classes)}.")


if __name__ == "__main__":
    main()
