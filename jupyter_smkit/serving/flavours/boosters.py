"""The columns that a booster was trained on, as it keeps them itself."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from jupyter_smkit.serving.columns import CATEGORY, NUMBER, Column


def lightgbm_columns(booster: Any) -> list[Column]:
    """By position. It keeps the categories of the training frame's columns of that type, and
    marks which columns it split by category."""
    found = [Column(NUMBER)] * booster.num_feature()
    levels = booster.pandas_categorical or []
    places = [index for index, info in enumerate(_infos(booster)) if _is_categorical(info)]
    if not levels:
        return found
    if len(places) != len(levels):
        # Ordered ones, or ones that told nothing: which they are, nobody says.
        return [Column()] * len(found)
    for place, some in zip(places, levels, strict=True):
        found[place] = Column(CATEGORY, tuple(some))
    return found


def _infos(booster: Any) -> list[str]:
    for line in booster.model_to_string(num_iteration=1).splitlines():
        if line.startswith("feature_infos="):
            return str(line).partition("=")[2].split(" ")
    return []


def _is_categorical(info: str) -> bool:
    return not info.startswith("[") and info != "none"


def xgboost_columns(booster: Any) -> list[Column]:
    """By position. From XGBoost 3.1 on it keeps the categories; before, only their numbers."""
    types = booster.feature_types or ["float"] * booster.num_features()
    levels = _levels(booster) if "c" in types else []
    found = []
    for index, kind in enumerate(types):
        if kind != "c":
            found.append(Column(NUMBER))
        elif index < len(levels) and levels[index]:
            found.append(Column(CATEGORY, tuple(levels[index])))
        else:
            found.append(Column())
    return found


def _levels(booster: Any) -> list[list[Any]]:
    trees = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]
    # Dart keeps its trees one level deeper.
    kept = trees.get("gbtree", trees).get("model", {}).get("cats", {}).get("enc", [])
    return [_texts(each) if "offsets" in each else each.get("values", []) for each in kept]


def _texts(kept: dict[str, list[int]]) -> list[str]:
    whole, ends = bytes(byte & 255 for byte in kept["values"]), kept["offsets"]
    return [whole[a:b].decode() for a, b in pairwise(ends)]
