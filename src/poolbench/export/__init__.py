"""Export a trained model to ONNX with its card and its proof; importing this loads no torch."""
