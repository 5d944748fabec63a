import { registry } from "@web/core/registry";
import { JobProgress } from "../job_progress/job_progress";

/** Tells how far a running import is, and shows the form anew when it is over. */
export class ImportProgress extends JobProgress {
    static template = "helpdesk_psa.ImportProgress";
    static model = "psa.import";
    static running = ["checking", "importing"];
    static totalField = "good_count";
}

registry.category("view_widgets").add("psa_import_progress", {
    component: ImportProgress,
    fieldDependencies: ImportProgress.fieldDependencies,
});
