from . import account_move_reversal
from . import psa_billing_finding_accept
from . import psa_charge_write_off
from . import psa_period_skip
from . import psa_price_revision_waive
from . import psa_allowance_adjust
from . import psa_time_log
