"""Published figures: how they are read, what counts as reproduced, and why another is given."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sodeval.conventions import EvalProtocol
from sodeval.errors import DataError, PairingError, UsageError
from sodeval.figures import Figure, column_of, parse_value, read_figure, read_table
from sodeval.meanings import Difference, differences, meanings
from sodeval.metrics import METRICS
from sodeval.protocols import PROTOCOLS
from sodeval.render.verify import remarks, verdict
from sodeval.report import Report, Result
from sodeval.verification import Verification, compare, explain, verify

GOLDEN = Path(__file__).parents[1] / "golden"
SYNTHETIC = GOLDEN / "synthetic"


def report(method: str = "m", dataset: str = "d", **scores: dict[str, float | None]) -> Report:
    """A report of one method with a result for each protocol named (``_`` for ``-``)."""
    return Report(
        tuple(
            Result(
                method=method,
                dataset=dataset,
                signature="s",
                protocol={"name": name.replace("_", "-")},
                images=3,
                expected=3,
                metrics=metrics,
            )
            for name, metrics in scores.items()
        )
    )


def names(attempts: Any) -> list[str]:
    return [attempt.protocol for attempt in attempts]


# --- figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("max_fbeta", "max_fbeta"), ("MAX_FBETA", "max_fbeta"), ("maxF", "max_fbeta"),
        ("Fmax", "max_fbeta"), ("max Fβ ↑", "max_fbeta"), ("F_\\beta^{max}", "max_fbeta"),
        ("avgF", "mean_fbeta"), ("mF", "mean_fbeta"), ("F-measure (adaptive)", "adp_fbeta"),
        ("wF", "weighted_fbeta"), ("Fwβ", "weighted_fbeta"), ("F_β^ω", "weighted_fbeta"),
        ("Sm", "smeasure"), ("S-measure", "smeasure"), ("Sα", "smeasure"), ("MAE ↓", "mae"),
        ("M", "mae"), ("maxEm", "max_emeasure"), ("Eξ mean", "mean_emeasure"), ("HCE", "hce"),
        ("AUC", "auc_roc"), ("average precision", "ap"), ("relaxFᵇ", "relaxed_fbeta"),
        ("Em", "emeasure?"), ("E-measure", "emeasure?"), ("emeasure?", "emeasure?"),
        ("F-measure", "fbeta?"), ("Fβ", "fbeta?"), ("IoU", "iou?"), ("F1", "dice?"),
    ],
)  # fmt: skip
def test_columns_in_the_spelling_of_papers(written: str, column: str) -> None:
    assert column_of(written, "here") == column


@pytest.mark.parametrize(
    "column", [c for card in METRICS.values() if card.needs == "map" for c in card.columns]
)
def test_every_column_is_known_by_its_own_name_and_heading(column: str) -> None:
    card = next(card for card in METRICS.values() if column in card.columns)
    assert column_of(column, "here") == column
    assert column_of(card.columns[column], "here") == column


def test_an_unknown_column_says_what_is_known() -> None:
    with pytest.raises(UsageError) as caught:
        column_of("max_fbta", "t.csv")
    assert str(caught.value) == (
        "t.csv: unknown column 'max_fbta'. Did you mean 'max_fbeta'? Known: mae, max_fbeta, "
        "mean_fbeta, adp_fbeta, weighted_fbeta, smeasure, max_emeasure, mean_emeasure, "
        "adp_emeasure, usual spellings such as maxF, Fmax, Sm, wF, and the other columns of "
        "`sodeval metrics`."
    )


@pytest.mark.parametrize(
    ("column", "text", "value", "unit"),
    [
        ("mae", "0.853", 0.853, 1e-3),
        ("mae", ".850", 0.85, 1e-3),
        ("mae", "85.3", 0.853, 1e-3),
        ("mae", "85.3%", 0.853, 1e-3),
        ("mae", "0.9%", 0.009, 1e-3),
        ("mae", "84.39", 0.8439, 1e-4),
        ("mae", "1", 1.0, 1.0),
        ("mae", "1.000", 1.0, 1e-3),
        ("hce", "70.68", 70.68, 1e-2),
        ("hce", "999", 999.0, 1.0),
    ],
)
def test_digits_say_how_a_figure_was_rounded(
    column: str, text: str, value: float, unit: float
) -> None:
    figure = read_figure(column, f" {text} ", "here")
    assert (figure.text, figure.value) == (text, value)
    assert figure.unit == pytest.approx(unit, rel=1e-15)


@pytest.mark.parametrize("text", ["", ".", "%", "0.8.5", "0,853", "1e-3", "inf", "0.85±0.01"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a number such as 0\.853, 85\.3 or 85\.3%"):
        parse_value(f"mae={text}")


@pytest.mark.parametrize("given", ["mae", "=0.3", "0.3"])
def test_a_value_needs_a_column(given: str) -> None:
    with pytest.raises(UsageError, match=r"give a column and a number, as max_fbeta=0\.853"):
        parse_value(given)


def test_a_count_is_no_share() -> None:
    with pytest.raises(UsageError, match="hce is a count, not a share"):
        parse_value("hce=70%")
    for given in ("mae=0", "max_fbeta=1.", "E-measure=1"):
        with pytest.raises(UsageError, match="give the digits as printed"):
            parse_value(given)
    assert parse_value("hce=70").value == 70


@pytest.mark.parametrize(
    ("text", "score", "match"),
    [
        ("0.853", 0.8525, "rounded"),
        ("0.853", 0.8535, "rounded"),
        ("0.853", 0.85249, "no"),
        ("0.853", 0.8536, "truncated"),
        ("0.853", 0.85399, "truncated"),
        ("0.853", 0.854, "no"),
        ("0.850", 0.8496, "rounded"),
        ("0.85", 0.8549, "rounded"),
        ("0.850", 0.8549, "no"),
        ("84.39", 0.843922, "rounded"),
        ("84.4", 0.843922, "rounded"),
        ("84.5", 0.843922, "no"),
    ],
)
def test_matches(text: str, score: float, match: str) -> None:
    assert read_figure("max_fbeta", text, "here").match(score) == match


def test_a_table(tmp_path: Path) -> None:
    path = tmp_path / "paper.csv"
    path.write_text(
        "\ufeffModel;Dataset;maxF;Em;MAE;\nU²-Net;DUTS_TE;**.853**;-;3.1%;x\n\n;;n/a;0.9;;\n",
        encoding="utf-8",
    )
    assert [(f.method, f.dataset, f.column, f.value) for f in read_table(str(path))] == [
        ("U²-Net", "DUTS_TE", "max_fbeta", 0.853),
        ("U²-Net", "DUTS_TE", "mae", 0.031),
        ("", "", "emeasure?", 0.9),
    ]


def test_a_table_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("mae\n0.1\n"))
    assert [figure.column for figure in read_table("-")] == ["mae"]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("method,MAE,mae\na,1,1\n", UsageError, "two columns stand for mae"),
        ("method,year\na,2020\n", UsageError, "unknown column 'year'"),
        ("method,mae\na,x\n", UsageError, "line 2, mae: 'x' is not a number"),
        ("method,mae\na,\n", DataError, "holds no figure"),
        ("", DataError, "holds no figure"),
    ],
)
def test_tables_that_cannot_be(
    tmp_path: Path, text: str, error: type[Exception], words: str
) -> None:
    path = tmp_path / "paper.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=words):
        read_table(str(path))


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read the table"):
        read_table(str(tmp_path / "absent.csv"))
    (tmp_path / "bytes.csv").write_bytes(b"m\xe9thod,mae\n")
    with pytest.raises(DataError, match="it is not UTF-8 text"):
        read_table(str(tmp_path / "bytes.csv"))


# --- cells --------------------------------------------------------------------------------------


def test_only_what_a_toolkit_prints_counts() -> None:
    scored = report(
        pysodmetrics={"mean_fbeta": 0.7},
        f3net_matlab={"mean_fbeta": 0.8},  # prints max F only
        u2net={"mean_fbeta": 0.8009},
        isnet={"mean_fbeta": None},
    )
    (cell,) = compare(scored, [parse_value("mean_fbeta=0.800")]).cells
    assert names(cell.reproduced) == []
    assert names(cell.unprinted) == ["f3net-matlab"]
    assert names(cell.truncated) == ["u2net"]
    assert cell.closest is not None
    assert cell.closest.protocol == "u2net"
    assert cell.off(cell.closest) == pytest.approx(0.0009, abs=1e-15)
    assert cell.suspects == ()


def test_a_column_that_no_toolkit_prints_is_open_to_all() -> None:
    assert not any("bin_kappa" in protocol.prints for protocol in PROTOCOLS.values())
    scored = report(pysodmetrics={"bin_kappa": 0.1}, u2net={"bin_kappa": 0.2})
    (cell,) = compare(scored, [parse_value("bin_kappa=0.20")]).cells
    assert names(cell.reproduced) == ["u2net"]


def test_unknown_kind_tries_them_all() -> None:
    scored = report(
        pysodmetrics={"max_emeasure": 0.9, "mean_emeasure": 0.8, "adp_emeasure": 0.7},
        jiwei_matlab={"max_emeasure": 0.8, "mean_emeasure": 0.7, "adp_emeasure": 0.8},
    )
    (cell,) = compare(scored, [parse_value("E-measure=0.80")]).cells
    assert [(a.protocol, a.column) for a in cell.reproduced] == [
        ("pysodmetrics", "mean_emeasure"),
        ("jiwei-matlab", "adp_emeasure"),
    ]
    assert names(cell.unprinted) == ["jiwei-matlab"]


def test_nothing_defined() -> None:
    (cell,) = compare(report(pysodmetrics={"mae": None}), [parse_value("mae=0.1")]).cells
    assert (cell.reproduced, cell.closest) == ((), None)


def test_rows_find_their_results() -> None:
    one, two = report("U2Net", "DUTS-TE", u2net={"mae": 0.1}), report(u2net={"mae": 0.2})
    both = Report((*one.results, *two.results))
    figure = parse_value("mae=0.1")
    named = replace(figure, method="u²-net", dataset="duts_te")
    absent = replace(figure, method="other", dataset="DUTS-TE")
    verification = compare(both, [named, absent])
    assert [(cell.method, cell.dataset) for cell in verification.cells] == [("U2Net", "DUTS-TE")]
    assert verification.reproduced
    assert verification.notes == ("1 row without maps, not checked: other on DUTS-TE",)
    with pytest.raises(PairingError, match="fits 2 results: U2Net on DUTS-TE, m on d; name method"):
        compare(both, [figure])
    with pytest.raises(PairingError, match="it has other on DUTS-TE, and they are m on d"):
        compare(two, [absent])


def test_no_figures() -> None:
    with pytest.raises(UsageError, match="no figure"):
        verify("preds", "gt", [])


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"u2net": 0.8}, ["reproduced by u2net"]),
        (
            {"u2net": 0.8, "jiwei_matlab": 0.8},
            ["reproduced by u2net", "also jiwei-matlab, whose toolkit does not print it"],
        ),
        (
            {"u2net": 0.7, "jiwei_matlab": 0.8, "f3net_matlab": None},
            [
                "not reproduced; closest: u2net 0.7000, off by 0.1000",
                "matched by jiwei-matlab, whose toolkit does not print it",
            ],
        ),
        (
            {"u2net": 0.8009},
            ["not reproduced; closest: u2net 0.8009, off by 0.0009",
             "its digits cut off, not rounded: u2net"],
        ),
        (
            {"u2net": None, "jiwei_matlab": 0.7},
            ["not reproduced; no toolkit that prints it gives a number here"],
        ),
        (
            {"u2net": 0.8, "isnet": 0.8, "salmetric": 0.8, "jiwei_matlab": 0.7},
            ["reproduced by all 3 protocols that print it"],
        ),
    ],
)  # fmt: skip
def test_verdicts(scores: dict[str, float | None], said: list[str]) -> None:
    scored = report(**{name: {"max_fbeta": score} for name, score in scores.items()})
    (cell,) = compare(scored, [parse_value("max_fbeta=0.800")]).cells
    assert [verdict(cell), *remarks(cell)] == said


# --- why ----------------------------------------------------------------------------------------


def explained(before: float, **changed: float) -> Verification:
    """Where u2net and isnet give 0.8439, and the default what is given for each change."""
    scored = report(
        pysodmetrics={"max_fbeta": before},
        u2net={"max_fbeta": 0.8439},
        isnet={"max_fbeta": 0.8439},
    )

    def run(metrics: Any, protocol: str | EvalProtocol) -> Report:
        assert isinstance(protocol, EvalProtocol)
        assert tuple(metrics) == ("fbeta",)
        (change,) = differences(PROTOCOLS["pysodmetrics"], protocol)
        return report(x={"max_fbeta": changed.get(change.field, before)})

    return explain(compare(scored, [parse_value("max_fbeta=0.8439")]), run)


def test_suspects_are_what_the_protocols_share() -> None:
    (cell,) = explained(0.8).cells
    assert [d.field for d in cell.suspects] == ["quantise", "levels", "f_guard", "max_fbeta"]
    assert cell.why == ()


def test_a_convention_that_is_enough_is_the_reason() -> None:
    (cell,) = explained(0.8, max_fbeta=0.84391, levels=0.81).cells
    (reason,) = cell.why
    assert reason.enough
    assert reason.change == Difference("max_fbeta", "mean-curve", "mean-pr")
    assert (reason.column, reason.score) == ("max_fbeta", 0.84391)


def test_where_none_is_enough_the_largest_comes_first() -> None:
    (cell,) = explained(0.8, levels=0.81, max_fbeta=0.83).cells
    assert [(r.change.field, r.enough) for r in cell.why] == [
        ("max_fbeta", False),
        ("levels", False),
    ]


def test_no_reason_is_sought_where_the_default_gives_it() -> None:
    (cell,) = explained(0.84392).cells
    assert (cell.suspects, cell.why) == ((), ())


def test_a_match_that_the_default_s_toolkit_does_not_print_needs_no_reason() -> None:
    assert "auc_roc" not in PROTOCOLS["pysodmetrics"].prints
    assert "auc_roc" in PROTOCOLS["sal-eval-matlab"].prints
    scored = report(pysodmetrics={"auc_roc": 0.8496}, sal_eval_matlab={"auc_roc": 0.8502})
    (cell,) = compare(scored, [parse_value("auc_roc=0.850")]).cells
    assert (names(cell.reproduced), names(cell.unprinted)) == (
        ["sal-eval-matlab"],
        ["pysodmetrics"],
    )
    assert cell.suspects == ()


def test_a_resize_is_suspected_only_where_maps_were_resized() -> None:
    scored = report(pysodmetrics={"smeasure": 0.7}, f3net_matlab={"smeasure": 0.8})
    resized = Report(tuple(replace(result, resized=1) for result in scored.results))
    for each, suspected in ((scored, False), (resized, True)):
        (cell,) = compare(each, [parse_value("smeasure=0.80")]).cells
        assert ("resize_filter" in [d.field for d in cell.suspects]) is suspected


# --- meanings -----------------------------------------------------------------------------------


def test_every_convention_has_words() -> None:
    said = meanings()
    for field, _, _ in PROTOCOLS["pysodmetrics"].conventions():
        assert said[field].text.endswith(".")
        assert "``" not in said[field].text
        assert said[field].group


def test_differences_go_both_ways() -> None:
    one, other = PROTOCOLS["pysodmetrics"], PROTOCOLS["pysodmetrics-raw"]
    assert differences(one, other) == [Difference("pred_scale", "minmax", "none")]
    assert differences(other, one) == [Difference("pred_scale", "none", "minmax")]
    assert differences(one, one) == []


@pytest.mark.parametrize(
    ("field", "moved", "unmoved"),
    [
        ("levels", "max_fbeta mean_iou auc_roc", "mae adp_fbeta smeasure bin_iou hce"),
        ("max_fbeta", "max_fbeta mean_fbeta", "adp_fbeta weighted_fbeta max_emeasure"),
        ("emeasure_adp_cap", "adp_emeasure", "max_emeasure adp_fbeta"),
        ("fbeta_adp_cap", "adp_fbeta adp_iou", "adp_emeasure max_fbeta"),
        ("fbeta_empty", "adp_fbeta max_fbeta", "weighted_fbeta"),
        ("smeasure_split", "smeasure", "mae"),
        ("pred_scale", "mae hce max_fbeta", ""),
        ("float_pred", "", "mae max_fbeta"),
    ],
)
def test_what_a_convention_can_move(field: str, moved: str, unmoved: str) -> None:
    change = Difference(field, 0, 1)
    assert all(change.moves(column) for column in moved.split())
    assert not any(change.moves(column) for column in unmoved.split())


# --- the whole, on the files that tell every two protocols apart ---------------------------------


def golden_figures() -> list[tuple[str, Figure]]:
    """What each protocol's own tool prints for the synthetic pairs, to five digits."""
    data = json.loads((GOLDEN / "synthetic_protocols.json").read_text(encoding="utf-8"))
    found = []
    for name, entry in data["protocols"].items():
        for column, value in entry["sets"]["synthetic"]["dataset"].items():
            if value is None or column not in PROTOCOLS[name].prints:
                continue
            if column == "weighted_fbeta" and name.endswith("-matlab"):
                continue  # ties of the distance transform: 1e-3 apart on maps as small as these
            found.append((name, parse_value(f"{column}={value:.5f}")))
    return found


