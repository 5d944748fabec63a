import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, resize } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, mountView, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

import { READING_KEY } from "@helpdesk_psa/reading_list/reading_list_view";

import { definePsaModels, PsaTicket } from "./psa_test_models";

definePsaModels();

PsaTicket._views = {
    "form,helpdesk_psa.psa_ticket_view_form_panel": `
        <form js_class="psa_ticket_panel_form" edit="0">
            <field name="read_at" invisible="1"/>
            <sheet><field name="name"/></sheet>
        </form>`,
};

const PANEL = ".o_psa_reading_panel";

beforeEach(() => {
    onRpc("psa.ticket", "mark_read", ({ args: [ids] }) => {
        expect.step(`mark_read ${ids}`);
        return "2026-01-05 09:20:00";
    });
});

const ARCH = `<list js_class="psa_ticket_reading_list"><field name="name"/></list>`;

async function openList({ arch = ARCH, groupBy, isOn = true, width = 1366 } = {}) {
    await resize({ width });
    browser.localStorage.setItem(READING_KEY, isOn ? "1" : "0");
    await mountView({
        type: "list",
        resModel: "psa.ticket",
        arch,
        groupBy,
        selectRecord: (resId, { newWindow }) =>
            expect.step(`open ${resId}${newWindow ? " in a new tab" : ""}`),
    });
}

/** Wait until the panel has followed the row. */
async function settle() {
    await advanceTime(150);
    await animationFrame();
    await animationFrame();
}

async function pressAndSettle(...keys) {
    for (const key of keys) {
        await press(key);
        await animationFrame();
    }
    await settle();
}

test("a click shows the ticket beside the list", async () => {
    await openList();
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    await settle();
    expect(`${PANEL} .o_field_widget[name=name]`).toHaveText("Network");
    expect(".o_data_row.o_psa_chosen").toHaveText("Network");
    expect.verifySteps([]);
});

test("the arrows walk the list and the panel follows", async () => {
    await openList();
    await contains(".o_data_row:eq(0) .o_data_cell").click();
    await pressAndSettle("ArrowDown");
    expect(`${PANEL} .o_field_widget[name=name]`).toHaveText("Network");
    await pressAndSettle("ArrowUp");
    expect(`${PANEL} .o_field_widget[name=name]`).toHaveText("Printer");
});

test("j and k walk the list without a click first", async () => {
    await openList();
    document.activeElement.blur();
    await pressAndSettle("j", "j", "j", "j");
    expect(`${PANEL} .o_field_widget[name=name]`).toHaveText("Screen");
    await pressAndSettle("k");
    expect(`${PANEL} .o_field_widget[name=name]`).toHaveText("Network");
});

test("tickets that are only walked past are not loaded", async () => {
    onRpc("psa.ticket", "web_read", ({ args: [ids] }) => expect.step(`read ${ids}`));
    await openList();
    await contains(".o_data_row:eq(0) .o_data_cell").click();
    await settle();
    expect.verifySteps(["read 1"]);
    await pressAndSettle("ArrowDown", "ArrowDown");
    expect.verifySteps(["read 3"]);
});

test("a letter typed in the search bar does not walk the list", async () => {
    await openList();
    await contains(".o_searchview_input").click();
    await pressAndSettle("j");
    expect(".o_psa_chosen").toHaveCount(0);
});

test("who stays two seconds on a ticket has read it, who walks on has not", async () => {
    await openList();
    await contains(".o_data_row:eq(0) .o_data_cell").click();
    await settle();
    await advanceTime(1500);
    await pressAndSettle("ArrowDown", "ArrowDown");
    expect.verifySteps([]);
    await advanceTime(2000);
    await animationFrame();
    expect.verifySteps(["mark_read 3"]);
});

test("Enter opens the ticket in full", async () => {
    await openList();
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    await pressAndSettle("Enter");
    expect.verifySteps(["open 2"]);
});

test("the button opens the ticket in full, with ctrl in a new tab", async () => {
    await openList();
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    await settle();
    await contains(".o_psa_reading_open").click();
    await contains(".o_psa_reading_open").click({ ctrlKey: true });
    expect.verifySteps(["open 2", "open 2 in a new tab"]);
});

