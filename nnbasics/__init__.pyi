"""The contents page: the public names, and the files that they stand in."""

from .activations import (
    ACTIVATIONS as ACTIVATIONS,
)
from .activations import (
    derivative as derivative,
)
from .article.claims import run_claims as run_claims
from .article.figures import (
    FIGURES as FIGURES,
)
from .article.figures import (
    draw_figure as draw_figure,
)
from .article.report import show_claims as show_claims
from .broadcasting import explain_broadcast as explain_broadcast
from .data import (
    as_tensors as as_tensors,
)
from .data import (
    circles as circles,
)
from .data import (
    digits as digits,
)
from .data import (
    moons as moons,
)
from .data import (
    spirals as spirals,
)
from .data import (
    split as split,
)
from .ensemble import (
    Ensemble as Ensemble,
)
from .ensemble import (
    train_many as train_many,
)
from .exercises.check import (
    Report as Report,
)
from .exercises.check import (
    check as check,
)
from .exercises.table import (
    EXERCISES as EXERCISES,
)
from .exercises.table import (
    exercise as exercise,
)
from .experiments.table import (
    EXPERIMENTS as EXPERIMENTS,
)
from .experiments.table import (
    draw_experiment as draw_experiment,
)
from .experiments.table import (
    judge_experiment as judge_experiment,
)
from .experiments.table import (
    run_experiment as run_experiment,
)
from .fair import (
    RateSearch as RateSearch,
)
from .fair import (
    search_lr as search_lr,
)
from .forward import (
    neuron as neuron,
)
from .forward import (
    trace_forward as trace_forward,
)
from .initializers import (
    INITIALIZERS as INITIALIZERS,
)
from .initializers import (
    init_weights as init_weights,
)
from .loss_curves import loss_curve as loss_curve
from .losses import (
    LOSS_INPUTS as LOSS_INPUTS,
)
from .losses import (
    LOSSES as LOSSES,
)
from .losses import (
    compare_losses as compare_losses,
)
from .model import (
    ThreeLayerNet as ThreeLayerNet,
)
from .model import (
    count_parameters as count_parameters,
)
from .model import (
    summary as summary,
)
from .optimizers import OPTIMIZERS as OPTIMIZERS
from .plotting.bands import plot_band as plot_band
from .plotting.biology import plot_biological_neuron as plot_biological_neuron
from .plotting.boundary import plot_boundary as plot_boundary
from .plotting.broadcasting import plot_broadcasting as plot_broadcasting
from .plotting.confusion import plot_confusion as plot_confusion
from .plotting.functions import (
    plot_activation as plot_activation,
)
from .plotting.functions import (
    plot_loss as plot_loss,
)
from .plotting.network import (
    plot_network as plot_network,
)
from .plotting.network import (
    plot_neuron as plot_neuron,
)
from .plotting.paths import (
    plot_lr as plot_lr,
)
from .plotting.paths import (
    plot_path as plot_path,
)
from .plotting.paths import (
    plot_surface as plot_surface,
)
from .plotting.training import plot_training as plot_training
from .schedulers import (
    SCHEDULERS as SCHEDULERS,
)
from .schedulers import (
    trace_lr as trace_lr,
)
from .softmax_guard import (
    ends_in_softmax as ends_in_softmax,
)
from .softmax_guard import (
    warn_double_softmax as warn_double_softmax,
)
from .surfaces import (
    descend as descend,
)
from .surfaces import (
    descend_all as descend_all,
)
from .surfaces import (
    himmelblau as himmelblau,
)
from .surfaces import (
    quadratic as quadratic,
)
from .surfaces import (
    rosenbrock as rosenbrock,
)
from .surfaces import (
    saddle as saddle,
)
from .training import (
    DivergedError as DivergedError,
)
from .training import (
    Training as Training,
)
from .training import (
    seeded_model as seeded_model,
)
from .training import (
    train as train,
)

__version__: str
