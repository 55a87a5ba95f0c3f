from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from sodeval.models.networks.folding import fold, fold_adjacent


class Small(nn.Module):
    """A pair in order, a pair registered out of order, and two that must stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.last_norm = nn.BatchNorm2d(4)
        self.first = nn.Conv2d(3, 4, 3, bias=False)
        self.first_norm = nn.BatchNorm2d(4, eps=1e-3)
        self.shared = nn.Conv2d(4, 4, 1)
        self.shared_norm = nn.BatchNorm2d(4)
        self.twice = nn.Conv2d(4, 4, 1)
        self.twice_norm = nn.BatchNorm2d(4)
        self.last = nn.Conv2d(4, 4, 3, groups=2)

    def final(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first_norm(self.first(x)))
        side = self.shared(x)
        x = side + self.shared_norm(side)
        x = self.twice_norm(self.twice(self.twice(x)))
        return self.last_norm(self.last(x))


class Choosy(Small):
    def final(self, x: Tensor) -> Tensor:
        return super().final(x if x.mean() > 0 else -x)


def randomised(network: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(7)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
                values.data = 0.5 + torch.rand(values.shape, generator=generator)
    return network


def norms(network: nn.Module) -> set[str]:
    return {name for name, layer in network.named_modules() if isinstance(layer, nn.BatchNorm2d)}


@pytest.fixture
def x() -> Tensor:
    return torch.randn(2, 3, 9, 8, generator=torch.Generator().manual_seed(1))


def test_only_certain_pairs_are_folded(x: Tensor) -> None:
    network = randomised(Small()).eval()
    folded = fold(network)
    assert norms(folded) == {"shared_norm", "twice_norm"}
    # Float32: weights are rounded once more.
    torch.testing.assert_close(folded.final(x), network.final(x), rtol=1e-5, atol=1e-5)


def test_the_network_itself_is_left_alone(x: Tensor) -> None:
    network = randomised(Small())
    before = {key: value.clone() for key, value in network.state_dict().items()}
    folded = fold(network)
    assert network.training
    assert not folded.training
    assert not any(one.requires_grad for one in folded.parameters())
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], before[key]) for key in before)


def test_a_network_that_cannot_be_traced_is_copied(x: Tensor) -> None:
    network = randomised(Choosy()).eval()
    folded = fold(network)
    assert folded is not network
    assert norms(folded) == norms(network)
    assert torch.equal(folded.final(x), network.final(x))


def test_a_network_may_fold_itself() -> None:
    class Own(nn.Module):
        def folded(self) -> nn.Module:
            return nn.Linear(1, 1)

    assert isinstance(fold(Own()), nn.Linear)


def test_adjacent_layers_of_different_widths_are_no_pair() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(3), nn.Conv2d(3, 2, 1))
    assert norms(fold_adjacent(network)) == {"1"}


def test_norms_without_statistics_stay() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, track_running_stats=False))
    assert norms(fold(network)) == {"1"}


def test_a_norm_without_weight_is_folded(x: Tensor) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, affine=False)).eval()
    network[1].running_var.fill_(3.0)
    folded = fold(network)
    assert norms(folded) == set()
    torch.testing.assert_close(folded(x), network(x))
