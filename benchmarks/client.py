"""The calls of Odoo's web client for lists, boards, forms and searches.

Fields, order and limits are read from the views themselves, as the browser does.
"""

import re

from lxml import etree

from odoo.tools.safe_eval import safe_eval

LIST_LIMIT = 80
KANBAN_LIMIT = 40
COUNT_LIMIT = 10_001
ALWAYS = ("1", "True", "true")
# Our list of tickets loads columns when they are shown; Odoo's lists load all.
LOADS_WHAT_IS_SHOWN = "psa_ticket_reading_list"
# Our form of tickets loads fields with these widgets when their page is opened.
LATE_WIDGETS = ("psa_late_char", "psa_late_list")
NAMING = ("name", "string", "optional", "widget", "width")


class Client:
    """One user's browser on one action."""

    def __init__(self, env, model, action):
        self.model = model
        action = env.ref(action).sudo()
        views = [list(view) for view in action.views]
        if not any(kind == "search" for _id, kind in views):
            views.append([action.search_view_id.id, "search"])
        found = env[model].get_views(views)["views"]
        self.arch = {
            kind: etree.fromstring(view["arch"]) for kind, view in found.items()
        }
        self.domain = safe_eval(action.domain or "[]", {"uid": env.uid})
        self.spec = {
            kind: self._get_spec(env, model, self.arch[kind])
            for kind in ("list", "kanban", "form")
        }

    def open_list(self, env, domain):
        """Load the first page of the list and the number of records."""
        arch = self.arch["list"]
        return env[self.model].web_search_read(
            domain + self.domain,
            self.spec["list"],
            limit=int(arch.get("limit", LIST_LIMIT)),
            order=arch.get("default_order"),
            count_limit=COUNT_LIMIT,
        )

    def open_kanban(self, env, domain):
        """Load the board: its columns, the first cards of each, its progress bars."""
        arch = self.arch["kanban"]
        records = env[self.model].with_context(read_group_expand=True)
        domain = domain + self.domain
        group_by = arch.get("default_group_by") or "stage_id"
        bar = arch.find(".//progressbar")
        total = bar is not None and bar.get("sum_field")
        if bar is not None:
            records.read_progress_bar(
                domain,
                group_by,
                {"field": bar.get("field"), "colors": safe_eval(bar.get("colors"))},
            )
        return records.web_read_group(
            domain,
            [group_by],
            [f"{total}:sum"] if total else [],
            order=arch.get("default_order"),
            auto_unfold=True,
            opening_info=[],
            unfold_read_specification=self.spec["kanban"],
            unfold_read_default_limit=int(arch.get("limit", KANBAN_LIMIT)),
        )

    def open_form(self, env, record_id):
        """Load one record with all that its form shows."""
        return env[self.model].browse(record_id).web_read(self.spec["form"])

    def search(self, env, text):
        """Type a text into the search box and press Enter."""
        field = self.arch["search"].find(".//field")
        if field.get("filter_domain"):
            domain = safe_eval(
                field.get("filter_domain"), {"self": text, "uid": env.uid}
            )
        else:
            domain = [(field.get("name"), field.get("operator", "ilike"), text)]
        return self.open_list(env, domain)

    def _get_spec(self, env, model, arch):
        """Return the specification that `web_read` gets for a view."""
        depth = arch.xpath("count(ancestor::field)")
        nodes = arch.xpath(f".//field[count(ancestor::field) = {depth}]")
        if arch.get("js_class") == LOADS_WHAT_IS_SHOWN:
            nodes = self._get_shown(env[model]._fields, arch, nodes)
        return {
            node.get("name"): self._get_field_spec(env, model, node)
            for node in nodes
            if not node.xpath("ancestor::groupby")
            and node.get("widget") not in LATE_WIDGETS
        }

    def _get_shown(self, fields, arch, nodes):
        """Return the columns that are shown, and those by which they are decided.

        As `getShownFields` of helpdesk_psa/static/src/reading_list/shown_fields.js.
        """
        shown = {node.get("name") for node in nodes if node.get("optional") != "hide"}
        rules = [
            value
            for node in arch.iter(etree.Element)
            for name, value in node.items()
            if name not in NAMING
        ]
        for name in shown:
            field = fields[name]
            rules += [
                str(getattr(field, rule, "") or "")
                for rule in ("domain", "context", "definition_record")
            ]
        words = set(re.findall(r"\w+", " ".join(rules)))
        return [node for node in nodes if node.get("name") in shown | words]

    def _get_field_spec(self, env, model, node):
        field = env[model]._fields[node.get("name")]
        hidden = ALWAYS.count(node.get("invisible", ""))
        if field.type in ("many2one", "reference"):
            return {"fields": {} if hidden else {"display_name": {}}}
        if field.type not in ("one2many", "many2many") or hidden:
            return {}
        views = [view for view in node if view.tag in ("list", "kanban")]
        if views:
            spec = self._get_spec(env, field.comodel_name, views[0])
            return {"fields": spec, "limit": int(views[0].get("limit", KANBAN_LIMIT))}
        spec = {"display_name": {}}
        color = safe_eval(node.get("options", "{}")).get("color_field")
        if color:
            spec[color] = {}
        return {"fields": spec}
