"""Names of layers as texts for users."""

from __future__ import annotations

from core.base.translation import Message

INPUTS, OUTPUT = Message("inputs"), Message("output")


def layer_message(name: str) -> Message:
    """The name of a layer, which identifies it, as a text that can be translated."""
    number = layer_number(name)
    return Message(name) if number == name else Message("layer {number}", number=number)


def layer_number(name: str) -> str:
    """The number of a hidden layer, such as "3" or "3 b.1"; the name of any other."""
    return name.removeprefix("layer ")
