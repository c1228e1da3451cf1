"""The contents page: the public names, and the files that they stand in."""

from .activations import ACTIVATIONS as ACTIVATIONS, derivative as derivative
from .article.claims import run_claims as run_claims
from .article.figures import FIGURES as FIGURES, draw_figure as draw_figure
from .article.motion import ANIMATIONS as ANIMATIONS, animate as animate
from .article.report import show_claims as show_claims
from .broadcasting import explain_broadcast as explain_broadcast
from .data import (
    as_tensors as as_tensors,
    circles as circles,
    digits as digits,
    moons as moons,
    spirals as spirals,
    split as split,
)
from .ensemble import Ensemble as Ensemble, train_many as train_many
from .exercises.check import Report as Report, check as check
from .exercises.table import EXERCISES as EXERCISES, exercise as exercise
from .experiments.table import (
    EXPERIMENTS as EXPERIMENTS,
    draw_experiment as draw_experiment,
    judge_experiment as judge_experiment,
    run_experiment as run_experiment,
)
from .fair import RateSearch as RateSearch, search_lr as search_lr
from .forward import neuron as neuron, trace_forward as trace_forward
from .initializers import INITIALIZERS as INITIALIZERS, init_weights as init_weights
from .loss_curves import loss_curve as loss_curve
from .losses import LOSS_INPUTS as LOSS_INPUTS, LOSSES as LOSSES, compare_losses as compare_losses
from .model import ThreeLayerNet as ThreeLayerNet, count_parameters as count_parameters, summary as summary
from .optimizers import OPTIMIZERS as OPTIMIZERS
from .plotting.bands import plot_band as plot_band
from .plotting.biology import plot_biological_neuron as plot_biological_neuron
from .plotting.boundary import plot_boundary as plot_boundary
from .plotting.broadcasting import plot_broadcasting as plot_broadcasting
from .plotting.confusion import plot_confusion as plot_confusion
from .plotting.fonts import fonts as fonts, use_fonts as use_fonts
from .plotting.functions import plot_activation as plot_activation, plot_loss as plot_loss
from .plotting.network import plot_network as plot_network
from .plotting.neuron import plot_neuron as plot_neuron
from .plotting.paths import plot_lr as plot_lr, plot_path as plot_path, plot_surface as plot_surface
from .plotting.theme import THEMES as THEMES, Theme as Theme, theme as theme
from .plotting.training import plot_training as plot_training
from .schedulers import SCHEDULERS as SCHEDULERS, trace_lr as trace_lr
from .softmax_guard import ends_in_softmax as ends_in_softmax, warn_double_softmax as warn_double_softmax
from .surfaces import (
    descend as descend,
    descend_all as descend_all,
    himmelblau as himmelblau,
    quadratic as quadratic,
    rosenbrock as rosenbrock,
    saddle as saddle,
)
from .training import DivergedError as DivergedError, Training as Training, seeded_model as seeded_model, train as train

__version__: str
