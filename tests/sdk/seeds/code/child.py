from studio.sdk import Run

## In child run script
child_run = Run.get_context()
child_run.parent.id
