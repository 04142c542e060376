"""Scripts for PyTorch."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.base.arrays import Array
from core.base.translation import Message
from core.catalogue.activations import PReLU
from core.codegen.forward import forward, module_name
from core.codegen.plan import Activate, Drop, Linear, Norm, Plan
from core.codegen.target import TARGETS, Target
from core.codegen.text import call, filled

# What is applied to x.
ACTIVATIONS = {
    "identity": "x",
    # Of a comparison, the layers below would have no gradient in place of one of 0.
    "step": "F.relu(x).sign()",
    "sigmoid": "torch.sigmoid(x)",
    "tanh": "torch.tanh(x)",
    "relu": "F.relu(x)",
    "leaky_relu": "F.leaky_relu(x, negative_slope={slope})",
    "prelu": "self.{module}_slope(x)",
    "elu": "F.elu(x, alpha={alpha})",
    "selu": "F.selu(x)",
    "serlu": "1.07862 * torch.where(x > 0, x, 2.90427 * x * x.clamp(max=0).exp())",
    "maxout": "x.unflatten(1, ({pieces}, -1)).max(dim=1).values",
    "swish": "x * torch.sigmoid({beta} * x)",
    "gelu": 'F.gelu(x, approximate="tanh")',
    "mish": "F.mish(x)",
    "softplus": "F.softplus(x, beta=1.0, threshold=50.0)",
    # The slope of F.hardsigmoid is 1/6 in single precision only.
    "hard_sigmoid": "F.relu6(x + 3) / 6",
    "hard_tanh": "F.hardtanh(x, min_val=-1.0, max_val=1.0)",
    "hard_swish": "F.hardswish(x)",
}
# Function and arguments after the weight; "" where they are fitted to the data.
INITIALIZERS: dict[str, tuple[str, ...]] = {
    "zeros": ("zeros_",),
    "constant": ("constant_", "val={value}"),
    "uniform": ("uniform_", "a=-{reach}", "b={reach}"),
    "normal": ("normal_", "mean=0.0", "std={sigma}"),
    "normal_small": ("normal_", "mean=0.0", "std=0.01"),
    "xavier_normal": ("xavier_normal_", "gain=1.0"),
    "xavier_uniform": ("xavier_uniform_", "gain=1.0"),
    "xavier_fan_in": ("kaiming_normal_", 'mode="fan_in"', 'nonlinearity="linear"'),
    "he_normal": ("kaiming_normal_", 'mode="fan_in"', 'nonlinearity="relu"'),
    "he_uniform": ("kaiming_uniform_", 'mode="fan_in"', 'nonlinearity="relu"'),
    "lecun_normal": ("kaiming_normal_", 'mode="fan_in"', 'nonlinearity="linear"'),
    "orthogonal": ("orthogonal_", "gain={gain}"),
    "lsuv": ("orthogonal_", "gain=1.0"),
    "rbm": ("xavier_normal_", "gain=1.0"),
}
BETAS = "betas=({beta1}, {beta2})"
OPTIMIZERS: dict[str, tuple[str, ...]] = {
    "sgd": ("torch.optim.SGD", "momentum=0.0"),
    "momentum": ("torch.optim.SGD", "momentum={momentum}", "dampening=0.0", "nesterov=False"),
    # Without momentum its formula is that of plain descent, which PyTorch wants written so.
    "nag": ("torch.optim.SGD", "momentum={momentum}", "dampening=0.0", "nesterov={nesterov}"),
    "adagrad": ("torch.optim.Adagrad", "lr_decay=0.0", "eps={epsilon}"),
    "rmsprop": ("torch.optim.RMSprop", "alpha={rho}", "eps={epsilon}", "momentum=0.0"),
    "adadelta": ("torch.optim.Adadelta", "rho={rho}", "eps={epsilon}"),
    "adam": ("torch.optim.Adam", BETAS, "eps={epsilon}", "amsgrad=False"),
    "nadam": ("torch.optim.NAdam", BETAS, "eps={epsilon}", "momentum_decay={momentum_decay}"),
    "adamw": ("torch.optim.AdamW", BETAS, "eps={epsilon}", "weight_decay={decay}"),
    "adamax": ("torch.optim.Adamax", BETAS, "eps={epsilon}"),
    "amsgrad": ("torch.optim.Adam", BETAS, "eps={epsilon}", "amsgrad=True"),
    "lion": ("Lion", BETAS),
    "lbfgs": (
        "torch.optim.LBFGS",
        "max_iter=1",
        "max_eval=1",
        "tolerance_grad=1e-7",
        "tolerance_change=1e-9",
        "history_size={history}",
        "line_search_fn=None",
    ),
}
OUTPUTS = {
    "identity": "logits",
    "sigmoid": "torch.sigmoid(logits)",
    "softmax": "torch.softmax(logits, dim=1)",
}
CROSS_ENTROPY = 'F.cross_entropy(logits, target, reduction="none")'
BINARY = 'F.binary_cross_entropy_with_logits(logits, target, reduction="none")'
LOSSES = {
    "half_squared_error": "return 0.5 * ({output} - target).square().sum(dim=1)",
    "binary_cross_entropy": f"losses = {BINARY}\n    return losses.sum(dim=1)",
    "softmax_cross_entropy": f"return {CROSS_ENTROPY}",
}
PARTS = {"gamma": "weight", "beta": "bias"}


@TARGETS.add(
    "pytorch",
    label="PyTorch",
    formula="nn.Module, torch.optim",
    advice="The network as a module, its forward pass written out, and a training loop of one's "
    "own: what most research code looks like.",
    source="https://pytorch.org",
)
class PyTorch(Target):
    template: ClassVar[str] = "pytorch.jinja"

    def obstacles(self, plan: Plan) -> list[str]:
        if plan.of(Norm) and plan.rows == 1:
            return [
                Message(
                    "PyTorch's batch norm refuses batches of one sample: choose larger batches."
                )
            ]
        return []

    def context(self, plan: Plan) -> dict[str, Any]:
        rule, output = plan.spec.training.optimizer, OUTPUTS[plan.objective.output.key]
        name, *arguments = OPTIMIZERS[rule.key]
        nesterov = getattr(rule, "momentum", 0) > 0
        arguments = [filled(text, rule, nesterov=nesterov) for text in arguments]
        arguments = ["model.parameters()", "lr=LEARNING_RATE", *arguments]
        return {
            "declarations": [line for layer in plan.flat for line in _declared(layer)],
            "forward": forward(plan.layers[:-1], _applied, "torch.cat([first, x], dim=1)"),
            "optimizer_call": call(name, arguments, 4, len("optimizer = ")),
            "loss_line": LOSSES[plan.objective.loss.key].format(output=output),
            "output_text": output,
            "step_call": _STEP,
            "copy": "copy.deepcopy(model.state_dict())",
            "restore_call": "model.load_state_dict(best_weights)",
        }

    def tensors(self, tensors: dict[str, Array]) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for name, tensor in tensors.items():
            stem, _, part = name.rpartition(".")
            module = module_name(stem)
            if part == "slope":
                module, part = f"{module}_slope", "weight"
            named[f"{module}.{PARTS.get(part, part)}"] = tensor
            if part == "running_var":
                named[f"{module}.num_batches_tracked"] = np.array(0)
        return named


_STEP = """x = torch.from_numpy(inputs[rows])
        target = torch.from_numpy(targets[rows]).to(x.dtype)
        update(model, optimizer, rate, x, target)"""


def _declared(layer: Any) -> list[str]:
    """The lines that make a layer and give it its first weights."""
    module = f"self.{module_name(layer.name)}"
    if isinstance(layer, Linear):
        return _linear(layer, module)
    if isinstance(layer, Norm):
        arguments = [str(layer.units), "eps=1e-5", "momentum=0.1", "affine=True"]
        return [f"{module} = " + call("nn.BatchNorm1d", arguments, 8, len(module) + 3)]
    if isinstance(layer, Activate) and isinstance(layer.activation, PReLU):
        count = layer.units if layer.activation.share == "unit" else 1
        arguments = [f"num_parameters={count}", f"init={layer.activation.start!r}"]
        return [f"{module}_slope = " + call("nn.PReLU", arguments, 8, len(module) + 9)]
    if isinstance(layer, Drop):
        return [f"{module}_dropout = nn.Dropout(p={layer.rate!r})"]
    return []


def _linear(layer: Linear, module: str) -> list[str]:
    outputs = layer.pieces * layer.fan_out
    arguments = [str(layer.fan_in), str(outputs), f"bias={layer.bias}"]
    lines = [f"{module} = " + call("nn.Linear", arguments, 8, len(module) + 3)]
    function, *settings = INITIALIZERS[layer.initializer.key]
    settings = [filled(text, layer.initializer) for text in settings]
    if layer.pieces == 1:
        lines.append(call(f"nn.init.{function}", [f"{module}.weight", *settings], 8))
    else:
        lines.append(f"for piece in {module}.weight.data.chunk({layer.pieces}):")
        lines.append("    " + call(f"nn.init.{function}", ["piece", *settings], 12))
    if layer.bias:
        lines.append(f"nn.init.zeros_({module}.bias)")
    return lines


def _applied(layer: Any) -> list[str]:
    module = module_name(layer.name)
    if isinstance(layer, Activate):
        entry = layer.activation
        text = filled(ACTIVATIONS[entry.key], entry, module=module)
        return [f"x = {text}"] if text != "x" else []
    suffix = "_dropout" if isinstance(layer, Drop) else ""
    return [f"x = self.{module}{suffix}(x)"]
