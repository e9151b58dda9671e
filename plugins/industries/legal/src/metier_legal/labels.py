"""The label sets of `legal`."""

from __future__ import annotations

CLAUSES = (
    "governing-law",
    "renewal-term",
    "termination-for-convenience",
    "anti-assignment",
    "change-of-control",
    "exclusivity",
    "non-compete",
    "license-grant",
    "ip-ownership-assignment",
    "minimum-commitment",
    "cap-on-liability",
    "audit-rights",
)
"""Twelve of CUAD's categories: those that contracts of most kinds have, and that are mistaken for one another."""
OTHER = "other"
"""The label of a paragraph that is none of these: a heading, a definition, a price, a signature."""

CUAD = (
    "document-name",
    "parties",
    "agreement-date",
    "effective-date",
    "expiration-date",
    "renewal-term",
    "notice-period-to-terminate-renewal",
    "governing-law",
    "most-favored-nation",
    "competitive-restriction-exception",
    "non-compete",
    "exclusivity",
    "no-solicit-of-customers",
    "no-solicit-of-employees",
    "non-disparagement",
    "termination-for-convenience",
    "rofr-rofo-rofn",
    "change-of-control",
    "anti-assignment",
    "revenue-profit-sharing",
    "price-restrictions",
    "minimum-commitment",
    "volume-restriction",
    "ip-ownership-assignment",
    "joint-ip-ownership",
    "license-grant",
    "non-transferable-license",
    "affiliate-license-licensor",
    "affiliate-license-licensee",
    "unlimited-all-you-can-eat-license",
    "irrevocable-or-perpetual-license",
    "source-code-escrow",
    "post-termination-services",
    "audit-rights",
    "uncapped-liability",
    "cap-on-liability",
    "liquidated-damages",
    "warranty-duration",
    "insurance",
    "covenant-not-to-sue",
    "third-party-beneficiary",
)
"""All 41 categories of CUAD, in the order of its columns."""

ENTITIES = ("PARTY", "JUDGE", "LAWYER", "COURT", "STATUTE", "PRECEDENT", "DATE", "AMOUNT")

DISPUTE_FOCI = (
    "诉讼主体",
    "租金情况",
    "利息",
    "本金争议",
    "责任认定",
    "责任划分",
    "损失认定及处理",
    "原审判决是否适当",
    "合同效力",
    "财产分割",
    "责任承担",
    "鉴定结论采信问题",
    "诉讼时效",
    "违约",
    "合同解除",
    "肇事逃逸",
)
"""What the parties are at odds about, in the order of LawBench's task 2-2."""
