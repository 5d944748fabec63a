"""Which promises a ticket gets: a pure function of the policies and of what is known of it."""

from datetime import datetime
from typing import NamedTuple


class Promise(NamedTuple):
    """What a policy promises about one metric."""

    policy_id: int
    seconds: int
    calendar_id: int | bool  # False: day and night
    warning_percent: int


class Facts(NamedTuple):
    """What policies ask about a ticket or a task."""

    company_id: int | bool
    requested_at: datetime
    priority: str
    is_vip: bool
    ids: dict  # {condition: frozenset of ids}; for a tree, with those above


class Rule(NamedTuple):
    """A policy, ready to be compared with facts."""

    policy_id: int
    kind: str
    company_id: int | bool
    enforced_from_at: datetime | None
    min_priority: str | bool
    max_priority: str | bool
    is_vip: bool
    conditions: tuple  # of (condition, frozenset of ids), those that are filled in
    targets: dict  # {metric: {priority or False: Promise}}

    def find_obstacle(self, facts):
        """Return the first condition that facts do not fulfil, or None if all are.

        :return: company, enforced, priority, vip or the name of a condition
        """
        if self.company_id and self.company_id != facts.company_id:
            return "company"
        if self.enforced_from_at and facts.requested_at < self.enforced_from_at:
            return "enforced"
        lowest = self.min_priority or facts.priority
        if not lowest <= facts.priority <= (self.max_priority or facts.priority):
            return "priority"
        if self.is_vip and not facts.is_vip:
            return "vip"
        for condition, ids in self.conditions:
            if ids.isdisjoint(facts.ids.get(condition, ())):
                return condition
        return None

    def promise(self, priority):
        """Return ``{metric: Promise}`` at a priority."""
        return {
            metric: by_priority.get(priority) or by_priority[False]
            for metric, by_priority in self.targets.items()
            if priority in by_priority or False in by_priority
        }


def choose(rules, facts, kind, preferred_id=None):
    """Return the rule that counts for a ticket or task, or None.

    :param rules: list of `Rule` in order; the first one that matches counts
    :param str kind: `sla` or `ola`
    :param int preferred_id: policy that was agreed on by contract; it counts whatever
        its own conditions say
    """
    if preferred_id:
        for rule in rules:
            if rule.policy_id == preferred_id and rule.kind == kind:
                return rule
    for rule in rules:
        if rule.kind == kind and not rule.find_obstacle(facts):
            return rule
    return None
