import { expect, test } from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, mountView, onRpc } from "@web/../tests/web_test_helpers";

import { definePsaModels } from "./psa_test_models";

definePsaModels();

const READ_AT = "2026-01-05 09:20:00";

/** Answer `mark_read` as the server does for an agent, once `ready` is resolved. */
function mockMarkRead(ready) {
    onRpc("psa.ticket", "mark_read", async function ({ args: [ids] }) {
        expect.step(`mark_read ${ids}`);
        await ready;
        this.env["psa.ticket"].write(ids, { read_at: READ_AT });
        return READ_AT;
    });
}

async function openTicket(resId) {
    return mountView({
        type: "form",
        resModel: "psa.ticket",
        resId,
        arch: `
            <form js_class="psa_ticket_form">
                <field name="name"/>
                <field name="read_at" readonly="1"/>
            </form>`,
    });
}

test("opening an unread ticket marks it as read", async () => {
    mockMarkRead();
    await openTicket(1);
    await animationFrame();
    expect.verifySteps(["mark_read 1"]);
});

test("the form loads the ticket again to show when it was read", async () => {
    mockMarkRead();
    onRpc("psa.ticket", "web_read", () => expect.step("web_read"));
    await openTicket(1);
    await animationFrame();
    expect.verifySteps(["web_read", "mark_read 1", "web_read"]);
});

test("a ticket that was read before is not announced again", async () => {
    mockMarkRead();
    await openTicket(2);
    await animationFrame();
    expect.verifySteps([]);
});

test("a new ticket is not announced", async () => {
    mockMarkRead();
    await openTicket(undefined);
    await animationFrame();
    expect.verifySteps([]);
});

test("the server is asked once when it says that the user is no agent", async () => {
    onRpc("psa.ticket", "mark_read", () => {
        expect.step("mark_read");
        return false;
    });
    onRpc("psa.ticket", "web_read", () => expect.step("web_read"));
    await openTicket(1);
    await animationFrame();
    expect.verifySteps(["web_read", "mark_read"]);
});

test("what the agent types meanwhile is kept", async () => {
    const ready = new Deferred();
    mockMarkRead(ready);
    await openTicket(1);
    await contains(".o_field_widget[name=name] input").edit("Printer on fire");
    ready.resolve();
    await animationFrame();
    expect(".o_field_widget[name=name] input").toHaveValue("Printer on fire");
    expect.verifySteps(["mark_read 1"]);
});
