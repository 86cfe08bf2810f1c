"""The names of this room's tables, for SQL written by hand."""

from runs.tracking import models
from runs.workspaces.models import Workspace

WORKSPACE = Workspace._meta.db_table
EXPERIMENT = models.Experiment._meta.db_table
EXPERIMENT_TAG = models.ExperimentTag._meta.db_table
RUN = models.Run._meta.db_table
PARAM = models.Param._meta.db_table
TAG = models.RunTag._meta.db_table
PROPERTY = models.Property._meta.db_table
DATASET = models.DatasetInput._meta.db_table
LOGGED_MODEL = models.LoggedModel._meta.db_table
LAST_WORD = models.LastWord._meta.db_table
STATUS_CHANGE = models.StatusChange._meta.db_table
RUN_EDIT = models.RunEdit._meta.db_table
