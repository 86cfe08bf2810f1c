"""All commands: their names and what `--help` says of each.

The command `run list` is `command` in `run_list.py`. A module is imported when its command is used.
"""

COMMANDS = {
    "login": "Sign in to a studio and keep its token.",
    "logout": "Forget the token of a studio.",
    "logs": "Show the log of a run while it is written.",
    "pipe": "Pass stdin through and keep it as the log of a new run.",
    "sync": "Send what was logged while the studio was away.",
    "doctor": "Say what works on this machine and what does not.",
    "node": "Run the jobs of a cluster on this machine.",
    "completion": "Print the completion script for bash, zsh or fish.",
}

GROUPS = {
    "run": (
        "Submit, find, watch and change runs.",
        {
            "submit-script": "Submit a script with its folder.",
            "list": "List runs, the newest first.",
            "show": "Show a run.",
            "metrics": "Show the metrics of a run.",
            "children": "List the child runs of a run.",
            "wait": "Wait for the end of a run.",
            "cancel": "Cancel a run.",
            "update": "Change tags, name and description of a run.",
            "download": "Download files of a run.",
            "download-logs": "Download the logs of a run.",
            "monitor-logs": "Show the log of a run while it is written.",
        },
    ),
    "experiment": (
        "Experiments.",
        {"list": "List experiments.", "show": "Show an experiment."},
    ),
    "workspace": (
        "Workspaces.",
        {"list": "List the workspaces known here.", "show": "Show a workspace."},
    ),
    "folder": (
        "Folders with code.",
        {"attach": "Tell a folder which workspace it belongs to."},
    ),
    "computetarget": (
        "Clusters, on which submitted runs run.",
        {"list": "List clusters.", "show": "Show a cluster with its queue and nodes."},
    ),
    "environment": (
        "Environments registered on this machine.",
        {"list": "List environments.", "show": "Show an environment."},
    ),
}
