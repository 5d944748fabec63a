import { Foresight } from "@helpdesk_psa_billing/foresight/foresight";
import { expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class PsaServiceType extends models.Model {
    _name = "psa.service.type";

    name = fields.Char();

    _records = [{ id: 7, name: "Remote" }];
}

class PsaTimeLog extends models.Model {
    _name = "psa.time.log";

    hours = fields.Float();
    date = fields.Date();
    start = fields.Datetime();
    service_type_id = fields.Many2one({ relation: "psa.service.type" });
    name = fields.Char();

    _records = [{ id: 1, hours: 1, date: "2026-06-15", start: "2026-06-15 08:00:00" }];
}

defineMailModels();
defineModels([PsaServiceType, PsaTimeLog]);

const ARCH = `
    <form>
        <field name="hours"/>
        <field name="date"/>
        <field name="start"/>
        <field name="name"/>
        <field name="service_type_id"/>
        <widget name="psa_foresight" fields="hours,date,start,service_type_id"/>
    </form>`;

function answerWith(getParts, trail = []) {
    const questions = [];
    onRpc("psa.charge", "foresee", ({ args }) => {
        questions.push(args);
        return { parts: getParts(args[1]), trail, hint: false, is_final: false };
    });
    return questions;
}

async function mountLog() {
    await mountView({ type: "form", resModel: "psa.time.log", resId: 1, arch: ARCH });
    await animationFrame();
}

test("the form's values are asked as Python takes them, and the answer is read", async () => {
    const questions = answerWith(() => [
        { destination: "covered", label: "Covered", text: "1:00 h covered" },
    ]);
    await mountLog();
    expect(questions).toEqual([
        [
            "psa.time.log",
            {
                hours: 1,
                date: "2026-06-15",
                start: "2026-06-15 08:00:00",
                service_type_id: false,
            },
            1,
        ],
    ]);
    expect(".o_psa_foresight_part").toHaveText("1:00 h covered");
    expect(".o_psa_foresight_part i").toHaveClass("fa-shield");
    expect(".o_psa_foresight button").toHaveCount(0);
});

test("other values are asked once typing has paused", async () => {
    const questions = answerWith(({ hours }) => [
        { destination: "billed", label: "Billed", text: `${hours} h billed` },
    ]);
    await mountLog();
    await contains(".o_field_widget[name=hours] input").edit("2");
    await contains(".o_field_widget[name=hours] input").edit("3");
    expect(questions).toHaveLength(1);
    await advanceTime(Foresight.delay);
    await animationFrame();
    expect(questions).toHaveLength(2);
    expect(".o_psa_foresight_part").toHaveText("3 h billed");
});

test("what does not matter to billing asks nothing", async () => {
    const questions = answerWith(() => []);
    await mountLog();
    await contains(".o_field_widget[name=name] input").edit("Installed the printer");
    await advanceTime(Foresight.delay);
    expect(questions).toHaveLength(1);
});

test("each rule that was asked is shown on demand", async () => {
    answerWith(
        () => [{ destination: "billed", label: "Billed", text: "1:00 h billed" }],
        [
            { plan: "Hours", rule: "At night", text: "is about other hours.", holds: false },
            { plan: "Hours", rule: "Remote", text: "fits, and decides.", holds: true },
        ]
    );
    await mountLog();
    expect(".o_psa_billing_trail").toHaveCount(0);
    await click(".o_psa_foresight button");
    await animationFrame();
    expect(queryAllTexts(".o_psa_billing_trail li")).toEqual([
        "At night (Hours): is about other hours.",
        "Remote (Hours): fits, and decides.",
    ]);
});

test("time can be logged though billing cannot tell", async () => {
    onRpc("psa.charge", "foresee", () => {
        throw new Error("No such plan");
    });
    await mountLog();
    expect(".o_psa_foresight").toHaveText(
        "How it will be billed\nIt cannot be told at the moment."
    );
});
