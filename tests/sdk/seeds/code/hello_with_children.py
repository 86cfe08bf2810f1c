from studio.sdk import Run

run = Run.get_context()

for c, count in enumerate(range(5)):
    with run.child_run() as child:
        child.log(name="Hello from child run", value=c)
