"""Words that stand in written times: months, halves of the day, zones by their short names.

A month is understood by its name or by a beginning of three letters or more, in the languages
below, unless that begins another month too: ``jui`` is June or July in French, and is neither.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["HALVES", "ZONES", "half_of", "month_of"]

# Of each language the twelve, in the cases that dates have them in.
_MONTHS = (
    # English, German, Dutch and Indonesian, the North
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janner feber mrz april mai juni juli august september oktober november dezember",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mrt april mei juni juli augustus september oktober november desember",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "januar februar marts april maj juni juli august september oktober november desember",
    "januari februari mars april maj juni juli augusti september oktober november december",
    # Spanish, Portuguese, Italian, French, Catalan, Romanian
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie"
    " decembrie",
    # Polish, Czech, Slovak, Hungarian, Turkish
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada"
    " grudnia",
    "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince",
    "januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november"
    " december",
    "ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
    # Russian, Ukrainian, Bulgarian, Greek
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "януари февруари март април маи юни юли август септември октомври ноември декември",
    "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου"
    " οκτωβριου νοεμβριου δεκεμβριου",
)
# Finnish months begin like others of English, so these alone are whole words.
_FINNISH = (
    *("tammi", "helmi", "maalis", "huhti", "touko", "kesa", "heina", "elo", "syys", "loka"),
    *("marras", "joulu"),
)
_FINNISH_END = re.compile(r"kuu(?:ta)?$|k$")
_LEAST_LETTERS = 3

# Which half of a day comes before or after a clock of twelve hours.
_MORNING = ("am", "a.m.", "a. m.", "午前", "上午", "오전", "π.μ.", "πμ", "vorm.", "de.", "ص")
_EVENING = ("pm", "p.m.", "p. m.", "午後", "下午", "오후", "μ.μ.", "μμ", "nachm.", "du.", "م")
HALVES = "|".join(map(re.escape, sorted((*_MORNING, *_EVENING), key=len, reverse=True)))

# Minutes ahead of UTC. Those that mean several zones (IST, AST, CAT, AMT) are left out, but for
# the ones that mail has settled (RFC 2822).
_ZONES = """
z 0  utc 0  gmt 0  ut 0  wet 0  west 60  bst 60  cet 60  cest 120  mez 60  mesz 120  eet 120
eest 180  msk 180  sast 120  est -300  edt -240  cst -360  cdt -300  mst -420  mdt -360  pst -480
pdt -420  akst -540  akdt -480  hst -600  hdt -540  nst -210  ndt -150  brt -180  jst 540  kst 540
hkt 480  wib 420  awst 480  acst 570  acdt 630  aest 600  aedt 660  nzst 720  nzdt 780
"""
ZONES = {name: int(ahead) for name, ahead in re.findall(r"(\w+) (-?\d+)", _ZONES)}


def _plain(word: str) -> str:
    """A word without case, marks above or below its letters, and stops at its end."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).strip(".’'")


def _beginnings() -> dict[str, int]:
    """Every beginning that is of one month only, whichever the language; and whole names."""
    months: dict[str, set[int]] = {}
    names: dict[str, int] = {}
    for language in _MONTHS:
        for number, name in enumerate(language.split(), 1):
            # As they are looked up: Cyrillic has letters that are others with a mark.
            plain = _plain(name)
            names[plain] = number
            for length in range(_LEAST_LETTERS, len(plain)):
                months.setdefault(plain[:length], set()).add(number)
    single = {beginning: of.pop() for beginning, of in months.items() if len(of) == 1}
    return single | names | {name: number for number, name in enumerate(_FINNISH, 1)}


_NUMBERS = _beginnings()


def month_of(word: str) -> int:
    """The number of a month; 0 where the word is none, or perhaps another one."""
    plain = _plain(word)
    return _NUMBERS.get(plain) or _NUMBERS.get(_FINNISH_END.sub("", plain), 0)


def half_of(word: str) -> int:
    """The first half of a day or the second: 0 or 1."""
    return int(word.casefold() in _EVENING)
