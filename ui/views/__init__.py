"""All views of a run. To add one, add a module here and a line in the table."""

from ui.views.activation_history import ActivationHistoryView
from ui.views.activations import ActivationView
from ui.views.confusion import ConfusionView
from ui.views.fit import FitView
from ui.views.gradients import GradientView
from ui.views.learning_rate import LearningRateView
from ui.views.loss import LossView
from ui.views.network import NetworkView
from ui.views.shares import ShareView
from ui.views.surface import SurfaceView
from ui.views.update_ratio import UpdateRatioView
from ui.views.view import View
from ui.views.weight_histograms import WeightHistogramView
from ui.views.weight_images import WeightImagesView
from ui.views.weight_magnitudes import WeightView
from ui.views.what_if import WhatIfView

VIEWS: dict[str, type[View]] = {
    view.key: view
    for view in (
        LossView,
        ActivationView,
        GradientView,
        SurfaceView,
        FitView,
        NetworkView,
        WeightImagesView,
        ConfusionView,
        WhatIfView,
        ActivationHistoryView,
        UpdateRatioView,
        WeightView,
        WeightHistogramView,
        ShareView,
        LearningRateView,
    )
}

__all__ = ["VIEWS", "View"]
