"""British and American spelling: words that are the same word in both."""

from __future__ import annotations

import re
from functools import lru_cache

from metier_adversarial._forms import cased, plural, unhyphenated

WORDS = """
    colour/color favour/favor favourable/favorable unfavourable/unfavorable favourite/favorite behaviour/behavior
    labour/labor labourer/laborer honour/honor harbour/harbor neighbour/neighbor neighbouring/neighboring rumour/rumor
    endeavour/endeavor flavour/flavor humour/humor vapour/vapor vigour/vigor odour/odor tumour/tumor armour/armor
    centre/center theatre/theater fibre/fiber litre/liter millilitre/milliliter kilometre/kilometer
    centimetre/centimeter millimetre/millimeter calibre/caliber sabre/saber lustre/luster sombre/somber titre/titer
    defence/defense offence/offense pretence/pretense judgement/judgment acknowledgement/acknowledgment ageing/aging
    sceptical/skeptical scepticism/skepticism grey/gray plough/plow mould/mold moult/molt smoulder/smolder
    sulphur/sulfur sulphate/sulfate sulphide/sulfide aluminium/aluminum jewellery/jewelry woollen/woolen
    instalment/installment fulfil/fulfill fulfilment/fulfillment enrol/enroll enrolment/enrollment skilful/skillful
    wilful/willful travelling/traveling travelled/traveled traveller/traveler cancelled/canceled cancelling/canceling
    labelled/labeled labelling/labeling modelled/modeled modelling/modeling fuelled/fueled fuelling/fueling
    levelled/leveled levelling/leveling signalled/signaled signalling/signaling channelled/channeled
    channelling/channeling totalled/totaled dialled/dialed counselled/counseled counsellor/counselor
    counselling/counseling marvellous/marvelous analysed/analyzed analysing/analyzing
    paralysed/paralyzed catalogue/catalog dialogue/dialog
    anaemia/anemia anaemic/anemic leukaemia/leukemia leukaemic/leukemic ischaemia/ischemia ischaemic/ischemic
    septicaemia/septicemia bacteraemia/bacteremia uraemia/uremia hyperglycaemia/hyperglycemia
    hypoglycaemia/hypoglycemia hyperlipidaemia/hyperlipidemia hypercholesterolaemia/hypercholesterolemia
    hyperkalaemia/hyperkalemia hyponatraemia/hyponatremia haemoglobin/hemoglobin haemorrhage/hemorrhage
    haemorrhagic/hemorrhagic haemorrhoids/hemorrhoids haematoma/hematoma haematology/hematology haematuria/hematuria
    haemophilia/hemophilia haemodialysis/hemodialysis haemolytic/hemolytic haemolysis/hemolysis
    anaesthesia/anesthesia anaesthetic/anesthetic anaesthetist/anesthetist paediatric/pediatric
    paediatrician/pediatrician paediatrics/pediatrics orthopaedic/orthopedic orthopaedics/orthopedics
    gynaecology/gynecology gynaecological/gynecological oesophagus/esophagus oesophageal/esophageal
    oesophagitis/esophagitis oedema/edema oedematous/edematous oestrogen/estrogen diarrhoea/diarrhea
    dyspnoea/dyspnea apnoea/apnea coeliac/celiac caesarean/cesarean foetus/fetus foetal/fetal faeces/feces
    faecal/fecal manoeuvre/maneuver haemostasis/hemostasis leucocyte/leukocyte
"""
"""Words of two spellings, British before American, each of them that word and no other: `cheque` and `check`, `licence`
and `license`, `programme` and `program` are not here, since one of the two has further senses."""
VERBS = """
    amortis capitalis organis reorganis recognis realis finalis utilis minimis maximis optimis stabilis destabilis
    standardis summaris emphasis prioritis privatis nationalis monetis securitis liberalis globalis industrialis
    modernis digitalis commercialis specialis authoris categoris characteris criticis generalis harmonis hospitalis
    immunis initialis itemis localis materialis mobilis neutralis normalis penalis rationalis revitalis scrutinis
    sterilis subsidis symbolis synchronis visualis
"""
"""Stems of verbs with `-ise` and `-ize`; their forms and the nouns of them are written both ways too."""
WITHOUT_NOUN = frozenset(["emphasis", "subsidis", "criticis", "summaris", "scrutinis", "penalis", "itemis", "recognis"])
"""Stems of `VERBS` without a noun in `-isation`."""


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Return the other spelling of each word that has one, both ways, lower case."""
    british = dict(pair.split("/") for pair in WORDS.split())
    for stem in VERBS.split():
        endings = ("e", "es", "ed", "ing") if stem in WITHOUT_NOUN else ("e", "es", "ed", "ing", "ation", "ations")
        british |= {f"{stem}{ending}": f"{stem[:-1]}z{ending}" for ending in endings}
    several = {plural(one): plural(other) for one, other in british.items()}
    british |= {one: other for one, other in several.items() if one and other}
    return {**british, **{other: one for one, other in british.items()}}


def variants(form: str) -> list[str]:
    """Return the other ways in which `form` is written wherever it stands: its words' other spelling, no hyphens."""
    words = re.split(r"(\W)", form)
    other = "".join(cased(spellings().get(word.lower(), word), word) for word in words)
    written = list(dict.fromkeys((form, other)))
    return [*written[1:], *(open_ for one in written if (open_ := unhyphenated(one)))]
