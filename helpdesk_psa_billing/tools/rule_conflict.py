"""Rules that can never decide. Plain values, no database."""

from datetime import date


def find_hidden(rules, paths=None):
    """Return ``{id of a rule: id of the earlier rule that decides about all its work}``.

    :param rules: list of `RuleTerms` in order
    :param dict paths: ``{condition: {id: ids up to the top}}`` of conditions that are
        trees: what is below something is also that
    """
    hidden = {}
    for index, rule in enumerate(rules):
        earlier = (it for it in rules[:index] if covers(it, rule, paths or {}))
        found = next(earlier, None)
        if found:
            hidden[rule.id] = found.id
    return hidden


def covers(first, second, paths):
    """Tell whether the first rule fits all work that the second one fits."""
    return _lasts_as_long(first, second) and all(
        _implies(name, dict(second.conditions).get(name), values, paths)
        for name, values in first.conditions
    )


def _lasts_as_long(first, second):
    starts = (first.date_from or date.min) <= (second.date_from or date.min)
    return starts and (second.date_until or date.max) <= (first.date_until or date.max)


def _implies(name, narrow, wide, paths):
    """Tell whether work that has one of the narrow values has one of the wide ones."""
    if not narrow:
        return False
    lineages = paths.get(name, {})
    return all(
        not wide.isdisjoint(lineages.get(value, ()) or (value,)) for value in narrow
    )
