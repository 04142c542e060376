"""Small widgets, one per module. Each shows one value: `set_value` emits nothing, `edited` is
emitted for edits of the user.

A click does not focus a widget that takes no text, so that Space and letters remain shortcuts; a
widget focused by Tab handles these keys itself (`ui.widgets.keys`).
"""
