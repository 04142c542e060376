"""All views of a run. Adding one is a file here and a line in the table."""

from ui.views.activations import ActivationView
from ui.views.gradients import GradientView
from ui.views.loss import LossView
from ui.views.view import View

VIEWS: dict[str, type[View]] = {view.key: view for view in (LossView, ActivationView, GradientView)}

__all__ = ["VIEWS", "View"]
