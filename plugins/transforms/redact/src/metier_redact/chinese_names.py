"""Names of people in Chinese: a family name, one or two characters, and a role, title or label beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier_redact.recognizer import Find, Place, Recognizer
from metier_redact.words import words

SURNAMES = "".join(words("surnames"))
COMPOUND = "欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫|独孤|长孙|宇文|轩辕|呼延|闻人|澹台"
HAN = r"[\u4e00-\u9fff]"
SURNAME = rf"(?:{COMPOUND}|[{SURNAMES}])"
FAMILY = re.compile(SURNAME)
FOREIGN = re.compile(rf"{HAN}{{2,6}}(?:[·•]{HAN}{{1,8}}){{1,3}}?(?=$|[^\u4e00-\u9fff·•]|[因于在的与和])")
"""A name of another tongue, as 阿力木·买买提."""
LINKS = "的了在是和与及或于被将已曾因为由从向对到给让把跟等也都又就则且并均未不没系称诉说"
"""Characters that go on with a sentence: no name has them, and they may follow one."""
NOT_GIVEN = LINKS + (
    "无应须能会要请该其此这那哪各每某以至自即后今昨前上下内外间时岁男女述入出来去住主提签需方者们性老某病症史血压热痛肿"
)
"""Characters that no name here has behind its family name, unless a label says that it is one."""
TAIL = re.compile(
    rf"$|[^\u4e00-\u9fff]|[{LINKS}男女自主入出住提签今昨一述经受独担]"
    r"|先生|女士|小姐|同志|证[实明]|拨打|谈话|表示|认为|承认|辩称|到庭"
    r"|参加|委托|驾驶|伙同|夜班|当[晚时日天场]"
)
"""What may follow a name: no Chinese character, or one that goes on with the sentence."""
LABELS = (
    r"(?:姓名|户名|名字|签名|签字|审核|审批|客户|患者|病人|原告|被告|学生"
    r"|教师|班主任|监护人|[人员师者手助]|作者|校对)"
)
KIN = "父亲|母亲|妻子|丈夫|儿子|女儿|哥哥|姐姐|弟弟|妹妹|爸爸|妈妈|其[父母妻夫子女兄弟姐妹]"
ROLES = (
    rf"(?:患者|病人|患儿|产妇|死者|家属|原告人?|被告人?|审判长|{KIN}|客户"
    r"|学生|考生|同学|班主任|董事长?|监事|总监|经理|户名|姓名|我叫|名叫"
    r"|[告请诉执行理表证害疑述托款卡责办护保录修查收付投养持报检三点系]人"
    r"|(?<![人成动全满])员|员工|(?<!大)师|[焊电钳瓦木铆作职民]工|老师"
    r"|[校院局队班厂站科处]长)"
)
TITLES = "先生|女士|小姐|同志|老师|教授|医生|医师|大夫|主任|律师|法官|工程师|师傅|同学|护士长?|总经理|经理|董事长|书记"
SEX = r"[,，(（、\s]{1,2}[男女](?=[,，。.、)）;；\s]|$)"
PAPERS = r"[(（,，]\s?(?:身份证|手机|电话|公民身份|[12]\d{3}年)"
NO_NAMES = re.compile("|".join(words("no_chinese_names")))
"""Words that begin with a family name's character."""
BEFORE = {
    "何": "任如为几", "高": "提最较更很升增", "周": "上下本每一两三四几",
    "任": "主担责现前兼班", "方": "对双甲乙各官警校院告一",
    "程": "工课过流章议里", "文": "语作英中外古论人", "安": "公治保",
    "金": "基资现奖保罚租佣", "钟": "分", "段": "阶", "路": "道", "史": "历",
    "康": "健", "范": "规师模", "顾": "照回", "陆": "大登", "许": "也允或",
    "温": "体", "易": "容交贸简", "施": "措", "余": "其业", "于": "对由关至用",
    "季": "四", "成": "完组形", "管": "主尽血", "万": "百千", "白": "蛋明",
    "代": "时年", "单": "简", "关": "有相机", "付": "支", "苗": "疫育", "谢": "感多代",
}  # fmt: skip
"""What stands before a family name's character where it ends another word: 任何医生, 提高老师."""
RARE = "于成白管关单付代安易万文武石方查段毛牛谷游席符项谢高阳任"
"""Family names that, alone before a title, are mostly another word."""


def _ends(text: str, start: int, forbidden: str) -> Iterator[int]:
    """Yield where a name that begins at `start` may end: behind two characters of a given name, then behind one."""
    family = FAMILY.match(text, start)
    if family is None or NO_NAMES.match(text, start):
        return
    for count in (2, 1):
        given = text[family.end() : family.end() + count]
        if re.fullmatch(rf"{HAN}{{{count}}}", given) and not set(given) & set(forbidden):
            yield family.end() + count


def _goes_on(text: str, start: int) -> bool:
    """Return whether the character there ends another word."""
    return 0 < start < len(text) and text[start - 1] in BEFORE.get(text[start], "")


def _behind(roles: str, between: str, forbidden: str) -> Find:
    """Return what finds names behind one of `roles`."""
    opening = re.compile(rf"{roles}{between}")

    def find(text: str) -> Iterator[Place]:
        for match in opening.finditer(text):
            start = match.end()
            foreign = FOREIGN.match(text, start)
            if foreign:
                yield foreign.span()
                continue
            end = next((end for end in _ends(text, start, forbidden) if TAIL.match(text, end)), None)
            if end is not None and not _goes_on(text, start):
                yield start, end

    return find


def _before(titles: str) -> Find:
    """Return what finds names before one of `titles`: whole where something divides them from the text, else 王医生."""
    closing = re.compile(rf"(?={titles})")

    def find(text: str) -> Iterator[Place]:
        for match in closing.finditer(text):
            end = match.start()
            places = ((end - length, end) for length in (4, 3, 2, 1) if end >= length)
            yield from [place for place in places if _is_addressed(text, *place)][:1]

    return find


def _is_addressed(text: str, start: int, end: int) -> bool:
    """Return whether a name lies there, before a title."""
    value, previous = text[start:end], text[start - 1 : start]
    if not re.fullmatch(rf"{SURNAME}{HAN}{{0,2}}", value) or NO_NAMES.match(text, start):
        return False
    if _goes_on(text, start):
        return False
    if re.fullmatch(SURNAME, value):
        return value not in RARE
    divided = not re.match(HAN, previous) or previous in LINKS
    return divided and not set(value[1:]) & set(NOT_GIVEN)


def _beside(facts: str) -> Find:
    """Return what finds names before sex, papers or a birth, from where a sentence begins or a role ends."""
    given = rf"(?:(?![{NOT_GIVEN}]){HAN}){{1,2}}"
    begins = r"(?:(?<![\u4e00-\u9fff])|(?<=[人员师工者生属妇长]))"
    pattern = re.compile(rf"{begins}(?P<value>{SURNAME}{given})(?={facts})")

    def find(text: str) -> Iterator[Place]:
        return (one.span("value") for one in pattern.finditer(text) if not NO_NAMES.match(text, one.start("value")))

    return find


RECOGNIZERS = (
    Recognizer("PERSON", _behind(LABELS, r"(?:\s?[:：]\s?|\s)", LINKS)),
    Recognizer("PERSON", _behind(ROLES, r"(?:[为叫]|姓名)?", NOT_GIVEN)),
    Recognizer("PERSON", _before(TITLES)),
    Recognizer("PERSON", _beside(f"{SEX}|{PAPERS}")),
)
