"""Tables of who may do what with the models of an add-on."""

from itertools import product

OPERATIONS = ("read", "write", "create", "unlink")


class RightsTable:
    """Holds an add-on's models to a table: {model: {login: letters}}, r, w, c and u.

    Who is not named may do nothing; each stored model of the add-on must be named. For
    test cases whose users are attributes named by their login.
    """

    module = None
    rights = {}
    logins = ()

    def test_each_group_may_do_what_the_table_says(self):
        for (model, rights), login, operation in product(
            self.rights.items(), self.logins, OPERATIONS
        ):
            with self.subTest(model=model, login=login, operation=operation):
                expected = operation[0] in rights.get(login, "")
                records = self.env[model].with_user(getattr(self, login))
                self.assertEqual(records.has_access(operation), expected)

    def test_no_model_of_the_add_on_is_missing_in_the_table(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == self.module
            and name.startswith("psa.")
            and not (model._abstract or model._transient)
        }
        self.assertFalse(models - self.rights.keys())
