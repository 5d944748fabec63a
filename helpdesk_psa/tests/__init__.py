from . import test_mail_in
from . import test_home
from . import test_js
from . import test_mail_composer
from . import test_portal_page
from . import test_portal_reply
from . import test_portal_routes
from . import test_satisfaction