test("a click with ctrl on a row opens a new tab", async () => {
    await openList();
    await contains(".o_data_row:eq(1) .o_data_cell").click({ ctrlKey: true });
    expect.verifySteps(["open 2 in a new tab"]);
    expect(".o_psa_chosen").toHaveCount(0);
});

test("without the panel it is an ordinary list", async () => {
    await openList({ isOn: false });
    expect(PANEL).toHaveCount(0);
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    expect.verifySteps(["open 2"]);
});

test("on a narrow screen it is an ordinary list", async () => {
    await openList({ width: 1100 });
    expect(PANEL).toHaveCount(0);
    expect(".o_psa_reading_toggle").toHaveCount(0);
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    expect.verifySteps(["open 2"]);
});

test("the button switches the panel, and the browser remembers it", async () => {
    await openList({ isOn: false });
    await contains(".o_psa_reading_toggle").click();
    expect(PANEL).toHaveCount(1);
    expect(browser.localStorage.getItem(READING_KEY)).toBe("1");
    await contains(".o_psa_reading_close").click();
    expect(PANEL).toHaveCount(0);
    expect(browser.localStorage.getItem(READING_KEY)).toBe("0");
});

test("beside the panel the list shows its main columns only", async () => {
    await openList({
        isOn: false,
        arch: `<list js_class="psa_ticket_reading_list">
        <field name="name"/><field name="read_at"/></list>`,
    });
    expect(queryAllTexts("th.o_column_sortable")).toEqual(["Name", "Read at"]);
    await contains(".o_psa_reading_toggle").click();
    expect(queryAllTexts("th.o_column_sortable")).toEqual(["Name"]);
});

const OPTIONAL = `
    <list js_class="psa_ticket_reading_list" decoration-muted="email">
        <field name="name"/>
        <field name="email" optional="hide"/>
        <field name="read_at" optional="hide"/>
    </list>`;

test("columns that are hidden are not loaded, unless something shown needs them", async () => {
    onRpc("psa.ticket", "web_search_read", ({ kwargs }) => {
        expect.step(Object.keys(kwargs.specification).sort().join());
    });
    await openList({ arch: OPTIONAL, isOn: false });
    expect.verifySteps(["email,name"]);
});

test("a hidden column is loaded when it is shown, and stays", async () => {
    onRpc("psa.ticket", "web_search_read", ({ kwargs }) => {
        expect.step(Object.keys(kwargs.specification).sort().join());
    });
    await openList({ arch: OPTIONAL, isOn: false });
    await contains(".o_optional_columns_dropdown button").click();
    await contains(".o-dropdown-item:contains(Read at)").click();
    await animationFrame();
    expect(queryAllTexts("th.o_column_sortable")).toEqual(["Name", "Read at"]);
    expect(queryAllTexts(".o_data_row:eq(1) [name=read_at]")).not.toEqual([""]);
    expect.verifySteps(["email,name", "email,name,read_at"]);
});

test("columns of a grouped list are loaded into its groups", async () => {
    await openList({ arch: OPTIONAL, isOn: false, groupBy: ["name"] });
    await contains(".o_group_header:contains(Network)").click();
    await contains(".o_optional_columns_dropdown button").click();
    await contains(".o-dropdown-item:contains(Read at)").click();
    await animationFrame();
    expect(queryAllTexts(".o_data_row [name=read_at]")).not.toEqual([""]);
});

test("a list opens with the columns that the browser remembers", async () => {
    patchWithCleanup(browser.localStorage, {
        getItem(key) {
            const isOurs = key.startsWith("optional_fields,psa.ticket,list,");
            return isOurs && key.endsWith(",email,name,read_at") ? "read_at" : super.getItem(key);
        },
    });
    onRpc("psa.ticket", "web_search_read", ({ kwargs }) => {
        expect.step(Object.keys(kwargs.specification).sort().join());
    });
    await openList({ arch: OPTIONAL, isOn: false });
    expect(queryAllTexts("th.o_column_sortable")).toEqual(["Name", "Read at"]);
    expect.verifySteps(["email,name,read_at"]);
});
