"""House prices with nothing set: what a table opened as it is learns by `playground train --data
houses.csv`, beside LinearRegression and MLPRegressor on the same samples.

The tables are made by formula, since no real one comes with the application: the columns, gaps,
words and cap of the California housing table, and `area,rooms,price`.
"""

# scikit-learn is optional.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core.training.trainer import Trainer
from playground.settings import DEFAULT_EPOCHS, experiment

ROWS, SEEDS = 2000, (1, 2, 3, 4)
PLACES = np.array(["<1H OCEAN", "INLAND", "NEAR BAY", "NEAR OCEAN"])
CAP = 500_001


def california(rng: np.random.Generator) -> str:
    """Median house values with the columns of the 1990 census table as it is usually given away."""
    along = rng.uniform(0, 1, ROWS)  # from San Diego to the north
    inland = rng.exponential(0.6, ROWS)
    longitude = -117.2 - 6.2 * along + inland + 0.1 * rng.standard_normal(ROWS)
    latitude = 32.7 + 6.5 * along + 0.3 * inland
    age = rng.integers(1, 53, ROWS)
    households = np.maximum(5, rng.lognormal(6.0, 0.7, ROWS)).astype(int)
    rooms = (households * rng.normal(5.4, 1.1, ROWS).clip(1.5)).astype(int)
    bedrooms = (rooms * rng.normal(0.21, 0.03, ROWS).clip(0.1)).astype(int)
    people = (households * rng.lognormal(1.05, 0.25, ROWS)).astype(int)
    income = rng.lognormal(1.25, 0.45, ROWS).clip(0.5, 15)
    place = np.where(inland > 0.7, 1, np.where(abs(along - 0.75) < 0.06, 2, 3 * (inland < 0.1)))
    cities = np.exp(-40 * (along - 0.2) ** 2) + np.exp(-60 * (along - 0.75) ** 2)
    value = 36_000 * income * (1 + 0.5 * cities * np.exp(-inland)) + 900 * age
    value += 60_000 * np.exp(-2 * inland) - 25_000 * (people / households - 3)
    value = (value * rng.lognormal(0, 0.18, ROWS)).clip(15_000, CAP)
    known = rng.random(ROWS) > 0.01
    header = (
        "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,"
        "median_income,ocean_proximity,median_house_value"
    )
    columns = (
        np.char.mod("%.2f", longitude),
        np.char.mod("%.2f", latitude),
        age,
        rooms,
        np.where(known, bedrooms.astype(str), ""),
        people,
        households,
        np.char.mod("%.4f", income),
        PLACES[place],
        value.astype(int),
    )
    rows = (",".join(map(str, row)) for row in zip(*columns, strict=True))
    return "\n".join([header, *rows]) + "\n"


def two_columns(rng: np.random.Generator) -> str:
    """300 houses whose price is 150·area + 9000·rooms exactly."""
    area, rooms = rng.integers(30, 250, 300), rng.integers(1, 8, 300)
    rows = (f"{a},{r},{150 * a + 9000 * r}" for a, r in zip(area, rooms, strict=True))
    return "\n".join(["area,rooms,price", *rows]) + "\n"


TABLES = {"california": california, "area,rooms": two_columns}


def trained(path: Path, seed: int) -> Trainer:
    """A run of the table with the default settings of the command line."""
    settings = ["data.dataset=table", f"data.dataset.path={path}"]
    trainer = Trainer(replace(experiment(None, settings), seed=seed))
    trainer.advance(10**9)
    return trainer


def figures(trainer: Trainer, seed: int) -> dict[str, tuple[float, float]]:
    """R² and RMSE on the held-out samples, in the units of the price."""
    from sklearn.linear_model import LinearRegression
    from sklearn.neural_network import MLPRegressor

    score = trainer.evaluate("validation")
    assert score is not None and score.r2 is not None and score.rmse is not None
    found = {"default net": (score.r2, score.rmse)}
    held_out = trainer.split.validation
    inputs, tests = trainer.inputs[:, :-1], held_out.inputs
    scale = trainer.data.target_scale
    assert scale is not None
    truth = held_out.targets[:, 0]
    prices = scale.original(trainer.targets.T.astype(np.float64))[0]
    models = {
        "LinearRegression": (LinearRegression(), False),
        "MLPRegressor": (MLPRegressor(random_state=seed), False),
        "MLPRegressor, price scaled": (MLPRegressor(random_state=seed), True),
    }
    for name, (model, scaled) in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 200 epochs, its default, are not always enough
            model.fit(inputs, trainer.targets[:, 0] if scaled else prices)
        outputs = np.asarray(model.predict(tests), np.float64)
        outputs = scale.original(outputs[None])[0] if scaled else outputs
        squares = ((outputs - truth) ** 2).mean()
        found[name] = (1 - squares / truth.var(), float(np.sqrt(squares)))
    return found


def main() -> None:
    print(f"\nHouse prices by formula, {len(SEEDS)} splits, {DEFAULT_EPOCHS} epochs, nothing set")
    with TemporaryDirectory() as folder:
        for name, text in TABLES.items():
            path = Path(folder) / "houses.csv"
            path.write_text(text(np.random.default_rng(0)))
            runs = [figures(trained(path, seed), seed) for seed in SEEDS]
            for model in runs[0]:
                r2, rmse = np.mean([run[model] for run in runs], axis=0)
                print(f"{name:12}{model:28} R² {r2:7.3f}  RMSE {rmse:10,.0f}")
