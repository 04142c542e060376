"""Scripts for Keras 3, with any of its backends."""

from __future__ import annotations

from typing import Any, ClassVar

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
    "step": "ops.sign(ops.relu(x))",
    "sigmoid": "ops.sigmoid(x)",
    "tanh": "ops.tanh(x)",
    "relu": "ops.relu(x)",
    "leaky_relu": "ops.leaky_relu(x, negative_slope={slope})",
    "prelu": "self.{module}_slope(x)",
    "elu": "ops.elu(x, alpha={alpha})",
    "selu": "ops.selu(x)",
    "serlu": "1.07862 * ops.where(x > 0, x, 2.90427 * x * ops.exp(ops.minimum(x, 0)))",
    "maxout": "ops.max(ops.reshape(x, (-1, {pieces}, {units})), axis=1)",
    "swish": "x * ops.sigmoid({beta} * x)",
    "gelu": "ops.gelu(x, approximate=True)",
    "mish": "x * ops.tanh(ops.softplus(x))",
    "softplus": "ops.softplus(x)",
    "hard_sigmoid": "ops.relu6(x + 3) / 6",
    "hard_tanh": "ops.clip(x, -1.0, 1.0)",
    "hard_swish": "x * ops.relu6(x + 3) / 6",
}
# Class and arguments. Those that scale with the fan-in draw from a normal distribution that is not
# cut off at two deviations, as Keras' named initialisers do.
_NORMAL = 'distribution="untruncated_normal"'
_UNIFORM = 'distribution="uniform"'
INITIALIZERS: dict[str, tuple[str, ...]] = {
    "zeros": ("Zeros",),
    "constant": ("Constant", "value={value}"),
    "uniform": ("RandomUniform", "minval=-{reach}", "maxval={reach}"),
    "normal": ("RandomNormal", "mean=0.0", "stddev={sigma}"),
    "normal_small": ("RandomNormal", "mean=0.0", "stddev=0.01"),
    "xavier_normal": ("VarianceScaling", "scale=1.0", 'mode="fan_avg"', _NORMAL),
    "xavier_uniform": ("VarianceScaling", "scale=1.0", 'mode="fan_avg"', _UNIFORM),
    "xavier_fan_in": ("VarianceScaling", "scale=1.0", 'mode="fan_in"', _NORMAL),
    "he_normal": ("VarianceScaling", "scale=2.0", 'mode="fan_in"', _NORMAL),
    "he_uniform": ("VarianceScaling", "scale=2.0", 'mode="fan_in"', _UNIFORM),
    "lecun_normal": ("VarianceScaling", "scale=1.0", 'mode="fan_in"', _NORMAL),
    "orthogonal": ("Orthogonal", "gain={gain}"),
    "lsuv": ("Orthogonal", "gain=1.0"),
    "rbm": ("VarianceScaling", "scale=1.0", 'mode="fan_avg"', _NORMAL),
}
# Those that draw the same for several maps side by side as for each of them.
APART = {"zeros", "constant", "uniform", "normal", "normal_small", "xavier_fan_in", "he_normal"}
APART |= {"he_uniform", "lecun_normal"}
UNSEEDED = {"zeros", "constant"}
BETAS = ("beta_1={beta1}", "beta_2={beta2}")
OPTIMIZERS: dict[str, tuple[str, ...]] = {
    "sgd": ("SGD", "momentum=0.0"),
    "momentum": ("SGD", "momentum={momentum}", "nesterov=False"),
    "nag": ("SGD", "momentum={momentum}", "nesterov=True"),
    "adagrad": ("Adagrad", "initial_accumulator_value=0.0", "epsilon={epsilon}"),
    "rmsprop": ("RMSprop", "rho={rho}", "momentum=0.0", "epsilon={epsilon}", "centered=False"),
    "adadelta": ("Adadelta", "rho={rho}", "epsilon={epsilon}"),
    "adam": ("Adam", *BETAS, "epsilon={epsilon}", "amsgrad=False"),
    "adamw": ("AdamW", *BETAS, "epsilon={epsilon}", "weight_decay={decay}"),
    "adamax": ("Adamax", *BETAS, "epsilon={epsilon}"),
    "amsgrad": ("Adam", *BETAS, "epsilon={epsilon}", "amsgrad=True"),
    "lion": ("Lion", *BETAS),
}
# Where Keras adds ε to the root before its correction, or below it.
OTHER_EPSILON = {"adagrad", "rmsprop", "adam", "adamw", "adamax", "amsgrad"}
OUTPUTS = {
    "identity": "logits",
    "sigmoid": "ops.sigmoid(logits)",
    "softmax": "ops.softmax(logits)",
}
LOSSES = {
    "half_squared_error": "return 0.5 * ops.sum(ops.square({output} - target), axis=1)",
    "binary_cross_entropy": "losses = ops.binary_crossentropy(target, logits, from_logits=True)\n"
    "    return ops.sum(losses, axis=1)",
    "softmax_cross_entropy": "return ops.categorical_crossentropy(\n"
    "        target,\n        logits,\n        from_logits=True,\n    )",
}
PARTS = {
    "weight": "kernel",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
    "slope": "alpha",
}


