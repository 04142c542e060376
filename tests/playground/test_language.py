"""The command line in another language: what people read is translated, files and JSON are not."""

import json
import os

import pytest

from core.base.translation import set_language
from playground.__main__ import main

QUICK = ["train", "--set", "data.dataset.count=40", "--epochs", "2"]


@pytest.fixture(autouse=True)
def korean(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_LANGUAGE", "ko_KR.UTF-8")
    yield
    set_language("en")


def test_the_help_is_in_the_language_of_the_environment(capsys):
    for arguments in (["--help"], ["train", "--help"], ["search", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        shown = capsys.readouterr().out
        assert "훈련" in shown and "--help" in shown


def test_the_report_and_the_messages_about_data_are_translated(capsys, tmp_path):
    table = tmp_path / "집.csv"
    table.write_text("id,area,kind\n" + "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(30)))
    assert main(["train", "--data", str(table), "--epochs", "2"]) == 0
    shown = capsys.readouterr()
    assert "정확도" in shown.out and "입력 1개로 kind 예측(클래스 2개: a, b)" in shown.err
    assert "id: 행 번호이므로 제외" in shown.err
    assert main(["train", "--data", str(tmp_path / "none.csv")]) == 2
    assert "none.csv: 파일이 없습니다" in capsys.readouterr().err
    assert main(["trian"]) == 2
    assert "혹시 'train'입니까?" in capsys.readouterr().err


def test_files_and_json_are_the_same_in_every_language(capsys, tmp_path):
    assert main([*QUICK, "--json", "--out", str(tmp_path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["reason"] == "stopped after 2 epochs"
    kept = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert kept["reason"] == printed["reason"] and kept.keys() == printed.keys()
    for name in os.listdir(tmp_path):
        if name.endswith((".json", ".csv")):
            assert (tmp_path / name).read_text(encoding="utf-8").isascii()
