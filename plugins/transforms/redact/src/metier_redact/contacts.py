"""E-mail addresses, web addresses and IP addresses."""

from __future__ import annotations

import ipaddress
import re

from metier_redact.recognizer import HIDDEN, Recognizer, before, by_pattern

EMAIL = (
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_](?:[A-Za-z0-9._%+'-]*[A-Za-z0-9_+-])?@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
REST = (
    rf"(?:[^\s()<>\[\]{{}}\"'|{HIDDEN}\u2018-\u201d\u3000-\u303f\u3400-\u9fff\uff00-\uffef]|\([^\s()<>{HIDDEN}]*\))*"
    r"(?<![.,;:!?])"
)
"""What follows in a web address: up to a space, a quote, a bracket or Chinese, without the sentence's full stop."""
ZONES = "com|org|net|edu|gov|info|biz|io|co|ai|app|dev|cn|uk|de|fr|eu|us|jp|in|ca|au|ch|at|nl|be|it|es|ie|hk|tw|sg"
SCHEME = rf"(?i:(?<![A-Za-z0-9])(?:https?|ftp)://)(?=[A-Za-z0-9\[]){REST}"
WWW = rf"(?i:(?<![A-Za-z0-9@./-])www\.)(?=[A-Za-z0-9]){REST}"
BARE = rf"(?<![A-Za-z0-9@./-])(?:[A-Za-z0-9-]+\.)+(?i:{ZONES})/(?=[A-Za-z0-9]){REST}"
IPV4 = r"(?<![A-Za-z0-9.])(?:\d{1,3}\.){3}\d{1,3}(?![A-Za-z0-9])(?!\.\d)"
IPV6 = r"(?<![A-Za-z0-9:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![A-Za-z0-9:])"
NETWORK = re.compile(
    r"\bIPs?\b|address|host|server|gateway|log(?:ged|in)?\b|proxy|地址|登录|服务器|网关", re.IGNORECASE | re.ASCII
)
EDITION = re.compile(
    r"(?:\bv|\b(?:ver|version|firmware|release|section|clause|chapter|protocol|exhibit|article|rule|mask|§+)"
    r"|版本?|第|节|条|章|掩码)[\s.:：]*$",
    re.IGNORECASE | re.ASCII,
)
"""What says, directly before, that numbers with dots are an edition or a place in a document."""
PORT = re.compile(r":\d{2,5}\b|/\d{1,2}\b")
HIGH = 32
"""Numbers below it are found in editions and sections as well: then the words around must speak of a network."""


def _is_ipv4(match: re.Match[str]) -> bool:
    try:
        address = ipaddress.IPv4Address(match[0])
    except ValueError:
        return False
    first, *_ = numbers = [int(one) for one in match[0].split(".")]
    if address.is_loopback or first in {0, 255} or EDITION.search(before(match, 20)):
        return False
    return max(numbers) >= HIGH or bool(PORT.match(match.string, match.end()) or NETWORK.search(before(match, 40)))


def _is_ipv6(match: re.Match[str]) -> bool:
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return False
    return len([group for group in match[0].split(":") if group]) > 2


RECOGNIZERS = (
    Recognizer("URL", by_pattern(SCHEME, hint="://")),
    Recognizer("URL", by_pattern(WWW)),
    Recognizer("URL", by_pattern(BARE, hint="/")),
    Recognizer("EMAIL", by_pattern(EMAIL, hint="@")),
    Recognizer("IP_ADDRESS", by_pattern(IPV4, _is_ipv4)),
    Recognizer("IP_ADDRESS", by_pattern(IPV6, _is_ipv6, hint=":")),
)
