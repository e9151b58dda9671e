"""The chapters of ICD-10-CM under short names."""

from __future__ import annotations

from types import MappingProxyType

CHAPTERS = MappingProxyType(
    {
        "1": "infectious-parasitic",
        "2": "neoplasms",
        "3": "blood-immune",
        "4": "endocrine-metabolic",
        "5": "mental-behavioral",
        "6": "nervous-system",
        "7": "eye",
        "8": "ear",
        "9": "circulatory",
        "10": "respiratory",
        "11": "digestive",
        "12": "skin",
        "13": "musculoskeletal",
        "14": "genitourinary",
        "15": "pregnancy-childbirth",
        "16": "perinatal",
        "17": "congenital",
        "18": "symptoms-signs",
        "19": "injury-poisoning",
        "20": "external-causes",
        "21": "health-services",
        "22": "special-purposes",
    }
)
"""Chapter number, as the code set has it, to label."""
