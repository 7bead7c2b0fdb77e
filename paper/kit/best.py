"""The parameters of a network that were best on validation images, kept beside those in training."""

from copy import deepcopy
from math import inf
from typing import Any, Generic, TypeVar

from torch import nn

Network = TypeVar("Network", bound=nn.Module)


class Best(nn.Module, Generic[Network]):
    """A copy of a network as it was when its value was highest; both belong to the state of a run."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network, self.value = deepcopy(network), -inf

    def offer(self, network: Network, value: float) -> None:
        """Copy the parameters if the value is higher than all before; one that is not a number never is."""
        if value > self.value:
            self.value = value
            self.network.load_state_dict(network.state_dict())

    def get_extra_state(self) -> Any:
        """Return what is no parameter: the value."""
        return self.value

    def set_extra_state(self, state: Any) -> None:
        """Take the value back."""
        self.value = state
