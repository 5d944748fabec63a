"""Reads the decision table: rules and cases in words, and what becomes of each case.

`data/decision_rules.csv` holds the plans, `data/decision_table.csv` the cases; both are
written for people. Words stand for ids: the rules compare them in the same way.
"""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytz

from odoo.addons.helpdesk_psa.tools.working_time import Holiday, Shift, WorkingTime

from ..tools.billing_rounding import Piece, bill_minutes, bill_quantities
from ..tools.hours_bands import Band
from ..tools.rule_choice import PlanTerms, RuleTerms, Work, decide
from ..tools.work_price import get_amount, get_hours, get_unit_price

DATA = Path(__file__).parent / "data"
ZONE = pytz.timezone("Europe/Paris")
MAY_DAY = Holiday(datetime(2026, 4, 30, 22), datetime(2026, 5, 1, 22), "1 May")
BANDS = (
    Band(
        "Office hours",
        "Office hours",
        WorkingTime(
            ZONE.zone, [Shift(day, 8 * 3600, 18 * 3600) for day in range(5)], [MAY_DAY]
        ),
    ),
    Band(
        "Evenings and Saturdays",
        "Evenings and Saturdays",
        WorkingTime(ZONE.zone, [Shift(day, 0, 86400) for day in range(6)], [MAY_DAY]),
    ),
    Band("Sundays and holidays", "Sundays and holidays"),
)
PRICES = {
    "Remote": 90,
    "On site": 105,
    "Workshop": 80,
    "Project": 110,
    "Travel": 60,
    "Kilometres": 0.55,
    "Overnight stays": 95,
    "Parts": 40,
}
ITEMS = {
    "km": "Kilometres",
    "night": "Overnight stays",
    "parts": "Parts",
    "expense": "Expenses",
}
DISCOUNTS = {"Hooli": 10}
GROUPS = {"Town hall": "Public sector"}
# Customers of another company, which has no plan.
STRANGERS = {"Stranger"}
CONDITIONS = (
    ("service", "service_type"),
    ("hours", "band"),
    ("ticket type", "ticket_type"),
    ("equipment", "equipment_category"),
    ("site", "site"),
    ("technician", "level"),
    ("items", "item_kind"),
)
LEVELS = {"line": 0, "agreement": 1, "customer": 2, "group": 3, "company": 4}


def read(name):
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_plans():
    """Return ``{(level, holder): PlanTerms}`` of the rules."""
    plans = {}
    for number, row in enumerate(read("decision_rules.csv"), start=1):
        level, _space, holder = row["asked for"].partition(" ")
        plan = plans.setdefault(
            (level, holder), PlanTerms(row["plan"], row["plan"], level, BANDS)
        )
        plans[level, holder] = replace(
            plan, rules=(*plan.rules, make_rule(number, row))
        )
    return plans


def make_rule(number, row):
    conditions = [("kind", frozenset(("time" if row["about"] == "time" else "item",)))]
    conditions += [
        (name, frozenset(row[column].split(" / ")))
        for column, name in CONDITIONS
        if row[column]
    ]
    return RuleTerms(
        id=number,
        name=row["rule"],
        date_from=row["from"] and date.fromisoformat(row["from"]) or None,
        date_until=row["until"] and date.fromisoformat(row["until"]) or None,
        conditions=tuple(conditions),
        outcome=row["outcome"].replace(" ", "_"),
        reason=row["reason"],
        multiplier=float(row["times"] or 1),
        **read_price(row["price"]),
        **read_counting(row["counting"]),
    )


def read_price(text):
    """Return the terms of a price such as "95 fixed" or "pricelist - 15"."""
    if text.endswith("fixed"):
        return {"price_method": "fixed", "price": float(text.split()[0])}
    if text.endswith("flat"):
        return {"price_method": "flat", "flat_amount": float(text.split()[0])}
    if text.startswith("pricelist "):
        price = float(text.removeprefix("pricelist ").replace(" ", ""))
        return {"price_method": "offset", "price": price}
    return {}


def read_counting(text):
    """Return the terms of a counting such as "step 30 per visit"."""
    terms = {}
    words, _per, scope = text.partition("per ")
    if scope:
        terms["rounding_scope"] = {
            "visit": "visit",
            "ticket and day": "ticket_day",
        }[scope]
    words = words.split()
    if words[:1] == ["step"]:
        terms["rounding_step"] = int(words[1])
    if words[:2] == ["at", "least"]:
        terms["rounding_minimum"] = int(words[2])
    if words[1:2] == ["free"]:
        terms["free_quantity"] = float(words[0])
    return terms


