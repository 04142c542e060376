"""Scripts that need NumPy only: forward and backward pass written out."""

from __future__ import annotations

from typing import Any, ClassVar

from core.base.translation import Message
from core.catalogue.activations import Maxout, PReLU
from core.codegen.plan import Activate, Drop, Linear, Norm, Parallel, Plan, Residual
from core.codegen.target import TARGETS, Target
from core.codegen.text import call, filled

SIGMOID = "0.5 + 0.5 * np.tanh(0.5 * z)"
BELOW = "np.expm1(np.minimum(z, 0))"
# How a is worked out of z, and the slope, which may use a.
ACTIVATIONS = {
    "identity": ("a = z", "np.ones_like(z)"),
    "step": ("a = (z > 0).astype(z.dtype)", "np.zeros_like(z)"),
    "sigmoid": (f"a = {SIGMOID}", "a * (1 - a)"),
    "tanh": ("a = np.tanh(z)", "1 - a * a"),
    "relu": ("a = np.maximum(z, 0)", "(z > 0).astype(z.dtype)"),
    "leaky_relu": ("a = np.where(z > 0, z, {slope} * z)", "np.where(z > 0, 1, {slope})"),
    "elu": (
        f"alpha = {{alpha}}\n    a = np.where(z > 0, z, alpha * {BELOW})",
        "np.where(z > 0, 1, a + alpha)",
    ),
    "selu": (
        "scale, alpha = 1.0507009873554805, 1.6732632423543772\n"
        f"    a = scale * np.where(z > 0, z, alpha * {BELOW})",
        "np.where(z > 0, scale, a + scale * alpha)",
    ),
    "serlu": (
        "scale, alpha = 1.07862, 2.90427\n"
        "    factor = scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))\n"
        "    a = factor * z",
        "factor + np.minimum(a, 0)",
    ),
    "swish": (
        "beta = {beta}\n    gate = 0.5 + 0.5 * np.tanh(0.5 * beta * z)\n    a = z * gate",
        "gate + beta * a * (1 - gate)",
    ),
    "gelu": (
        "c = np.sqrt(2 / np.pi)\n"
        "    near = np.clip(z, -10, 10)  # beyond, the gate is 0 or 1\n"
        "    gate = 0.5 + 0.5 * np.tanh(c * (near + 0.044715 * near**3))\n"
        "    rise = 2 * c * (1 + 3 * 0.044715 * near**2)\n"
        "    a = z * gate",
        "gate + near * gate * (1 - gate) * rise",
    ),
    "mish": (
        "gate = np.tanh(np.logaddexp(0, z))\n    a = z * gate",
        "gate + z * (1 - gate**2) * (0.5 + 0.5 * np.tanh(0.5 * z))",
    ),
    "softplus": ("a = np.logaddexp(0, z)", SIGMOID),
    "hard_sigmoid": ("a = np.clip(z / 6 + 0.5, 0, 1)", "np.where(np.abs(z) < 3, 1 / 6, 0)"),
    "hard_tanh": ("a = np.clip(z, -1, 1)", "(np.abs(z) < 1).astype(z.dtype)"),
    "hard_swish": (
        "gate = np.clip(z / 6 + 0.5, 0, 1)\n    a = z * gate",
        "gate + z * np.where(np.abs(z) < 3, 1 / 6, 0)",
    ),
}
# Entries that are layers of the script.
LAYERS = ("prelu", "maxout")
NORMAL, UNIFORM = "rng.standard_normal((fan_out, fan_in))", "rng.uniform(-1, 1, (fan_out, fan_in))"
ORTHOGONAL = (
    "draws = rng.standard_normal((fan_out, fan_in))\n"
    "    q, r = np.linalg.qr(draws if fan_out >= fan_in else draws.T)\n"
    "    q *= np.where(np.diag(r) < 0, -1.0, 1.0)\n"
    "    return {gain} * (q if fan_out >= fan_in else q.T)"
)
INITIALIZERS = {
    "zeros": "return np.zeros((fan_out, fan_in))",
    "constant": "return np.full((fan_out, fan_in), {value})",
    "uniform": f"return {{reach}} * {UNIFORM}",
    "normal": f"return {{sigma}} * {NORMAL}",
    "normal_small": f"return 0.01 * {NORMAL}",
    "xavier_normal": f"return np.sqrt(2 / (fan_in + fan_out)) * {NORMAL}",
    "xavier_uniform": f"return np.sqrt(6 / (fan_in + fan_out)) * {UNIFORM}",
    "xavier_fan_in": f"return np.sqrt(1 / fan_in) * {NORMAL}",
    "he_normal": f"return np.sqrt(2 / fan_in) * {NORMAL}",
    "he_uniform": f"return np.sqrt(6 / fan_in) * {UNIFORM}",
    "lecun_normal": f"return np.sqrt(1 / fan_in) * {NORMAL}",
    "orthogonal": ORTHOGONAL,
    "lsuv": ORTHOGONAL.replace("{gain} * (q if fan_out >= fan_in else q.T)", "q").replace(
        "return q", "return q if fan_out >= fan_in else q.T"
    ),
    "rbm": f"return np.sqrt(2 / (fan_in + fan_out)) * {NORMAL}",
}
_STEP = """x = inputs[rows]
        update(model, optimizer, rate, x, targets[rows].astype(DTYPE))"""


