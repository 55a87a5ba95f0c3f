"""What the cards of CSNet and CSF share: one paper, one repository, one licence."""

from __future__ import annotations

from sodeval.models.card import Finish, Licence, ModelCard, Preparation, Published, Weights

PAGE = "https://github.com/MCG-NKU/SOD100K"


def card(
    family: str,
    name: str,
    title: str,
    options: dict[str, object],
    *,
    preparation: Preparation,
    finish: Finish,
    weights: Weights,
    published: Published,
    note: str,
) -> ModelCard:
    """A model of the paper; ``family`` is CSNet or CSF."""
    return ModelCard(
        name=name,
        title=title,
        task="sod",
        entry=f"sodeval.models.networks.{family.lower()}:build",
        options=options,
        paper=(
            "Gao et al., Highly Efficient Salient Object Detection with 100K Parameters, ECCV 2020"
        ),
        paper_url="https://doi.org/10.1007/978-3-030-58539-6_42",
        code_url=PAGE,
        licence=Licence(
            name="CC BY-NC-SA 4.0",
            line=(
                f"{family}: code and weights are CC BY-NC-SA 4.0: non-commercial use only; "
                "commercial use needs the authors' permission."
            ),
            commercial=False,
        ),
        year=2020,
        preparation=preparation,
        finish=finish,
        weights=weights,
        published=published,
        note=note,
    )
