"""Plots on pyqtgraph in the application's look; the only package that paints plots.

A view, a plot, its items, and a card around it:

    view = PlotView("Learning-rate decay", about="How the rate falls over the run")
    plot = view.add_plot(Plot(x_name="steps"))
    cosine = plot.add(Curve("train", name="cosine"))
    step = plot.add(Curve("validation", name="step"))
    cosine.set_data(x, y1)
    step.set_data(x, y2)
    view.set_subtitle(Span("cosine", "train"), Span("  ·  "), Span("step", "validation"))
    view.data_source = lambda: {"step": x, "cosine": y1, "step decay": y2}
    layout.addWidget(Card(view))

Ranges follow the data, the read-out shows the value of every named item, and zoom, pan, box zoom,
log switches, keyboard, menu and export come with it. Colours are named by role, so that each theme
and export can use its own. `tests/ui/plots/example.py` is a runnable example.

`plot_view` the widget · `card` its frame · `plot`, `axis` pyqtgraph's parts in our look ·
`series` curves, bands, steps, dots, images, lines · `item` the base of items of one's own ·
`time_plot`, `run_plot`, `layer_plot` plots over a run · `picture_plot` plots without axes ·
`scale`, `ticks` numbers and ranges, free of Qt · `style` pens and fonts · `ramp` colours.
"""
