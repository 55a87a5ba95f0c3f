"""DualGazeNet: four encoders at three input sizes, and two further tasks.

The figures and addresses are those of the authors' README; the graphics card of the frames per
second is not named there.
"""

from __future__ import annotations

from sodeval.models.card import (
    Finish,
    Licence,
    ModelCard,
    Preparation,
    Published,
    Size,
    Task,
    Weights,
)

_PAGE = "https://github.com/jeremypha/DualGazeNet"
_DRIVE = "https://drive.google.com/file/d/{}/view"
_FINISH = Finish(activation="sigmoid", resize="torch", rounding="floor")
_LICENCE = Licence(
    name="MIT",
    line="DualGazeNet: the code is MIT; nothing separate is said about the weights.",
)
_SHARED_MAPS = (
    "The authors give one address of saliency maps for Hiera-L and Hiera*-L at each size: a mistake"
    " of the source, so these maps cannot be attributed to either."
)
_ENCODERS = {"L": "Hiera-L", "Lstar": "Hiera*-L", "B": "Hiera-B", "Bstar": "Hiera*-B"}
_PARAMS = {"L": 247.56e6, "Lstar": 162.32e6, "B": 91.92e6, "Bstar": 49.23e6}


def _preparation(size: Size) -> Preparation:
    return Preparation(
        reader="opencv",
        size=size,
        resize="torch-antialias",
        scale="byte",
        mean=(123.675, 116.28, 103.53),
        std=(58.395, 57.12, 57.375),
        multiple=32,
        smallest=32,
    )


def _card(
    variant: str, side: int, gmacs: float, fps: float, weights: str, maps: str, task: Task = "sod"
) -> ModelCard:
    """A row; ``weights`` and ``maps`` are Google Drive's names of the files."""
    other = "" if task == "sod" else task
    return ModelCard(
        name="-".join(filter(None, (f"dgnet-{variant}{side}", other))),
        title=f"DualGazeNet-{variant.replace('star', '*')} "
        f"({', '.join(filter(None, (str(side), other.upper())))})",
        task=task,
        entry="sodeval.models.networks.dgnet:build",
        options={"variant": variant},
        paper=(
            "Zhang et al., DualGazeNet: A Biologically Inspired Dual-Gaze Query Network for "
            "Salient Object Detection, arXiv, 2025"
        ),
        paper_url="https://arxiv.org/abs/2511.18865",
        code_url=_PAGE,
        licence=_LICENCE,
        year=2025,
        preparation=_preparation((side, side)),
        finish=_FINISH,
        weights=Weights(
            url=_DRIVE.format(weights),
            page=_PAGE,
            nested="net",
            size_in_args=True,
            note="The shapes of all input sizes agree: a checkpoint of another size loads too.",
        ),
        published=Published(
            params=_PARAMS[variant],
            macs=gmacs * 1e9,
            size=(side, side),
            fps=fps,
            rule="hooks",
            source=f"README of the authors' repository, {_ENCODERS[variant]}",
        ),
        maps_url=_DRIVE.format(maps),
        maps_note=_SHARED_MAPS if task == "sod" and variant in {"L", "Lstar"} else "",
    )


# Each address of weights and of maps is a row of the README's tables.
CARDS: tuple[ModelCard, ...] = (
    _card(
        "L",
        512,
        238.52,
        43,
        "1yrZqmhb0wNuvmOVb8GfBVUkRjBK-F6hi",
        "1ndHItAE1U9xEPMQPXHCuXn7VSCUlpiPQ",
    ),
    _card(
        "L",
        352,
        139.07,
        45,
        "17GSLdBkXw2MaX-9EOVU2UisCldMFuECl",
        "1RvOBBJ0ypnnTBFzVi1MgEbM-vN8TPZ5n",
    ),
    _card(
        "L",
        224,
        48.59,
        46,
        "1t1UPzjkBYSQfoTv2voI3Dbz-b3XErLrc",
        "1HCCBoJgQw5EEl1ABE7M0XAOAJz2BFDDl",
    ),
    _card(
        "Lstar",
        512,
        217.11,
        48,
        "1WteXk2Qx7Erh0cKnQOiW3yeuCKvlXIfC",
        "1ndHItAE1U9xEPMQPXHCuXn7VSCUlpiPQ",
    ),
    _card(
        "Lstar",
        352,
        126.27,
        50,
        "1NlE2mahsCWrq14OrnY37js2GlJeJ--x-",
        "1RvOBBJ0ypnnTBFzVi1MgEbM-vN8TPZ5n",
    ),
    _card(
        "Lstar",
        224,
        44.19,
        52,
        "1lkKwkq9SH_uZ-lYv3lhkkyo9MOJ11hh1",
        "1HCCBoJgQw5EEl1ABE7M0XAOAJz2BFDDl",
    ),
    _card(
        "B",
        512,
        102.78,
        61,
        "1ffmAzkHG2CW2woMkd3bvp20QnEdWYETw",
        "1zuz9lvB_fX1TXPKg9a9rkYLrikHgEAAX",
    ),
    _card(
        "B",
        352,
        47.95,
        64,
        "12nHB1ssEuNGyW-DqUAwouhzITJzrR-ys",
        "1LXlydXF_ixFuGhUGhGRqX9CHxw30kZ29",
    ),
    _card(
        "B",
        224,
        17.89,
        69,
        "1fhRfFLkt9AlmRBn7Oayz7n3IXsHAhQxn",
        "1ZDvLlcZgPI1OktAe0D3yhzvjzzrqKNZK",
    ),
    _card(
        "Bstar",
        512,
        83.47,
        72,
        "1yE-X8u1PQUHSs9EvBMsALbwyZBaJuM29",
        "1jSWIKtamwFobkIb3UQwfazNdLH9pDxXu",
    ),
    _card(
        "Bstar",
        352,
        39.13,
        77,
        "1NaSONPsHWTKAqxYk7BFgLdIhPYes_YPT",
        "15X6E3XKVJZT_8ZIhA2if6AwQnZ6mFsGs",
    ),
    _card(
        "Bstar",
        224,
        18.86,
        78,
        "1nxVqLB6ikzy56UMQEeYfE3l6BA1jE-a5",
        "1u1Bo7EvEk08vy8vHAC_1YWA9eWjYoZYp",
    ),
    _card(
        "L",
        512,
        238.52,
        43,
        "1MiwAQzPIrgIHXYf_-Z3TrkhqCPS_ERY-",
        "1eGowhy68GqZtI8PM8FX_vvPrImEanh4l",
        "cod",
    ),
    _card(
        "L",
        512,
        238.52,
        43,
        "1NtHbcfPhRXq6p7TUmA4YwFelEDpVeymT",
        "15m8PFNGzORmS8QU0HE8P7wEro_GzfWiB",
        "usod",
    ),
)
