"""How people walk: from the first hearing of the shop to the order, and again.

In: people, a world. Out: a Life: their sessions, their attempts at the checkout, their questions, their
orders. All people take each step together, one array per property. At every stage they go on with a chance
of their own, or fall silent; nothing here knows of the stages of the map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirepath.simulate import people as who
from desirepath.simulate.chance import Chance, Flags, Floats, Ids, Ints, child
from desirepath.simulate.experience import experience, wants_more
from desirepath.simulate.goods import POPULARITY, basket
from desirepath.simulate.people import People, of_persona
from desirepath.simulate.seasons import DAY, HOUR, Span, awake, desk_hours, hour_of_day
from desirepath.simulate.tables import Rows, Table
from desirepath.simulate.world import ANSWER_HOURS, PAYS_AGAIN, World, failure

AWARENESS, CONSIDERATION, AFTERWARDS = range(3)
WEB, IN_APP, IN_STORE = range(3)
MOST_CYCLES = 12
_LATER_CHANNELS = (0.42, 0.24, 0.08, 0.02, 0.06, 0.0, 0.0, 0.04, 0.14)
_BUYER_CHANNELS = (0.46, 0.20, 0.05, 0.0, 0.07, 0.0, 0.0, 0.13, 0.09)


@dataclass(frozen=True)
class Life:
    """What some people did. Rows of the tables; times are wall seconds, NaN where it never happened.

    sessions: person, ids, time, kind, device, channel, product.
    attempts: person, ids, time, device, channel, product, cycle, began, coupon, fails, won (a visit to the cart).
    questions: person, ids, time, answered, resolved, channel (asked before buying).
    orders: one per order, see goods.basket and experience.experience.
    """

    people: People
    sessions: Table
    attempts: Table
    questions: Table
    orders: Table


class Walk:
    """One walk of some people through one world."""

    def __init__(self, people: People, world: World, chance: Chance, span: Span) -> None:
        self.people, self.world, self.chance, self.span = people, world, chance, span
        self.sessions = Rows("person", "ids", "time", "kind", "device", "channel", "product")
        self.attempts = Rows(
            "person",
            "ids",
            "time",
            "device",
            "channel",
            "product",
            "cycle",
            "began",
            "coupon",
            "fails",
            "won",
        )
        self.questions = Rows("person", "ids", "time", "answered", "resolved", "channel")
        self.orders: list[Table] = []
        self.delight = people.taste.copy()  # how each person feels about the shop so far
        app_user = np.where(people.persona == who.FAN, 0.75, 0.30)
        self.app_user = chance.happens(people.ids, "app", app_user) & ~people.guest

    def life(self) -> Life:
        """Everything, cycle after cycle: from wanting to the order, from the order to wanting again."""
        person = np.arange(len(self.people))
        if not self.world.stories:
            person = person[who.without_stories(self.people)]
        moment = self.people.arrives[person]
        for cycle in range(MOST_CYCLES):
            turn = child(self.people.ids[person], 100 + cycle)
            if cycle == 0:
                person, turn, moment = self._hear(person, turn, moment)
            person, turn, moment = self._consider(person, turn, moment, cycle)
            bought = self._decide(person, turn, moment, cycle)
            person, moment = wants_more(self.chance, self.people, self.delight, bought, self.span)
            if not len(person):
                break
        return Life(
            self.people,
            self.sessions.table(),
            self.attempts.table(),
            self.questions.table(),
            {name: np.concatenate([o[name] for o in self.orders]) for name in self.orders[0]},
        )

    # ---- awareness ---------------------------------------------------------------------------------

    def _hear(self, person: Ints, turn: Ids, moment: Floats) -> tuple[Ints, Ids, Floats]:
        """First visits: a story read, the home page. Who goes on to look at goods?"""
        chance, people = self.chance, self.people
        channel = people.first_channel[person]
        likely = of_persona("considers", people.persona[person])
        likely = likely * np.select([channel == who.FRIEND, channel == who.STORIES], [1.25, 0.6], 1.0)
        goes_on = chance.happens(turn, "considers", likely.clip(0, 0.96))
        visits = chance.count(turn, "visits of awareness", 0.3, 3)
        here, now, latest = np.arange(len(person)), moment, moment.copy()
        for visit in range(4):
            ids = child(turn[here], visit)
            channel = self._channel(ids, _LATER_CHANNELS) if visit else people.first_channel[person[here]]
            self._session(person[here], ids, now, AWARENESS, 0, channel)
            latest[here] = now
            stay = visits[here] > visit
            here, ids = here[stay], ids[stay]
            pause = chance.wait(ids, "pause of awareness", 3.5, 0.9) * DAY
            now = awake(chance, ids, "awareness", now[stay] + HOUR + pause)
        pause = chance.wait(turn, "pause before considering", 1.2, 1.3) * DAY
        moment = awake(chance, turn, "considering", latest + 0.2 * HOUR + pause)
        goes_on &= moment < self.span.end
        return person[goes_on], turn[goes_on], moment[goes_on]

    # ---- consideration -----------------------------------------------------------------------------

    def _consider(self, person: Ints, turn: Ids, moment: Floats, cycle: int) -> tuple[Ints, Ids, Floats]:
        """Visits to the goods, perhaps a question. Who goes on to the cart?"""
        chance, persona = self.chance, self.people.persona[person]
        more = of_persona("looks_again", persona) * (1.0 if cycle == 0 else 0.6)
        visits = chance.count(turn, "visits of consideration", more.clip(0.05, 0.9), 9)
        pause = of_persona("pause", persona) * (1.0 if cycle == 0 else 0.6)
        here, now, latest = np.arange(len(person)), moment, moment.copy()
        for visit in range(10):
            ids = child(turn[here], 20 + visit)
            channel = self._channel(ids, _BUYER_CHANNELS if cycle else _LATER_CHANNELS)
            self._session(person[here], ids, now, CONSIDERATION, cycle, channel)
            latest[here] = now
            stay = visits[here] > visit
            here, ids = here[stay], ids[stay]
            if not len(here):
                break
            wait = chance.wait(ids, "pause of consideration", pause[here], 0.9) * DAY
            now = awake(chance, ids, "consideration", now[stay] + HOUR + wait)
        decides = of_persona("decides", persona)
        decides = decides if cycle == 0 else np.sqrt(decides)  # who has bought before knows what they get
        decides, latest = self._ask(person, turn, latest, decides, cycle)
        goes_on = chance.happens(turn, "decides", decides)
        wait = chance.wait(turn, "pause before the cart", np.maximum(0.12 * pause, 0.05), 1.6) * DAY
        moment = awake(chance, turn, "cart", latest + 0.6 * HOUR + wait)
        goes_on &= moment < self.span.end
        return person[goes_on], turn[goes_on], moment[goes_on]

    def _ask(
        self, person: Ints, turn: Ids, moment: Floats, decides: Floats, cycle: int
    ) -> tuple[Floats, Floats]:
        """Some ask before they buy. An answer in time helps them decide; a late one does not."""
        chance = self.chance
        likely = np.where(self.people.persona[person] == who.COMPARER, 0.14, 0.05) * (0.5 if cycle else 1.0)
        asks = chance.happens(turn, "asks", likely)
        row = np.flatnonzero(asks)
        ids = child(turn[row], 50)
        asked = moment[row] + 0.3 * HOUR
        answered = desk_hours(asked) + chance.wait(ids, "answer", 1.6, 1.0) * HOUR
        resolved = answered + chance.wait(ids, "resolved", 3.0, 1.2) * HOUR
        in_time = answered - asked <= ANSWER_HOURS * HOUR
        decides = decides.copy()
        decides[row] = (decides[row] * np.where(in_time, 1.30, 0.80)).clip(0, 0.95)
        channel = chance.pick(ids, "asks by", [0.5, 0.1, 0.4])
        self.questions.add(
            person=person[row], ids=ids, time=asked, answered=answered, resolved=resolved, channel=channel
        )
        moment = moment.copy()
        moment[row] = np.where(in_time, answered, np.maximum(moment[row], answered))
        return decides, moment

    # ---- decision ----------------------------------------------------------------------------------

    def _decide(self, person: Ints, turn: Ids, moment: Floats, cycle: int) -> Table:
        """The store, or up to three visits to the cart. Returns the orders of this cycle."""
        chance, people = self.chance, self.people
        to_store = chance.happens(turn, "to the store", of_persona("to_store", people.persona[person]))
        store = np.flatnonzero(to_store)
        stored = np.floor(moment[store] / DAY) * DAY + DAY
        stored += 9 * HOUR + 0.36 * hour_of_day(chance, turn[store], "store hour")
        none = np.zeros(len(store), dtype=np.int64)
        rows = [(person[store], turn[store], stored, none + IN_STORE, none > 0, none)]
        here, now = np.flatnonzero(~to_store), moment[~to_store]
        for visit in range(3):
            ids = child(turn[here], 60 + visit)
            device = self._device(person[here], ids, cycle)
            won, fails, seeks = self._checkout(person[here], ids, now, device, cycle)
            place = np.where(device == who.APP, IN_APP, WEB)
            # Who looks for a coupon needs two minutes, whether there is one or not.
            paid = now + 360.0 + 75.0 * fails + 120.0 * seeks
            coupon = seeks & self.world.coupon_site
            rows.append((person[here][won], turn[here][won], paid[won], place[won], coupon[won], fails[won]))
            again = ~won & chance.happens(ids, "comes back to the cart", np.where(fails > 0, 0.34, 0.40))
            here, ids = here[again], ids[again]
            wait = chance.wait(ids, "pause before the cart again", 1.0, 1.1) * DAY
            now = awake(chance, ids, "cart again", now[again] + HOUR + wait)
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        known = columns[2] < self.span.end
        person, turn, paid, place, coupon, fails = (column[known] for column in columns)
        orders = basket(chance, self.span, people, person, child(turn, 80), paid, place, coupon, fails, cycle)
        orders = experience(chance, self.span, self.world, people, self.delight, orders)
        self.orders.append(orders)
        return orders

    def _checkout(
        self, person: Ints, ids: Ids, moment: Floats, device: Ints, cycle: int
    ) -> tuple[Flags, Ints, Flags]:
        """One visit to the cart. Returns who paid, how often paying failed, who looked for a coupon first."""
        chance, persona = self.chance, self.people.persona[person]
        likely = of_persona("goes_on", persona)
        began = chance.happens(ids, "begins the checkout", likely if cycle == 0 else np.sqrt(likely))
        # Whoever is at the checkout and looks for a coupon has decided already: the site wins nobody.
        seeks = began & chance.happens(ids, "seeks a coupon", of_persona("seeks_coupon", persona))
        seeks &= device != who.APP
        risk = failure(self.world, self.span, device, moment)
        trying, won = began.copy(), np.zeros(len(ids), dtype=bool)
        fails = np.zeros(len(ids), dtype=np.int64)
        for attempt in range(3):
            failed = chance.happens(ids, "payment fails", risk, attempt)
            won |= trying & ~failed
            fails += trying & failed
            trying &= failed & chance.happens(ids, "pays again", PAYS_AGAIN, attempt)
        won &= moment + 900 < self.span.end
        self.attempts.add(
            person=person, ids=ids, time=moment, device=device, cycle=cycle, began=began,
            coupon=seeks & self.world.coupon_site, fails=fails, won=won,
            channel=self._channel(ids, _BUYER_CHANNELS if cycle else _LATER_CHANNELS), product=self._product(ids),
        )  # fmt: skip
        return won, fails, seeks

    # ---- what all visits have --------------------------------------------------------------------------

    def _session(self, person: Ints, ids: Ids, moment: Floats, kind: int, cycle: int, channel: Ints) -> None:
        self.sessions.add(
            person=person, ids=ids, time=moment, kind=kind,
            device=self._device(person, ids, cycle), channel=channel, product=self._product(ids),
        )  # fmt: skip

    def _device(self, person: Ints, ids: Ids, cycle: int) -> Ints:
        """The first device mostly; the other one, if they have two; the app, once they have ordered."""
        people = self.people
        other = people.two_devices[person] & self.chance.happens(ids, "other device", 0.15)
        device = np.where(other, who.DESKTOP + who.MOBILE - people.primary[person], people.primary[person])
        if cycle:
            in_app = self.app_user[person] & self.chance.happens(ids, "in the app", 0.7)
            device = np.where(in_app, who.APP, device)
        return device

    def _channel(self, ids: Ids, weights: tuple[float, ...]) -> Ints:
        return self.chance.pick(ids, "channel", weights)

    def _product(self, ids: Ids) -> Ints:
        return self.chance.pick(ids, "product", POPULARITY)
