"""Makes five child runs of its own run; each completes at the end of its `with`."""

from studio.sdk import Run

run = Run.get_context()
for count in range(5):
    with run.child_run(name=f"child {count}") as child:
        child.log("Hello from child run", count)
        print(f"Child run {child.id} logged {count}")