@TARGETS.add(
    "keras",
    label="Keras",
    formula="keras.Model, keras.optimizers",
    advice="The network as a model of layers that runs on PyTorch, JAX and TensorFlow. Keras adds "
    "ε elsewhere in Adam and its relatives, so their steps differ in the fourth digit or later.",
    source="https://keras.io",
)
class Keras(Target):
    template: ClassVar[str] = "keras.jinja"

    def obstacles(self, plan: Plan) -> list[str]:
        training, found = plan.spec.training, []
        key = training.optimizer.key
        if key == "lbfgs":
            found.append(Message("Keras has no L-BFGS: choose another optimizer."))
        if plan.of(Norm) and plan.rows == 1:
            found.append(
                Message("Keras' batch norm turns a batch of one sample into 0: choose larger ones.")
            )
        if key == "nadam":
            found.append(
                Message("The momentum of Keras' Nadam rises at a fixed pace: choose Adam.")
            )
        if key in ("momentum", "nag") and training.schedule.key != "constant":
            found.append(
                Message(
                    "Keras' momentum keeps the learning rates of earlier steps: choose a constant "
                    "learning rate, or another optimizer."
                )
            )
        if key == "adamw" and training.weight_decay:
            found.append(Message("Keras' AdamW has one weight decay: set one of the two to 0."))
        if any(each.pieces > 1 and each.initializer.key not in APART for each in plan.of(Linear)):
            found.append(
                Message(
                    "Keras cannot draw the maps of Maxout apart with this initialiser: choose He "
                    "or LeCun."
                )
            )
        return found

    def context(self, plan: Plan) -> dict[str, Any]:
        training, output = plan.spec.training, OUTPUTS[plan.objective.output.key]
        return {
            "declarations": [line for layer in plan.flat for line in _declared(layer, plan)],
            "forward": forward(plan.layers[:-1], _applied, "ops.concatenate([first, x], axis=1)"),
            "optimizer_call": _optimizer(plan),
            "other_epsilon": training.optimizer.key in OTHER_EPSILON,
            "loss_line": LOSSES[plan.objective.loss.key].format(output=output),
            "output_text": output,
            "has_norm": bool(plan.of(Norm)),
            "step_call": "model.optimizer.learning_rate = rate\n"
            "        model.train_on_batch(inputs[rows], targets[rows].astype(DTYPE))",
            "copy": "model.get_weights()",
            "restore_call": "model.set_weights(best_weights)",
        }

    def tensors(self, tensors: dict[str, Array]) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for name, tensor in tensors.items():
            stem, _, part = name.rpartition(".")
            module = f"{_module(stem)}_slope" if part == "slope" else _module(stem)
            # Keras keeps weights as (inputs, outputs).
            turned = tensor.T if part == "weight" else tensor
            named[f"{module}.{PARTS.get(part, part)}"] = turned
        return named


