from . import psa_billing_demo
from . import psa_billing_plan_demo
from . import psa_charge_demo
from . import psa_count_demo
from . import psa_price_revision_demo
from . import psa_usage_demo
from . import psa_allowance_demo
from . import psa_figures_demo
