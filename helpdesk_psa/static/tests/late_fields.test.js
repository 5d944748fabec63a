import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, findComponent, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { FormController } from "@web/views/form/form_controller";

import { definePsaModels } from "./psa_test_models";

definePsaModels();

const ARCH = `
    <form js_class="psa_ticket_form">
        <field name="read_at" invisible="1"/>
        <notebook>
            <page name="request" string="Request"><field name="name"/></page>
            <page name="children" string="Children">
                <field name="email" widget="psa_late_char" readonly="1"/>
                <field name="child_ids" widget="psa_late_list" readonly="1">
                    <list><field name="name"/></list>
                </field>
            </page>
        </notebook>
    </form>`;

beforeEach(() => {
    onRpc("psa.ticket", "mark_read", () => false);
    onRpc("psa.ticket", "web_read", ({ args: [ids], kwargs }) => {
        const names = Object.keys(kwargs.specification).filter((name) => name !== "display_name");
        expect.step(`${ids} ${names.sort()}`);
    });
});

async function openForm(props = {}) {
    const values = { type: "form", resModel: "psa.ticket", arch: ARCH, resId: 1, ...props };
    const view = await mountView(values);
    return findComponent(view, (component) => component instanceof FormController);
}

test("what stands on a closed page of a ticket is not loaded", async () => {
    await openForm();
    expect.verifySteps(["1 name,read_at"]);
});

test("a page is loaded when it is opened, and shows it all", async () => {
    await openForm();
    await contains(".nav-link:contains(Children)").click();
    await animationFrame();
    expect(queryAllTexts(".o_data_row")).toEqual(["Network", "Screen"]);
    expect(queryAllTexts("[name=email] span")).toEqual(["pat@example.com"]);
    expect.verifySteps(["1 name,read_at", "1 child_ids", "1 email"]);
});

test("a page that stays open is loaded with the next ticket", async () => {
    await openForm({ resIds: [1, 2] });
    await contains(".nav-link:contains(Children)").click();
    await contains(".o_pager_next").click();
    await animationFrame();
    expect(queryAllTexts(".o_data_row")).toEqual([]);
    expect.verifySteps([
        "1 name,read_at",
        "1 child_ids",
        "1 email",
        "2 child_ids,email,name,read_at",
    ]);
});

test("what was typed stays when a page is opened", async () => {
    await openForm();
    await contains("[name=name] input").edit("Plotter");
    await contains(".nav-link:contains(Children)").click();
    await contains(".nav-link:contains(Request)").click();
    expect("[name=name] input").toHaveValue("Plotter");
    expect(".o_form_dirty").toHaveCount(1);
    expect.verifySteps(["1 name,read_at", "1 child_ids", "1 email"]);
});

test("a page that stays open shows what came however often it is loaded again", async () => {
    const { model } = await openForm();
    await contains(".nav-link:contains(Children)").click();
    await model.load();
    await animationFrame();
    await model.root.load();
    await animationFrame();
    expect(queryAllTexts(".o_data_row")).toEqual(["Network", "Screen"]);
    expect.verifySteps([
        "1 name,read_at",
        "1 child_ids",
        "1 email",
        "1 child_ids,email,name,read_at",
        "1 child_ids,email,name,read_at",
    ]);
});