@TARGETS.add(
    "numpy",
    label="NumPy",
    formula=Message("forward and backward pass written out"),
    advice="Every gradient by hand in a few lines each, to read and to change. Gives the weights "
    "of this application to within rounding.",
    source="https://numpy.org",
)
class NumPy(Target):
    template: ClassVar[str] = "numpy.jinja"

    def context(self, plan: Plan) -> dict[str, Any]:
        initializers = _named([layer.initializer for layer in plan.of(Linear)])
        entries = [layer.activation for layer in plan.of(Activate)]
        activations = _named([entry for entry in entries if entry.key not in LAYERS])
        names = {**initializers, **activations}
        rule, width = plan.spec.training.optimizer, 4
        kinds = plan.blocks
        return {
            "initializers": [
                (name, filled(INITIALIZERS[entry.key], entry))
                for entry, name in initializers.items()
            ],
            "activations": [
                (name, *(filled(text, entry) for text in ACTIVATIONS[entry.key]))
                for entry, name in activations.items()
            ],
            "layers": _chain(plan.layers, names, width, len("return ")),
            "has_activations": bool(activations),
            "has_prelu": any(isinstance(entry, PReLU) for entry in entries),
            "has_maxout": any(isinstance(entry, Maxout) for entry in entries),
            "has_norm": bool(plan.of(Norm)),
            "has_dropout": bool(plan.of(Drop)),
            "has_branches": "Residual" in kinds or "Parallel" in kinds,
            "optimizer_label": rule.label,
            "optimizer_formula": rule.formula.partition(";")[0],
            "output_key": plan.objective.output.key,
            "loss_key": plan.objective.loss.key,
            "step_call": _STEP,
            "copy": "state(model)",
            "restore_call": "load(model, best_weights)",
        }


def _named(entries: list[Any]) -> dict[Any, str]:
    """Each different entry with a name for its function."""
    names: dict[Any, str] = {}
    for entry in entries:
        if entry not in names:
            same = sum(each.key == entry.key for each in names)
            names[entry] = f"{entry.key}_{same + 1}" if same else entry.key
    return names


def _chain(layers: tuple[Any, ...], names: dict[Any, str], indent: int, before: int = 0) -> str:
    """Layers as a call of Chain, one line each."""
    inside = [_made(layer, names, indent + 4) for layer in layers]
    one = f"Chain({', '.join(inside)})"
    if len(inside) < 2 and indent + before + len(one) <= 88 and "\n" not in one:
        return one
    space = " " * indent
    return f"Chain(\n{''.join(f'{space}    {line},' + chr(10) for line in inside)}{space})"


def _made(layer: Any, names: dict[Any, str], indent: int) -> str:
    if isinstance(layer, (Residual, Parallel)):
        return _branches(layer, names, indent)
    if isinstance(layer, Linear):
        name = f'"{layer.name}"'
        arguments = [name, str(layer.fan_in), str(layer.fan_out), names[layer.initializer]]
        arguments += [f"bias={layer.bias}"]
        if layer.pieces > 1:
            arguments.append(f"pieces={layer.pieces}")
        return call("Linear", arguments, indent, 1)
    if isinstance(layer, Norm):
        arguments = [f'"{layer.name}"', str(layer.units), "epsilon=1e-5", "momentum=0.1"]
        return call("BatchNorm", arguments, indent, 1)
    if isinstance(layer, Drop):
        return f'Dropout("{layer.name}", rate={layer.rate!r})'
    entry = layer.activation
    if isinstance(entry, PReLU):
        count = layer.units if entry.share == "unit" else 1
        return f'PReLU("{layer.name}", {count}, start={entry.start!r})'
    if isinstance(entry, Maxout):
        return f"Maxout({entry.pieces})"
    return f"Activation({names[entry]})"


def _branches(layer: Residual | Parallel, names: dict[Any, str], indent: int) -> str:
    if isinstance(layer, Residual):
        first, concatenate = layer.inner, False
        second = (layer.projection,) if layer.projection else ()
    else:
        first, second, concatenate = layer.first, layer.second, layer.concatenate
    inside = [_chain(part, names, indent + 4, 1) for part in (first, second)]
    inside.append(f"concatenate={concatenate}")
    space = " " * indent
    return f"Branches(\n{''.join(f'{space}    {line},' + chr(10) for line in inside)}{space})"
