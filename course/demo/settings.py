"""How long the demo trains, and what it measures with."""

from dataclasses import dataclass

from common.architecture import MLP
from common.optimizer import AdamSettings
from common.training.plan import TrainingPlan


@dataclass(frozen=True)
class DemoSettings:
    """The plan that all levels follow, the plan of the model with two latents, and the importance samples."""

    compared: TrainingPlan
    flat: TrainingPlan
    importance_samples: int = 100


LESS_THAN_A_MINUTE = DemoSettings(
    # in float64, rounding differences between the levels stay far below what training changes
    compared=TrainingPlan(epochs=30, batch_size=100, precision="float64", adam=AdamSettings(learning_rate=3e-3)),
    flat=TrainingPlan(architecture=MLP(latents=2), epochs=120, batch_size=100, adam=AdamSettings(learning_rate=2e-3)),
)
