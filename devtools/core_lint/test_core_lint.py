"""The checks of Odoo's own module `test_lint`, on our add-ons only.

`test_lint` looks at every add-on on the path, and Debian's build of Odoo fails some of it. Each
class here takes the check as it is and narrows what it looks at. Left out: the checks of
localisation add-ons, and those that run pylint and eslint, which ./dev lint does.
"""

import contextlib
from types import SimpleNamespace
from unittest.mock import patch

from odoo.modules import Manifest
from odoo.modules.registry import Registry

from odoo.addons.test_lint.tests import (
    lint_case,
    test_docstring,
    test_dunderinit,
    test_i18n,
    test_index,
    test_jstranslate,
    test_manifests,
    test_markers,
    test_naming,
    test_onchange_domains,
    test_orm_import,
    test_override_signatures,
    test_pofile,
    test_routes,
    test_test_holes,
)

from devtools.paths import REPOSITORY, addon_names

OURS = set(addon_names())


def our_manifests():
    """Return the manifests of our add-ons."""
    return [Manifest.for_addon(name) for name in sorted(OURS)]


def our_models(database):
    """Return the models that our add-ons define or extend.

    Extending a mixin, as `mail.thread`, is not extending each model that uses it.
    """
    return {
        name: model
        for name, model in Registry(database).items()
        if any(
            getattr(parent, "_module", None) in OURS and parent._name == name
            for parent in model.mro()
        )
    }


class OnOurFiles:
    """Narrow a check of files to those of our add-ons."""

    def setUp(self):
        super().setUp()
        narrowed = patch.object(Manifest, "all_addon_manifests", our_manifests)
        narrowed.start()
        self.addCleanup(narrowed.stop)


class OnOurModels:
    """Narrow a check of models to what our add-ons add to them."""

    source = None

    def setUp(self):
        super().setUp()
        narrowed = patch.object(self.source, "Registry", our_models)
        narrowed.start()
        self.addCleanup(narrowed.stop)

    @contextlib.contextmanager
    def subTest(self, *args, **params):
        """Override of `unittest` to let pass what a core add-on does."""
        try:
            with super().subTest(*args, **params):
                yield
        except (AssertionError, TypeError, ValueError):
            if params.get("module") in OURS or "module" not in params:
                raise


class TestManifests(OnOurFiles, test_manifests.ManifestLinter):
    """Manifest keys are known, and none repeats a default."""

    def test_manifests(self):
        """Override to fail on what the original only warns of."""
        with self.assertNoLogs(test_manifests._logger, "WARNING"):
            super().test_manifests()


class TestDunderinit(OnOurFiles, test_dunderinit.TestDunderinit):
    """Each add-on is a Python package."""


class TestPropsAreTranslatable(OnOurFiles, test_i18n.TestI18n):
    """Text given to a component as a prop can be translated."""


class TestJsTranslations(OnOurFiles, test_jstranslate.TestJsTranslations):
    """No template string with an expression is given to `_t`."""


class TestOnchangeDomains(OnOurFiles, test_onchange_domains.TestOnchangeDomains):
    """No onchange returns a domain."""


class TestOrmImport(OnOurFiles, test_orm_import.TestDunderinit):
    """Nothing is imported from `odoo.orm`."""


class TestTestHoles(OnOurFiles, test_test_holes.TestTestHoles):
    """Each test file is imported once."""


class TestConflictMarkers(test_markers.TestConflictMarkers):
    """No file holds a conflict marker."""

    def test_conflict_markers(self):
        """Override to look at our add-ons instead of all of Odoo."""
        for name in OURS:
            for path in (REPOSITORY / name).rglob("*"):
                if path.suffix in test_markers.EXTENSIONS:
                    self.check_file(str(path))


class TestPofile(test_pofile.PotLinter):
    """No .pot holds a term twice."""

    def setUp(self):
        super().setUp()
        narrowed = patch.object(test_pofile, "get_modules", lambda: sorted(OURS))
        narrowed.start()
        self.addCleanup(narrowed.stop)


class TestDocstrings(OnOurModels, test_docstring.TestDocstring):
    """The parameters that a docstring names are those of the method."""

    source = test_docstring

    def _test_docstring_params(self, method, doctree):
        # Core writes the names of the sub-test about methods of its own that take any
        # keyword; pytest knows no sub-tests.
        names = {"module": "", "model": "", "method": method.__name__}
        self._subtest = self._subtest or SimpleNamespace(params=names)
        return super()._test_docstring_params(method, doctree)


class TestNaming(OnOurModels, test_naming.TestNaming):
    """No public method takes a parameter that RPC uses itself."""

    source = test_naming


class TestOverrides(OnOurModels, test_override_signatures.TestLintOverrideSignatures):
    """An override takes what the original takes."""

    source = test_override_signatures


class TestIndexes(test_index.TestIndex):
    """The inverse of each One2many is indexed."""


class TestRoutes(test_routes.RoutesLinter):
    """An inherited route repeats nothing of the original."""

    def test_routes_definition(self):
        """Override to fail on what the original only warns of."""
        with patch.object(test_routes._logger, "warning") as warning:
            super().test_routes_definition()
        endpoints = [call.args[1] for call in warning.call_args_list]
        ours = [name for name in endpoints if OURS & set(name.split("."))]
        self.assertEqual(ours, [])


# Bases are collected as tests of their own when they stay visible here.
del lint_case
