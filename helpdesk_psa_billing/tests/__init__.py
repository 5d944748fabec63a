from . import test_billing_period
from . import test_billing_run
from . import test_period_terms
from . import test_counting
from . import test_price_index
from . import test_price_tier
from . import test_proration
from . import test_tool_examples
