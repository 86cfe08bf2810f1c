"""Says hello, slowly: there is time to look at it, or to cancel it."""

import time

for second in range(30):
    print(f"Hello, second {second}", flush=True)
    time.sleep(1)
