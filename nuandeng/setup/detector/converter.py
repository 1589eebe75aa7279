"""Turns the detector's TensorFlow.js graph into ONNX that takes pictures of any size.

The graph was once ONNX itself: every convolution stands between a padding, two transpositions and a bias. Values are followed with their
layout, so that the transpositions vanish, paddings and biases become part of the convolution, and resizes get factors instead of sizes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from nuandeng.setup.detector.graph import Node, Weights

_PREFIX = "PartitionedCall/onnx_tf_prefix_"
# Per stride: the scores after the sigmoid, and the split whose second half are the distances.
HEADS = {8: ("Sigmoid_154", "Split_153"), 16: ("Sigmoid_165", "Split_164"), 32: ("Sigmoid_176", "Split_175")}
CLASSES, DISTANCES, PERSON = 80, 44, 0
_DRAWN_FOR_PX = 416
_NCHW, _CHANNELS_LAST = (0, 1, 2, 3), (0, 2, 3, 1)


class UnknownOperationError(Exception):
    """The graph holds something this converter was not written for."""


@dataclass(frozen=True)
class Value:
    """A tensor of the new graph, always NCHW there. layout: the old graph's axes in terms of ours. side_px: for a 416 px picture."""

    name: str
    layout: tuple[int, ...]
    side_px: int
    padding: tuple[int, int] = (0, 0)
    pad_value: float = 0.0


