"""Small widgets, one a module. Each shows one value: `set_value` is silent, `edited` is the user's.

Mouse clicks leave the keyboard focus alone where a widget has no use for typing, so that Space and
the letters stay shortcuts; a widget reached with Tab keeps them for itself (`ui.widgets.keys`).
"""
