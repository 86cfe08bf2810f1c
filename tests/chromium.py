"""Where Chromium is, and how the tests start it."""

import shutil

# Chromium without windows: the same engine, for a third less of the processor's time.
HEADLESS = "chromium-headless-shell"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
# What Playwright leaves out of Chromium, whose last list of features counts, and at the end what
# only takes time: to make a new frame for each page of the same site.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "RenderDocument",
)
# The pages of a context that are open at a time share a process.
PROCESS_OF_SITE = "--process-per-site"
# For tests that do not measure.
QUICK_SWITCHES = (*SWITCHES, PROCESS_OF_SITE, f"--disable-features={','.join(WITHOUT)}")


def find_program() -> str | None:
    """Return the path of what the tests drive, or None."""
    return shutil.which(HEADLESS) or find_browser()


def find_browser() -> str | None:
    """Return the path of the browser that people use, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)