class Converter:
    """One conversion."""

    def __init__(self, nodes: dict[str, Node], weights: Weights) -> None:
        self._nodes, self._weights = nodes, weights
        self._made: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._values: dict[str, Value] = {}
        self._convolutions: dict[str, onnx.NodeProto] = {}
        self._operations: dict[str, Callable[[Node], Value]] = {
            "Placeholder": lambda _node: Value("images", _NCHW, _DRAWN_FOR_PX),
            "Identity": lambda node: self._value(node.inputs[0]),
            "Pad": self._pad,
            "PadV2": self._pad,
            "Transpose": self._transpose,
            "Conv2D": self._convolution,
            "Add": self._add,
            "AddV2": self._add,
            "LeakyRelu": self._leaky,
            "Sigmoid": self._sigmoid,
            "MaxPool": self._pool,
            "ConcatV2": self._concat,
            "ResizeBilinear": self._resize,
            "SplitV": self._split,
        }

    def convert(self) -> onnx.ModelProto:
        """Return the model: `images` (n, 3, h, w) → per stride s `cls{s}` (n, 1, h/s, w/s) of the person class and `reg{s}` (n, 44, …).

        Raises:
            UnknownOperationError: the graph is not the one this was written for.
        """
        outputs = []
        for stride, (scores, split) in HEADS.items():
            for name, channels, reference in ((f"cls{stride}", 1, _PREFIX + scores), (f"reg{stride}", DISTANCES, f"{_PREFIX}{split}:1")):
                source = self._value(reference)
                self._made.append(helper.make_node("Identity", [source.name], [name]))
                outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, f"h{stride}", f"w{stride}"]))
        images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])
        graph = helper.make_graph(self._made, "nanodet", [images], outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="nuandeng")
        onnx.checker.check_model(model)
        return model

    def _value(self, reference: str) -> Value:
        """The value a node or one of its outputs stands for, converting the node first if need be."""
        name, _, output = reference.partition(":")
        if name not in self._values:
            node = self._nodes[name]
            operation = self._operations.get(node.operation)
            if operation is None:
                raise UnknownOperationError(f"{name} is {node.operation}")
            self._values[name] = operation(node)
        return self._values[f"{name}:{output}" if output and output != "0" else name]

    def _constant(self, reference: str) -> npt.NDArray[Any]:
        if reference not in self._weights:
            raise UnknownOperationError(f"{reference} should be a constant")
        return self._weights[reference]

    def _keep(self, values: npt.NDArray[Any]) -> str:
        name = f"w{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _emit(self, operation: str, inputs: list[str], **attributes: Any) -> onnx.NodeProto:
        name = f"t{len(self._made)}"
        node = helper.make_node(operation, inputs, [name], name=f"{operation}_{name}", **attributes)
        self._made.append(node)
        return node

    def _pad(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        amounts = self._constant(node.inputs[1])[[source.layout.index(axis) for axis in _NCHW]]
        if amounts[:2].any() or amounts[2, 0] != amounts[2, 1] or amounts[3, 0] != amounts[3, 1]:
            raise UnknownOperationError(f"{node.name} pads {amounts.tolist()}")
        fill = float(self._constant(node.inputs[2])) if len(node.inputs) > 2 else 0.0
        return replace(source, padding=(int(amounts[2, 0]), int(amounts[3, 0])), pad_value=fill)

    def _transpose(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        order = tuple(int(axis) for axis in self._constant(node.inputs[1]))
        return replace(source, layout=tuple(source.layout[axis] for axis in order))

    @staticmethod
    def _shrunk(source: Value, kernel: int, stride: int) -> int:
        return (source.side_px + 2 * source.padding[0] - kernel) // stride + 1

    @staticmethod
    def _pads(source: Value) -> list[int]:
        return [*source.padding, *source.padding]

    def _convolution(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        if source.layout != _CHANNELS_LAST or node.text("padding") != "VALID" or source.pad_value:
            raise UnknownOperationError(f"{node.name} is laid out or padded in another way")
        kernel = self._constant(node.inputs[1]).transpose(3, 2, 0, 1).astype(np.float32)
        strides = node.numbers("strides")[1:3]
        dilations = node.numbers("dilations", (1, 1, 1, 1))[1:3]
        if set(dilations) != {1}:
            raise UnknownOperationError(f"{node.name} is dilated")
        made = self._emit(
            "Conv",
            [source.name, self._keep(kernel)],
            kernel_shape=list(kernel.shape[2:]),
            strides=list(strides),
            pads=self._pads(source),
            group=1,
        )
        self._convolutions[made.output[0]] = made
        return Value(made.output[0], _CHANNELS_LAST, self._shrunk(source, kernel.shape[2], strides[0]))

    def _add(self, node: Node) -> Value:
        if node.inputs[1] in self._weights:
            source = self._value(node.inputs[0])
            convolution = self._convolutions.get(source.name)
            if convolution is None or len(convolution.input) != 2:
                raise UnknownOperationError(f"{node.name} adds a constant to something that is no convolution")
            convolution.input.append(self._keep(self._constant(node.inputs[1]).astype(np.float32).reshape(-1)))
            return source
        left, right = self._value(node.inputs[0]), self._value(node.inputs[1])
        self._alike(node, left, right)
        return replace(left, name=self._emit("Add", [left.name, right.name]).output[0])

    @staticmethod
    def _alike(node: Node, *sources: Value) -> None:
        if len({(s.layout, s.side_px) for s in sources}) > 1 or any(any(s.padding) for s in sources):
            raise UnknownOperationError(f"{node.name} joins different layouts")

    def _leaky(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        return replace(source, name=self._emit("LeakyRelu", [source.name], alpha=float(node.attributes["alpha"]["f"])).output[0])

    def _sigmoid(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        return replace(source, name=self._emit("Sigmoid", [source.name]).output[0])

    def _pool(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        kernel, strides = node.numbers("ksize")[1:3], node.numbers("strides")[1:3]
        # Padding with minus infinity is what max pooling pads with by itself; as a tensor it would ruin the calibration.
        made = self._emit("MaxPool", [source.name], kernel_shape=list(kernel), strides=list(strides), pads=self._pads(source))
        return Value(made.output[0], source.layout, self._shrunk(source, kernel[0], strides[0]))

    def _concat(self, node: Node) -> Value:
        sources = [self._value(reference) for reference in node.inputs[:-1]]
        self._alike(node, *sources)
        axis = sources[0].layout[int(self._constant(node.inputs[-1])) % 4]
        return replace(sources[0], name=self._emit("Concat", [source.name for source in sources], axis=axis).output[0])

    def _resize(self, node: Node) -> Value:
        source = self._value(node.inputs[0])
        wanted = int(self._constant(node.inputs[1])[0])
        if not node.flag("half_pixel_centers"):
            raise UnknownOperationError(f"{node.name} aligns its samples in another way")
        factor = wanted / source.side_px
        scales = self._keep(np.array([1, 1, factor, factor], np.float32))
        made = self._emit("Resize", [source.name, "", scales], mode="linear", coordinate_transformation_mode="half_pixel")
        return Value(made.output[0], source.layout, wanted)

    def _split(self, node: Node) -> Value:
        """Scores and distances come out of one convolution; of the scores only the person's are kept."""
        source = self._value(node.inputs[0])
        convolution = self._convolutions.get(source.name)
        if convolution is None or self._constant(node.inputs[1]).tolist() != [CLASSES, DISTANCES] or source.layout != _NCHW:
            raise UnknownOperationError(f"{node.name} does not split scores from distances")
        kept = [PERSON, *range(CLASSES, CLASSES + DISTANCES)]
        for constant in self._constants:
            if constant.name in convolution.input[1:]:
                constant.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(numpy_helper.to_array(constant)[kept]), constant.name))
        sizes = self._keep(np.array([1, DISTANCES], np.int64))
        scores, distances = f"{source.name}_scores", f"{source.name}_distances"
        self._made.append(helper.make_node("Split", [source.name, sizes], [scores, distances], name=f"Split_{source.name}", axis=1))
        self._values[f"{node.name}:1"] = replace(source, name=distances)
        return replace(source, name=scores)