@pytest.fixture(scope="module")
def verified() -> list[tuple[str, Any]]:
    figures = golden_figures()
    verification = verify(
        SYNTHETIC / "pred", SYNTHETIC / "gt", [figure for _, figure in figures], workers=2
    )
    assert verification.reproduced
    return [(name, cell) for (name, _), cell in zip(figures, verification.cells, strict=True)]


def test_what_a_tool_prints_is_reproduced_by_its_protocol(verified: list[tuple[str, Any]]) -> None:
    assert len({name for name, _ in verified}) == len(PROTOCOLS)
    for name, cell in verified:
        assert name in names(cell.reproduced), (name, cell.figure)


def test_reasons_on_real_scores(verified: list[tuple[str, Any]]) -> None:
    raw = [cell for name, cell in verified if name == "pysodmetrics-raw"]
    for cell in raw:
        if "pysodmetrics" in names(cell.reproduced):
            continue
        (reason,) = cell.why
        assert (reason.change.field, reason.enough) == ("pred_scale", True)
    assert any(cell.why for cell in raw)


def test_only_what_is_asked_for_is_scored() -> None:
    figures = [parse_value("mae=0.190")]
    verification = verify(SYNTHETIC / "pred", SYNTHETIC / "gt", figures, workers=1)
    assert all(set(result.metrics) == {"mae"} for result in verification.report.results)
    assert {r.protocol["name"] for r in verification.report.results} == set(PROTOCOLS)
