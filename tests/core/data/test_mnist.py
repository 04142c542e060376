"""MNIST and its kin: found where they lie, read into little memory, the test set kept apart."""

import gzip
import struct

import numpy as np
import pytest

from core.base.folders import cache_folder
from core.data import DataError, mnist
from core.data.folders import VARIABLE
from core.data.mnist import FILES, MNIST, FashionMNIST
from core.experiment.spec import DataSpec, ExperimentSpec
from core.training.trainer import Trainer

TRAIN, TEST = 50, 20


def idx(array):
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


def write_set(folder, zipped=False, seed=0, classes=10):
    """A small set in the format of MNIST; returns what is in it."""
    rng = np.random.default_rng(seed)
    contents = []
    for n in (TRAIN, TEST):
        contents += [rng.integers(256, size=(n, 28, 28)), np.arange(n) % classes]
    folder.mkdir(parents=True, exist_ok=True)
    for stem, content in zip(FILES, contents, strict=True):
        if zipped:
            (folder / f"{stem}.gz").write_bytes(gzip.compress(idx(content)))
        else:
            (folder / stem).write_bytes(idx(content))
    return contents


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A computer without any data sets; returns the folder of downloads."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    return cache_folder()


def drawn(dataset):
    return dataset.samples(np.random.default_rng(0))


def test_a_missing_set_is_told_with_the_remedy(home):
    with pytest.raises(DataError, match=r"MNIST is not .*`playground data fetch mnist`"):
        drawn(MNIST())
    with pytest.raises(DataError, match="data fetch fashion_mnist"):
        Trainer(ExperimentSpec(data=DataSpec(dataset=FashionMNIST())))


@pytest.mark.parametrize("zipped", [False, True])
def test_pictures_are_scaled_and_the_test_set_is_kept_apart(home, zipped):
    images, labels, test_images, test_labels = write_set(home / "mnist", zipped)
    samples = drawn(MNIST())
    assert samples.inputs.dtype == samples.targets.dtype == np.float32
    assert samples.image_shape == (28, 28)
    assert np.allclose(samples.inputs * 255, images.reshape(TRAIN, -1), atol=1e-4)
    assert np.array_equal(samples.targets.argmax(axis=1), labels)
    assert samples.test is not None
    assert np.allclose(samples.test.inputs * 255, test_images.reshape(TEST, -1), atol=1e-4)
    assert np.array_equal(samples.test.targets.argmax(axis=1), test_labels)


def test_fewer_pictures_are_the_first_ones(home):
    write_set(home / "fashion_mnist")
    few, all_of_them = drawn(FashionMNIST(count=10)), drawn(FashionMNIST())
    assert np.array_equal(few.inputs, all_of_them.inputs[:10])
    assert few.class_names[9] == "Ankle boot"
    assert few.test is not None and len(few.test) == TEST


def test_the_folder_of_the_environment_comes_first(home, tmp_path, monkeypatch):
    write_set(home / "mnist", seed=1)
    chosen = write_set(tmp_path / "chosen" / "mnist", seed=2)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "chosen"))
    assert np.allclose(drawn(MNIST()).inputs * 255, chosen[0].reshape(TRAIN, -1), atol=1e-4)


def test_an_incomplete_set_is_as_good_as_none(home):
    write_set(home / "mnist")
    (home / "mnist" / FILES[3]).unlink()
    assert mnist.find("mnist") is None


def test_exchanged_files_are_read_anew(home):
    write_set(home / "mnist", seed=1)
    before = drawn(MNIST())
    for stem in FILES:
        (home / "mnist" / stem).unlink()
    write_set(home / "mnist", zipped=True, seed=2)
    assert not np.array_equal(drawn(MNIST()).inputs, before.inputs)


def test_files_that_do_not_fit_together_are_refused(home):
    write_set(home / "mnist", classes=11)
    with pytest.raises(DataError, match=r"train-labels.*has a label 10"):
        drawn(MNIST())
    write_set(home / "mnist")
    (home / "mnist" / FILES[2]).write_bytes(idx(np.zeros((TEST, 8, 8))))
    with pytest.raises(DataError, match="another size"):
        drawn(MNIST())


def test_training_reports_the_test_set_and_never_learns_from_it(home):
    write_set(home / "mnist")
    spec = ExperimentSpec(data=DataSpec(dataset=MNIST(), validation=0.2))
    trainer = Trainer(spec)
    assert [len(trainer.data.part(p)) for p in ("train", "validation", "test")] == [40, 10, TEST]
    trainer.advance(60)
    train, test = trainer.evaluate("train"), trainer.evaluate("test")
    assert train is not None and test is not None
    # The pictures are noise: what is learned by heart helps with no other.
    assert train.accuracy == 1 and test.accuracy < 0.5


def test_runs_may_share_their_samples_if_these_are_theirs():
    spec = ExperimentSpec()
    first = Trainer(spec)
    twin = Trainer(spec, first.data)
    for trainer in (first, twin):
        trainer.advance(20)
    assert np.array_equal(first.network.params, twin.network.params)
    with pytest.raises(ValueError, match="another seed"):
        Trainer(ExperimentSpec(seed=2), first.data)
