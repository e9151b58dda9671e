"""Which optimizers of pytorch-optimizer fit, and why the others do not; a test tries every one of them."""

from __future__ import annotations

_OFFERED = """
    accsgd adabelief adabound adadelta adagc adai adalite adam adamax adamc adamg adamod adamp adams adamwsn adanorm
    adapnm adatam ademamix adopt aggmo aida alice ano avagrad bcos dash diffgrad dualadam emofact emolynx emonavi exadam
    fadam flashadamw grams grokfastadamw kate lamb laprop lars madgrad mars nadam novograd padam pid pnm qhadam qhm racs
    rmsprop rose sgdp sgdsai sgdw signsgd simplifiedademamix soap spam stableadamw stablespam swats tam tiger vsgd"""
ALGORITHMS = tuple(_OFFERED.split())
"""Those that move downhill, respect each group's learning rate and weight decay, repeat with the seed, and resume."""

_REASONS = {
    "it has a component of its own, with checked options": "adan came lion muon",
    "it has a component of its own, `galore-adamw`": "galore",
    "metier has it built in": "adamw sgd",
    "it has a component of its own, `schedule-free-adamw`": "schedulefreeadamw",
    "it keeps other weights than it trains, which was tried with `schedule-free-adamw` alone": """
        schedulefreeradam schedulefreesgd splus""",
    "it needs second derivatives, and the engine computes gradients only": "adahessian sophiah",
    "it needs the model, and an optimizer is given parameters": "adalomo adammini lomo",
    "it needs to compute the loss itself, again": "alig bsam lbfgs",
    "it must be told which matrices are hidden; see `muon` and `galore-adamw`": """
        adago adamuon apollo distributedmuon fira muonclip normuon spectralsphere""",
    "it gives all groups one learning rate, or moves one whose rate is 0": """
        a2grad adafactor apollodqn asgd dadaptadagrad dadaptadam dadaptadan dadaptlion dadaptsgd ftrl gravity prodigy
        srmm""",
    "it does not decay weights as their group says": "adashift amos focus fromage msvag nero radam sm3 yogi",
    "its checkpoints cannot be read back": "conda scalableshampoo scion scionlight",
    "it draws randomness that the seed does not set": "kron",
    "it keeps a matrix as wide as the vocabulary, squared": "shampoo",
    "it learns nothing as metier calls it": "adasmooth lorarite ranger sara",
    "it needs more than its options can say": "demo magma ranger21",
}

REFUSED = {name: reason for reason, names in _REASONS.items() for name in names.split()}
"""Why an optimizer of the library is not offered, by its name."""
