import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

class PsaIntervention extends models.Model {
    _name = "psa.intervention";

    name = fields.Char();

    _records = [
        { id: 1, name: "Mend the rack" },
        { id: 2, name: "Mend the door" },
    ];
}

defineMailModels();
defineModels([PsaIntervention]);

const getRoute = (count) => ({
    day: "Monday 2 March",
    stops: Array.from({ length: count }, (_, id) => ({ id })),
    travel: 75,
    url: "https://maps.example.com/lyon",
});

async function openDay(route) {
    onRpc("psa.intervention", "get_day_route", ({ args }) => {
        expect.step(args[0]);
        return route;
    });
    await mountView({
        type: "kanban",
        resModel: "psa.intervention",
        arch: `<kanban js_class="psa_my_day"><templates>
            <t t-name="card"><field name="name"/></t>
        </templates></kanban>`,
    });
    await animationFrame();
    expect.verifySteps([[1, 2]]);
}

test("my day has one link to the way through all visits", async () => {
    await openDay(getRoute(2));
    expect(".o_psa_day_route a").toHaveAttribute("href", "https://maps.example.com/lyon");
    expect(".o_psa_day_route .text-muted").toHaveText("2 visits, 1:15 h of travel");
    expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveCount(2);
});

test("a day with one visit has the link on its card only", async () => {
    await openDay(getRoute(1));
    expect(".o_psa_day_route").toHaveCount(0);
});

test("a day without visits has no link", async () => {
    await openDay({});
    expect(".o_psa_day_route").toHaveCount(0);
});
