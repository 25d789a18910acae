"""A trained model to ONNX, its card and its proof; importing the room loads no torch."""
