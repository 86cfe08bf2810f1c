"""What the name of a metric says: is lower or higher better, and how much people look at it."""

import functools
import re
from typing import Literal

Direction = Literal["min", "max"]

# Metrics under this prefix measure the machine, as MLflow's client and the monitor name them.
SYSTEM = "system/"
# The words of a name that say what it measures, those that people look at most first.
MEASURES: tuple[tuple[Direction, str], ...] = (
    ("min", "loss nll elbo"),
    ("min", "error err errors"),
    ("max", "accuracy acc top1 top5"),
    ("max", "f1 fbeta f1score"),
    ("max", "auc auroc roc_auc rocauc auprc aupr"),
    ("max", "reward rewards return returns"),
    ("max", "score precision recall map ap ndcg mrr iou miou dice r2 bleu rouge meteor psnr ssim"),
    ("min", "rmse mse mae mape smape perplexity ppl wer cer fid divergence distance logloss"),
    ("max", "correlation sensitivity specificity win wins success"),
)
# Words of what is only kept beside: counters, settings and costs.
ASIDE_WORDS = (
    "epoch epochs step steps iteration iterations iter lr rate momentum wd time times duration",
    "seconds second sec secs ms eta timestamp elapsed throughput speed fps samples tokens examples",
    "batch batches size memory mem gpu cpu disk network system grad norm scale",
)
ASIDE = frozenset(word for line in ASIDE_WORDS for word in line.split())
PLACES = {place: (direction, i) for i, (direction, words) in enumerate(MEASURES)
          for place in words.split()}  # fmt: skip
UNKNOWN, LAST = len(MEASURES), len(MEASURES) + 1
# Of one measure, what was not trained on tells most.
PARTS = {"val": 0, "valid": 0, "validation": 0, "eval": 0, "dev": 0, "test": 1, "train": 3}
ANY_PART = 2
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@functools.lru_cache(maxsize=20_000)
def direction_of(key: str) -> Direction | None:
    """Whether the lowest or the highest value of a metric is the best; None where its name does
    not say."""
    measure = measure_of(words_of(key))
    return None if measure is None else measure[0]


@functools.lru_cache(maxsize=20_000)
def usage_rank(key: str) -> tuple[int, int]:
    """A sort key: how much people look at a metric of this name, those they look at most first.
    Its first part is the same for all metrics of one measure."""
    words = words_of(key)
    measure = measure_of(words)
    place = (LAST if is_aside(key) else UNKNOWN) if measure is None else measure[1]
    return place, min((PARTS[word] for word in words if word in PARTS), default=ANY_PART)


def is_aside(key: str) -> bool:
    """Tell whether a metric is a counter, a rate or a cost and no result."""
    words = words_of(key)
    return measure_of(words) is None and any(word in ASIDE for word in words)


def measure_of(words: list[str]) -> tuple[Direction, int] | None:
    """The first measure that words name; none where the last one says that it is a cost, as in
    `score_time`."""
    if not words or words[-1] in ASIDE - {"rate"}:
        return None
    found = [PLACES[word] for word in words if word in PLACES]
    return min(found, key=lambda measure: measure[1]) if found else None


def words_of(key: str) -> list[str]:
    words = [word.lower() for word in WORD.findall(key)]
    # Digits belong to the word before them: f1, top5, r2.
    joined: list[str] = []
    for word in words:
        if word.isdigit() and joined and joined[-1] + word in PLACES:
            joined[-1] += word
        else:
            joined.append(word)
    return joined