def _module(name: str) -> str:
    # Every model of Keras has an `output` of another kind.
    return "output_layer" if name == "output" else module_name(name)


def _optimizer(plan: Plan) -> str:
    training = plan.spec.training
    rule, clipping = training.optimizer, training.clipping
    name, *arguments = OPTIMIZERS[rule.key]
    arguments = ["learning_rate=LEARNING_RATE", *(filled(text, rule) for text in arguments)]
    if training.weight_decay:
        arguments.append("weight_decay=WEIGHT_DECAY")
    if clipping.key == "by_norm":
        arguments.append(filled("global_clipnorm={limit}", clipping))
    elif clipping.key == "by_value":
        arguments.append(filled("clipvalue={limit}", clipping))
    return call(f"keras.optimizers.{name}", arguments, 4, len("optimizer = "))


def _declared(layer: Any, plan: Plan) -> list[str]:
    """The lines that make a layer."""
    module = _module(layer.name)
    if isinstance(layer, Linear):
        return _layer(module, "Dense", _dense(layer, module, plan))
    if isinstance(layer, Norm):
        return _layer(module, "BatchNormalization", ["momentum=0.9", "epsilon=1e-5"])
    if isinstance(layer, Activate) and isinstance(layer.activation, PReLU):
        start = f"alpha_initializer=keras.initializers.Constant({layer.activation.start!r})"
        shared = [] if layer.activation.share == "unit" else ["shared_axes=(1,)"]
        return _layer(f"{module}_slope", "PReLU", [start, *shared])
    if isinstance(layer, Drop):
        # With a common seed, layers of equal width would drop the same units.
        arguments = [f"rate={layer.rate!r}", f'seed=seed_of("{module}_dropout")']
        return _layer(f"{module}_dropout", "Dropout", arguments)
    return []


def _layer(module: str, kind: str, arguments: list[str]) -> list[str]:
    arguments = [*arguments, f'name="{module}"']
    made = call(f"keras.layers.{kind}", arguments, 8, len(f"self.{module} = "))
    return [f"self.{module} = {made}"]


def _dense(layer: Linear, module: str, plan: Plan) -> list[str]:
    name, *settings = INITIALIZERS[layer.initializer.key]
    settings = [filled(text, layer.initializer) for text in settings]
    if layer.initializer.key not in UNSEEDED:
        settings.append(f'seed=seed_of("{module}")')
    prefix = len("            kernel_initializer=")
    start = call(f"keras.initializers.{name}", settings, 12, prefix - 12 + 1)
    units = layer.pieces * layer.fan_out
    arguments = [str(units), f"use_bias={layer.bias}", f"kernel_initializer={start}"]
    if regularizer := _regularizer(plan.spec.training.penalty):
        arguments.append(f"kernel_regularizer={regularizer}")
    return arguments


def _regularizer(penalty: Any) -> str:
    """The penalty on the weights of a layer; Keras' L2 has no factor of ½."""
    if penalty.key == "l1":
        return f"keras.regularizers.L1({penalty.strength!r})"
    if penalty.key == "l2":
        return f"keras.regularizers.L2({penalty.strength / 2!r})"
    if penalty.key == "elastic":
        sizes, squares = penalty.sparsity, penalty.strength / 2
        return f"keras.regularizers.L1L2(l1={sizes!r}, l2={squares!r})"
    return ""


def _applied(layer: Any) -> list[str]:
    module = _module(layer.name)
    if isinstance(layer, Activate):
        entry = layer.activation
        text = filled(ACTIVATIONS[entry.key], entry, module=module, units=layer.units)
        return [f"x = {text}"] if text != "x" else []
    if isinstance(layer, Drop):
        return [f"x = self.{module}_dropout(x, training=training)"]
    if isinstance(layer, Norm):
        return [f"x = self.{module}(x, training=training)"]
    return [f"x = self.{module}(x)"]
