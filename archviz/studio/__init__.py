"""The studio behind the app: a data folder with a library and a queue, and one worker process that owns the engines.

The page submits a request to :class:`JobStore` and reads the job's state back; the worker, kept alive by
:class:`WorkerKeeper`, takes the jobs one at a time. Whatever matters is on disk, so that a page may be
reloaded, a server stopped and a worker killed without losing a job.
"""

from archviz.studio.database import Database
from archviz.studio.designs import Design, copy_design, find_design, sample_design, save_design
from archviz.studio.heat_maps import HeatMaps
from archviz.studio.home import StudioHome, new_id
from archviz.studio.jobs import (
    Job,
    JobKind,
    JobState,
    preview_request,
    request_from_json,
    request_to_json,
    view_request,
)
from archviz.studio.keeper import WorkerKeeper
from archviz.studio.library import Library
from archviz.studio.pace import time_left_s
from archviz.studio.pictures import Picture
from archviz.studio.projects import Project, Projects, SavedCamera
from archviz.studio.sets import Cell, JobSet, SetStore, light_set_cells
from archviz.studio.store import JobStore
from archviz.studio.thumbnails import thumbnail_path

__all__ = [
    "Cell",
    "Database",
    "Design",
    "HeatMaps",
    "Job",
    "JobKind",
    "JobSet",
    "JobState",
    "JobStore",
    "Library",
    "Picture",
    "Project",
    "Projects",
    "SavedCamera",
    "SetStore",
    "StudioHome",
    "WorkerKeeper",
    "copy_design",
    "find_design",
    "light_set_cells",
    "new_id",
    "preview_request",
    "request_from_json",
    "request_to_json",
    "sample_design",
    "save_design",
    "thumbnail_path",
    "time_left_s",
    "view_request",
]
