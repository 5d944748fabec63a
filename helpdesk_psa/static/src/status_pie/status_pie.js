import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

/** A pie with its legend; a click on a slice or on its line in the legend opens it. */
export class StatusPie extends Component {
    static template = "helpdesk_psa.StatusPie";
    static props = {
        slices: {
            type: Array,
            element: { type: Object, shape: { name: String, count: Number, "*": true } },
        },
        onSliceClick: Function,
    };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvasRef.el, this.chartConfig);
                return () => chart.destroy();
            },
            () => [JSON.stringify(this.props.slices)]
        );
    }

    get total() {
        return this.props.slices.reduce((sum, slice) => sum + slice.count, 0);
    }

    get colors() {
        const { slices } = this.props;
        return slices.map((_, index) => getColor(index, cookie.get("color_scheme"), slices.length));
    }

    get chartConfig() {
        const { slices, onSliceClick } = this.props;
        return {
            type: "pie",
            data: {
                labels: slices.map((slice) => slice.name),
                datasets: [
                    {
                        data: slices.map((slice) => slice.count),
                        backgroundColor: this.colors,
                        borderColor: getCustomColor(
                            cookie.get("color_scheme"),
                            "#ffffff",
                            "#262a36"
                        ),
                    },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: { legend: { display: false } },
                onClick: (_ev, [element]) => element && onSliceClick(slices[element.index]),
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor = elements.length ? "pointer" : "";
                },
            },
        };
    }
}
