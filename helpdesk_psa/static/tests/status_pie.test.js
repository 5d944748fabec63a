import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, mountWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";

import { StatusPie } from "@helpdesk_psa/status_pie/status_pie";

defineMailModels();
preloadBundle("web.chartjs_lib");

const SLICES = [
    { name: "New", count: 3, domain: [["stage_id", "=", 1]] },
    { name: "Waiting", count: 4, domain: [["stage_id", "=", 2]] },
];

async function mountPie(onSliceClick = () => {}) {
    await mountWithCleanup(StatusPie, { props: { slices: SLICES, onSliceClick } });
    return Chart.getChart(document.querySelector(".o_psa_status_pie canvas"));
}

test("the slices are the counts, and the total is their sum", async () => {
    const chart = await mountPie();
    expect(chart.config.type).toBe("pie");
    expect(chart.data.labels).toEqual(["New", "Waiting"]);
    expect(chart.data.datasets[0].data).toEqual([3, 4]);
    expect(queryAllTexts(".o_psa_status_pie_slice")).toEqual(["New\n3", "Waiting\n4"]);
    expect(".o_psa_status_pie_total").toHaveText("7");
});

test("a click on a line of the legend opens its slice", async () => {
    await mountPie((slice) => expect.step(slice.domain));
    await contains(".o_psa_status_pie_slice:eq(1)").click();
    expect.verifySteps([[["stage_id", "=", 2]]]);
});

test("a click on a slice opens it, a click beside the pie nothing", async () => {
    const chart = await mountPie((slice) => expect.step(slice.name));
    chart.options.onClick({}, [{ index: 0 }]);
    chart.options.onClick({}, []);
    expect.verifySteps(["New"]);
});
