from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.networks import csnet
from sodeval.models.networks.csnet_channels import CONFIGURATIONS, channels
from sodeval.models.networks.folding import fold
from tests.golden_weights import make_input
from tests.models.print_parity import distance, network_of, shapes_of
from tests.models.research import ABSENT, CHECKPOINTS, OFFICIAL, PHOTOGRAPHS

# Float32 sums in another order.
TOLERANCE = 1e-5
# Folding rounds each weight once more.
FOLDED_TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


# At 16x16 the coarsest branch is one pixel, whose layout in memory is ambiguous.
@pytest.mark.parametrize("size", [(16, 16), (16, 32), (32, 48)])
def test_folded_is_plain_at_small_sizes_and_in_batches(size: tuple[int, int]) -> None:
    network = network_of("csnet-L-x2")
    x = torch.from_numpy(make_input(np.array([2, 3, *size])))
    assert distance(fold(network)(x), network(x).numpy()) < FOLDED_TOLERANCE
    for form in (network, fold(network)):
        alone = torch.cat([form(one[None]) for one in x]).numpy()
        assert distance(form(x), alone) < TOLERANCE


def test_channels_last_gives_the_same() -> None:
    network = network_of("csnet-L-x1")
    x = torch.from_numpy(make_input(np.array([1, 3, 48, 32])))
    wanted = network(x).numpy()
    network.to(memory_format=torch.channels_last)
    last = x.contiguous(memory_format=torch.channels_last)
    assert distance(network(last), wanted) < TOLERANCE
    assert distance(fold(network)(last), wanted) < FOLDED_TOLERANCE


@pytest.mark.parametrize("name", ["csnet-L-x1", "csnet-x1-1-0"])
def test_half_precision_stays_near(name: str) -> None:
    network = network_of(name)
    x = torch.from_numpy(make_input(np.array([1, 3, 32, 32])))
    wanted = network(x).numpy()
    for form in (network, fold(network)):
        with torch.autocast("cpu", torch.bfloat16):
            near = form(x).float()
        # bfloat16 has 8 bits, and some sixty layers each round.
        assert distance(near, wanted) < 0.1


@pytest.mark.parametrize("shape", [(1, 3, 40, 32), (1, 3, 32, 17)])
def test_other_sizes_are_refused(shape: tuple[int, ...]) -> None:
    network = csnet.build("5-5").eval()
    for form in (network, fold(network)):
        with pytest.raises(UsageError, match=rf"multiples of 16.* {shape[2]}x{shape[3]}"):
            form(torch.zeros(shape))


def test_an_unknown_configuration_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean '5-5'"):
        csnet.build("5_5")


def test_fixed_splits_share_out_the_same_widths() -> None:
    splits = [channels(name) for name in CONFIGURATIONS if not name.startswith("L")]
    widths = [[[sum(block) for block in stage] for stage in plan.stages] for plan in splits]
    assert all(one == widths[0] for one in widths)
    assert all(plan.joined == 65 for plan in splits)


@pytest.mark.parametrize("name", ["csnet-L-x1", "csnet-L-x2"])
def test_released_weights_give_the_authors_maps(name: str) -> None:
    checkpoint = CHECKPOINTS / f"{name}.pth.tar"
    maps = OFFICIAL / name / "official_outputs.npz"
    if not checkpoint.is_file() or not maps.is_file() or not PHOTOGRAPHS.is_dir():
        pytest.skip(ABSENT)
    reader = pytest.importorskip("skimage.io")
    transform = pytest.importorskip("skimage.transform")
    network = shapes_of(name)
    stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(stored["state_dict"], strict=True, assign=True)
    folded = fold(network)
    wanted = np.load(maps)
    for file in wanted["names"]:
        photo = reader.imread(PHOTOGRAPHS / str(file)) / 255.0
        photo = transform.resize(photo, (224, 224), order=1, mode="reflect", anti_aliasing=False)
        photo = (photo - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        x = torch.from_numpy(photo.transpose(2, 0, 1)[None].astype(np.float32))
        official = wanted[f"map_{Path(str(file)).stem}"]
        for form in (network, folded):
            saliency = torch.sigmoid(form(x))[0, 0].numpy()
            # JPEG decoders and versions of scikit-image differ in the last digits of the input.
            assert np.abs(saliency - official).max() < 1e-4