def make_work(row):
    """Return the `Work` of a case."""
    day = date.fromisoformat(row["day"])
    number, _space, unit = row["work"].partition(" ")
    common = {
        "key": row["case"],
        "day": day,
        "ticket_type": row["ticket type"] or False,
        "equipment_categories": frozenset(filter(None, (row["equipment"],))),
        "site": row["site"] or False,
        "is_billable": row["billable"] != "no",
        "ticket": 1,
        "visit": 1,
    }
    if number.isdigit():
        return Work(
            kind="item", quantity=float(number), item_kind=ITEMS[unit], **common
        )
    start, stop = (
        row[name] and to_utc(day, row[name]) or None for name in ("from", "to")
    )
    if start and stop < start:
        stop = to_utc(day + timedelta(days=1), row["to"])
    minutes = int(row["minutes"] or (start and (stop - start).seconds // 60) or 60)
    return Work(
        kind="time",
        minutes=minutes,
        start=start,
        stop=stop,
        service_type=row["work"] or False,
        level=row["technician"] or False,
        **common,
    )


def to_utc(day, text):
    moment = datetime.combine(day, datetime.strptime(text, "%H:%M").time())
    return ZONE.localize(moment).astimezone(pytz.utc)


def get_plans(row, plans):
    """Return the plans that a case asks, the closest first."""
    keys = [
        ("line", f"{row['line']} of {row['agreement']}"),
        ("agreement", row["agreement"]),
        ("customer", row["customer"]),
        ("group", GROUPS.get(row["customer"])),
    ]
    if row["customer"] not in STRANGERS:
        keys.append(("company", ""))
    return [plans[key] for key in keys if key in plans]


def tell(row, plans):
    """Return what becomes of a case in words, as the column “what happens” has it."""
    pieces = decide(make_work(row), get_plans(row, plans))
    numbered = [
        Piece(index, piece, choice.rule)
        for index, (piece, choice) in enumerate(pieces)
        if choice.rule
    ]
    timed = [it for it in numbered if it.work.kind == "time"]
    others = [it for it in numbered if it.work.kind == "item"]
    counted = bill_minutes(timed) | bill_quantities(others)
    return "; ".join(
        tell_piece(row, piece, choice, counted.get(index))
        for index, (piece, choice) in enumerate(pieces)
    )


def tell_piece(row, work, choice, counted):
    rule = choice.rule
    if not rule:
        raw = get_quantity(work, work.minutes or work.quantity)
        if choice.outcome == "pending":
            return f"{raw} to decide: no rule"
        return f"{raw} not billed: marked so"
    quantity = get_quantity(work, counted)
    note = ", hours assumed" if choice.is_band_assumed else ""
    if rule.outcome == "covered":
        return f"{quantity} covered ({rule.name}{note})"
    if rule.outcome == "allowance":
        return f"{quantity} prepaid ({rule.name}{note})"
    if rule.outcome == "not_billed":
        return f"{quantity} not billed: {rule.reason} ({rule.name}{note})"
    if rule.price_method == "flat":
        return f"{rule.flat_amount:.2f} flat ({rule.name}{note})"
    base = PRICES[row["work"] if work.kind == "time" else work.item_kind]
    price = get_unit_price(rule, base, DISCOUNTS.get(row["customer"], 0.0))
    units = get_hours(counted) if work.kind == "time" else counted
    amount = float(get_amount(units, price, 0.01))
    discount = f" - {price.discount:g} %" if price.discount else ""
    return f"{quantity} × {price.price_unit:.2f}{discount} = {amount:.2f} ({rule.name}{note})"


def get_quantity(work, number):
    if work.kind == "item":
        return f"{number:g}"
    return f"{number // 60}:{number % 60:02d}"


def to_markdown():
    """Return the rules and the cases as the tables of docs/billing-decisions.md."""
    lines = []
    rules = read("decision_rules.csv")
    for plan in dict.fromkeys(row["plan"] for row in rules):
        members = [row for row in rules if row["plan"] == plan]
        lines += [
            f"\n### {plan} ({members[0]['asked for']})\n",
            "| | rule | which work | what becomes of it |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {number} | {row['rule']} | {_tell_conditions(row)} | {_tell_terms(row)} |"
            for number, row in enumerate(members, start=1)
        ]
    lines.append("\n## The cases")
    cases = read("decision_table.csv")
    for topic in dict.fromkeys(row["topic"] for row in cases):
        lines += [
            f"\n### {topic}\n",
            "| | customer | work | about | when | what happens |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {row['case']} | {_tell_customer(row)} | {_tell_work(row)} | "
            f"{_tell_subject(row)} | {_tell_moment(row)} | {row['what happens']} |"
            for row in cases
            if row["topic"] == topic
        ]
    return "\n".join(lines) + "\n"


def _tell_conditions(row):
    words = [row["about"]]
    words += [row[column] for column, _name in CONDITIONS if row[column]]
    words += [f"{name} {row[name]}" for name in ("from", "until") if row[name]]
    return " · ".join(words)


def _tell_terms(row):
    words = [row["outcome"], row["price"], row["times"] and f"× {row['times']}"]
    return " · ".join(filter(None, (*words, row["counting"], row["reason"])))


def _tell_customer(row):
    return ", ".join(filter(None, (row["customer"], row["agreement"], row["line"])))


def _tell_work(row):
    note = "marked not billable" if row["billable"] == "no" else ""
    return ", ".join(filter(None, (row["work"] or "not said", row["technician"], note)))


def _tell_subject(row):
    return ", ".join(filter(None, (row["ticket type"], row["equipment"], row["site"])))


def _tell_moment(row):
    day = date.fromisoformat(row["day"]).strftime("%a %Y-%m-%d")
    if row["from"]:
        note = f", {row['minutes']} min worked" if row["minutes"] else ""
        return f"{day} {row['from']}–{row['to']}{note}"
    return f"{day}, {row['minutes']} min" if row["minutes"] else day
