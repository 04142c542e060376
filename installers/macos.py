"""What the application tells macOS about itself: the links and files that it opens."""

from __future__ import annotations

from typing import Any

from core.experiment.links import SCHEME
from core.training.model_file import SUFFIX
from playground import __version__
from playground.desktop_cli import TITLE

MODEL_TYPE = "org.trainingplayground.model"


def information() -> dict[str, Any]:
    """The entries of Info.plist that PyInstaller does not write itself."""
    return {
        "CFBundleDisplayName": TITLE,
        "CFBundleShortVersionString": __version__,
        "LSApplicationCategoryType": "public.app-category.education",
        "NSHighResolutionCapable": True,
        # Qt follows the system's dark mode only where this says that it may.
        "NSRequiresAquaSystemAppearance": False,
        "CFBundleURLTypes": [
            {
                "CFBundleURLName": TITLE,
                "CFBundleURLSchemes": [SCHEME],
                "CFBundleTypeRole": "Viewer",
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": MODEL_TYPE,
                "UTTypeDescription": f"{TITLE} model",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": [SUFFIX.lstrip(".")]},
            }
        ],
        "CFBundleDocumentTypes": [
            _document(f"{TITLE} model", MODEL_TYPE, "Owner"),
            # Other programs come first for files that are not the application's own.
            _document("Experiment", "public.json", "Alternate"),
            _document("Table", "public.comma-separated-values-text", "Alternate"),
        ],
    }


def _document(name: str, kind: str, rank: str) -> dict[str, Any]:
    return {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": "Viewer",
        "LSItemContentTypes": [kind],
        "LSHandlerRank": rank,
    }
