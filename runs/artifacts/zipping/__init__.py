"""Downloads as zip: planned from the index of files, written as they are sent."""

from runs.artifacts.zipping.plans import ZipPlan, plan_zip

__all__ = ["ZipPlan", "plan_zip"]
