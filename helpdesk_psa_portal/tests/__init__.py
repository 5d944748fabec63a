from . import test_ticket_close, test_ticket_list, test_ticket_new
